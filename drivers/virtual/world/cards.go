package world

import (
	"fmt"
	"time"
)

// found is the card that says that a device was set up.
func (w *World) found(d *device) {
	w.show(Card{Kind: CardFoundDevice, DeviceID: d.ID, DeviceName: d.Name,
		Title: "New device found", Text: "It was set up for you and is ready to use.",
		Primary: "CONTINUE", Secondary: "LATER"})
}

// promotion praises something that nobody asked for.
func (w *World) promotion() {
	w.show(Card{Kind: CardPromotion,
		Title: "Do more with your voice", Text: "Try a routine that starts your day.",
		Primary: "TRY IT", Secondary: "NOT NOW"})
}

// unrelated is about the household, and about no device.
func (w *World) unrelated() {
	w.show(Card{Kind: CardUnrelated,
		Title: "Stay in touch", Text: "Add a contact to call from your speaker.",
		Primary: "ADD CONTACT", Secondary: "SKIP"})
}

// otherProduct is a found-device card for a product that nobody here has.
func (w *World) otherProduct() {
	name := w.freeName("Porch sensor")
	w.show(Card{Kind: CardOtherProduct, DeviceName: name,
		Title: "New device found", Text: "It is nearby and can be set up.",
		Primary: "SET UP", Secondary: "LATER"})
}

// setUpError is the page that says that a set-up failed, and why.
func (w *World) setUpError(reason string) {
	w.show(Card{Kind: CardSetUpError, DeviceName: w.cfg.Device.Name,
		Title: "Something went wrong", Text: "Setting up failed: " + reason,
		Primary: "TRY AGAIN", Secondary: "CLOSE"})
}

// intrude lets a card come at some moment of a set-up that takes so long, or
// within five seconds after it.
func (w *World) intrude(f Fault, takes time.Duration, card func()) {
	at := w.rnd.in("when/"+string(f), Range{0, takes + 5*time.Second})
	if w.strikes(f, w.cfg.Device.Name, idDUT) {
		w.after(at, card)
	}
}

// show puts a card behind those that were not answered yet.
func (w *World) show(c Card) {
	w.made++
	c.ID = fmt.Sprintf("card-%d", w.made)
	w.cards = append(w.cards, c)
	if len(w.cards) == 1 {
		w.shown()
	}
}

func (w *World) shown() {
	if len(w.cards) > 0 {
		w.emit(cardEvent(EventCardShown, w.cards[0]))
	}
}

func (w *World) answer(id, how string) {
	if len(w.cards) == 0 || w.cards[0].ID != id {
		return
	}
	e := cardEvent(EventCardAnswered, w.cards[0])
	e.How = how
	w.cards = w.cards[1:]
	w.emit(e)
	w.shown()
}

// withdraw takes the cards of a device away.
func (w *World) withdraw(deviceID string) {
	for i := 0; i < len(w.cards); {
		c := w.cards[i]
		if c.DeviceID == "" || c.DeviceID != deviceID {
			i++
			continue
		}
		w.cards = append(w.cards[:i:i], w.cards[i+1:]...)
		w.emit(cardEvent(EventCardWithdrawn, c))
		if i == 0 {
			w.shown()
		}
	}
}

func cardEvent(what string, c Card) Event {
	return Event{Event: what, Card: c.ID, Kind: c.Kind, Device: c.DeviceName, ID: c.DeviceID}
}
