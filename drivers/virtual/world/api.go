package world

import (
	"io"
	"time"
)

// Kind is what a device is, as the Alexa app groups it.
type Kind string

// The kinds that the lab knows.
const (
	Light      Kind = "light"
	Plug       Kind = "plug"
	Switch     Kind = "switch"
	Echo       Kind = "echo"
	Thermostat Kind = "thermostat"
	Lock       Kind = "lock"
	Sensor     Kind = "sensor"
	TV         Kind = "tv"
)

// Kinds are all of them.
func Kinds() []Kind { return []Kind{Light, Plug, Switch, Echo, Thermostat, Lock, Sensor, TV} }

// Known tells whether the lab knows the kind.
func (k Kind) Known() bool {
	for _, known := range Kinds() {
		if k == known {
			return true
		}
	}
	return false
}

// Device is a device of the account, as the cloud knows it.
type Device struct {
	// ID is the cloud's name for it; a device that is set up again has a new one.
	ID, Name string
	Kind     Kind
	// Responsive is false while the cloud cannot reach the device.
	Responsive bool
	On         bool
	// Pending is what the device was asked to become and has not answered yet;
	// nil when nothing is asked.
	Pending      *bool
	RegisteredAt time.Time // UTC, on the lab's clock
}

// CardKind is why a full-screen card is shown.
type CardKind = string

// The kinds of cards. All of them look alike to who reads only their ids.
const (
	CardFoundDevice  CardKind = "found_device"
	CardPromotion    CardKind = "promotion"
	CardOtherProduct CardKind = "other_product"
	CardUnrelated    CardKind = "unrelated"
	CardSetUpError   CardKind = "set_up_error"
)

// Card is a full-screen card of the Alexa app. It covers whatever is open
// until it is answered. The texts are ours: Amazon's are not public.
type Card struct {
	ID, Kind    string
	Title, Text string
	// DeviceID and DeviceName are empty on a promotion; a card of another
	// product names a device that is not in the account (DeviceID is empty).
	DeviceID, DeviceName string
	Primary, Secondary   string // the buttons' texts
}

// How a card is answered.
const (
	AnswerPrimary   = "primary"
	AnswerSecondary = "secondary"
	AnswerBack      = "back"
)

// Account is the Amazon account of the phone.
type Account struct {
	SignedIn bool
	Email    string
	Name     string
	Country  string // ISO 3166-1 alpha-2
	// FrustrationFreeSetup is the switch "Frustration-Free Setup" of the account.
	FrustrationFreeSetup bool
}

// Clock is what the world asks of the lab's clock (drivers/virtual/clock).
type Clock interface {
	Now() time.Time
	AfterFunc(d time.Duration, fn func(now time.Time)) (cancel func())
}

// New makes a lab in its initial state, outside of any attempt. The error
// joins a [*FieldError] for everything that is wrong with cfg. events may be
// nil; otherwise it gets the truth, see the package's comment.
func New(cfg Config, clk Clock, events io.Writer) (*World, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	w := &World{cfg: cfg, clk: clk, protocol: protocols()[cfg.Protocol], log: eventLog{out: events}}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.initial("", 0)
	w.emit(Event{Event: EventLabStarted, Protocol: w.cfg.Protocol, Seed: &w.cfg.Seed, Device: w.cfg.Device.Name})
	w.drawPartner()
	w.drawAccount()
	w.supply()
	return w, nil
}

// BeginAttempt puts the lab back into its initial state: the device
// factory-new and without power unless its plug starts on, plugs as configured,
// only the configured devices registered, no card. All randomness begins anew
// from (seed, case, attempt), so that what happens in an attempt depends on
// nothing that happened before it.
func (w *World) BeginAttempt(caseID string, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.initial(caseID, n)
	w.emit(Event{Event: EventAttemptBegan})
	w.drawPartner()
	w.drawAccount()
	w.supply()
}

// Close takes back everything that is scheduled: nothing changes any more by
// itself.
func (w *World) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget()
}

// Devices are the account's devices, in order of registration.
func (w *World) Devices() []Device {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]Device, len(w.devices))
	for i, d := range w.devices {
		all[i] = d.seen()
	}
	return all
}

// Device is the account's device with that id.
func (w *World) Device(id string) (Device, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if d := w.find(id); d != nil {
		return d.seen(), true
	}
	return Device{}, false
}

// Switch asks a device to be on or off, as a tap on a switch in the app does.
// It changes once the device has answered; with an answer time of 0 it has
// changed when Switch returns. A device that does not respond, or that has not
// yet answered, ignores it, and so does an id that is not registered.
func (w *World) Switch(id string, on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if d := w.find(id); d != nil {
		w.ask(d, on)
	}
}

// Delete removes a device from the account, as the app does. The device under
// test is reset by it if the protocol says so and it can be reached; otherwise
// it stays as it is and is not set up again.
func (w *World) Delete(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if d := w.find(id); d != nil {
		w.remove(d, "")
	}
}

// FactoryReset is the button on the device under test. A device that has power
// does not announce itself again before it is powered anew; what the account
// knows stays as it is.
func (w *World) FactoryReset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reset()
}

// Card is the full-screen card that the app shows now: the oldest one that was
// not answered.
func (w *World) Card() (Card, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.cards) == 0 {
		return Card{}, false
	}
	return w.cards[0], true
}

// AnswerCard answers the card that is shown, with [AnswerPrimary],
// [AnswerSecondary] or [AnswerBack]. It does nothing if that card is not the
// one that is shown.
func (w *World) AnswerCard(id, how string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer(id, how)
}

// Unplugged tells whether the phone is off its cable, by the fault
// phone_unplugged.
func (w *World) Unplugged() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.unplugged
}

// TapLost tells whether the tap that is made now has no effect, by the fault
// tap_lost. Ask once for each tap.
func (w *World) TapLost() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.lostTap == 0 {
		return false
	}
	if w.lostTap--; w.lostTap > 0 {
		return false
	}
	w.emit(Event{Event: EventTapLost})
	return true
}

// Account is the account that the phone is signed in to.
func (w *World) Account() Account {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.account
	return Account{SignedIn: a.SignedIn, Email: a.Email, Name: a.Name, Country: a.Country, FrustrationFreeSetup: a.FrustrationFreeSetup}
}

// Version grows with everything that changes in the world: an app that saw it
// need not look again until it has grown.
func (w *World) Version() uint64 { return w.version.Load() }

// DeviceLog is what the device under test wrote to its log in this attempt,
// the newest thousand lines, oldest first.
func (w *World) DeviceLog() []LogLine {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]LogLine(nil), w.dut.log...)
}

// LogLine is a line of a device's log.
type LogLine struct {
	At   time.Time
	Text string
}

// Err is why the truth could not be written, or nil. After the first error
// nothing more is written, so that no line is torn.
func (w *World) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.err
}
