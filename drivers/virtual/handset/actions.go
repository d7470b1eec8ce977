package handset

import (
	"fmt"
	"slices"

	"ffscert/drivers/virtual/apps"
)

// action is what a model's action does.
type action func(h *Handset, e *env, a apps.Action)

// actions are the functions behind the names of [apps.DefaultVocabulary].
func actions() map[string]action {
	return map[string]action{
		"none": func(*Handset, *env, apps.Action) {},
		"open": func(h *Handset, e *env, a apps.Action) {
			d := e.about()
			if d != nil {
				copied := *d
				d = &copied
			}
			h.pushFrom(e.in, e.page.from, a.Screen, d)
		},
		"replace": func(h *Handset, e *env, a apps.Action) {
			e.in.pages = e.in.pages[:len(e.in.pages)-1]
			h.pushFrom(e.in, e.page.from, a.Screen, e.about())
		},
		"tab":   func(h *Handset, e *env, a apps.Action) { h.tab(e.in, a.Screen) },
		"back":  func(h *Handset, e *env, _ apps.Action) { h.pop(e.in) },
		"home":  func(h *Handset, _ *env, _ apps.Action) { h.start(h.home) },
		"close": func(h *Handset, e *env, _ apps.Action) { h.closeOverlay(e.in) },
		"pop_to": func(h *Handset, e *env, a apps.Action) {
			for i := len(e.in.pages) - 2; i >= 0; i-- {
				if e.in.pages[i].name == a.Screen {
					h.reveal(e.in, i)
					return
				}
			}
			if e.in.top().name != a.Screen {
				h.push(e.in, a.Screen, nil)
			}
		},
		"show": func(h *Handset, e *env, a apps.Action) {
			o, _ := e.in.model.Overlay(a.Overlay)
			h.visits++
			e.in.overlays = append(e.in.overlays, &shown{o, h.visits})
			h.animate(e.in, 0, 0.03)
		},
		"refresh": func(h *Handset, e *env, _ apps.Action) { h.fetch(e.in) },
		"toggle_device": func(h *Handset, e *env, _ apps.Action) {
			if d := e.about(); d != nil {
				if now, ok := h.lab.Device(d.ID); ok && !ofPartner(e.in.model) {
					h.lab.Switch(d.ID, !now.On)
				}
			}
		},
		"delete_device": func(h *Handset, e *env, _ apps.Action) {
			d := e.about()
			switch {
			case d == nil:
			case ofPartner(e.in.model):
				h.lab.PartnerRemove(d.ID)
			default:
				h.lab.Delete(d.ID)
			}
		},
		"answer_card": func(h *Handset, e *env, a apps.Action) {
			if c, ok := h.lab.Card(); ok {
				h.lab.AnswerCard(c.ID, a.Value)
			}
		},
		"sign_in": func(h *Handset, e *env, _ apps.Action) {
			in := true
			h.signedIn[e.in.model.Package] = &in
		},
		"launch": func(h *Handset, e *env, a apps.Action) {
			m := e.icon
			if a.Package != "" {
				m = h.model(a.Package)
			}
			if m != nil {
				h.start(m)
			}
		},
		"dismiss":              func(h *Handset, e *env, a apps.Action) { h.dismiss(e.in, a.Overlay) },
		"partner_sign_in":      func(h *Handset, e *env, a apps.Action) { h.lab.PartnerSignIn(apps.Fill(a.Value, e.field)) },
		"partner_sign_out":     func(h *Handset, _ *env, _ apps.Action) { h.lab.PartnerSignOut() },
		"revoke_authorization": func(h *Handset, _ *env, _ apps.Action) { h.lab.Revoke() },
		"unlink_account":       func(h *Handset, _ *env, _ apps.Action) { h.lab.PartnerUnlink() },
		"start_own_set_up":     func(h *Handset, _ *env, _ apps.Action) { h.lab.StartOwnSetUp() },
		"request_authorization": func(h *Handset, e *env, a apps.Action) {
			h.requestAuthorization(e.in, a.Package)
		},
		"answer_authorization": func(h *Handset, _ *env, a apps.Action) { h.answerAuthorization(a.Value) },
		"answer_dialog": func(h *Handset, e *env, a apps.Action) {
			if d := e.dialog(); d != nil {
				h.lab.AnswerDialog(d.ID, apps.Fill(a.Value, e.field))
			}
		},
		"close_crash": func(h *Handset, _ *env, _ apps.Action) { h.crashed = "" },
		"set_input": func(h *Handset, e *env, a apps.Action) {
			e.page.inputs[a.Input] = e.say(a.Value)
		},
	}
}

// run does one action after the other. Each sees what the ones before it did.
func (h *Handset) run(e *env, list apps.Actions) {
	known := actions()
	e.memo = nil
	for _, a := range list {
		if a.When.Holds(e.field) {
			known[a.Do](h, e, a)
		}
	}
}

// knownActions tells whether every action of the models has a function.
func knownActions(models []*apps.Model) error {
	known := actions()
	for _, m := range models {
		for _, a := range m.AllActions() {
			if known[a.Do] == nil {
				return fmt.Errorf("handset: %s wants the action %q, which does not exist", m, a.Do)
			}
		}
	}
	return nil
}

// tab shows a page of the tab bar. Only the first page stays below it, so that
// the way back from every tab leads there.
func (h *Handset) tab(in *instance, name string) {
	if in.top().name == name {
		clear(in.top().scroll)
		return
	}
	if in.pages[0].name == name {
		h.reveal(in, 0)
		return
	}
	in.pages = slices.Delete(in.pages, 1, len(in.pages))
	h.push(in, name, nil)
}

// pop returns to the page before; from the first page it leaves the app.
func (h *Handset) pop(in *instance) {
	if len(in.pages) > 1 {
		h.reveal(in, len(in.pages)-2)
		return
	}
	if in.model != h.home {
		h.start(h.home)
	}
}

func (h *Handset) closeOverlay(in *instance) {
	if n := len(in.overlays); n > 0 {
		in.overlays = in.overlays[:n-1]
		h.animate(in, 0, 0)
	}
}
