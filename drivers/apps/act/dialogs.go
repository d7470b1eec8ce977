package act

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/dialogs"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// The bounds of dealing with what lies over an app.
const (
	strangerStays = 4 * time.Second // what is not recognised may go by itself: a window that opens, a volume bar
	dialogLeaves  = 5 * time.Second // after it was answered
	mostDialogs   = 25              // in one attempt, of all kinds together
)

// Share makes the guide's hand look with the eyes of the phone's other apps,
// which learn of the app.
func (g *Guide) Share(eyes *Eyes) {
	g.Hand.Eyes = eyes
	eyes.apps = append(eyes.apps, g)
}

// uncover answers the dialogs that lie over the app, by policy, and returns
// what is there then. What is not known is not touched: that is an error.
func (h *Hand) uncover(ctx context.Context, tree *screen.Tree) (*screen.Tree, error) {
	e := h.eyes()
	if e.Dialogs == nil || e.dealing {
		return tree, nil
	}
	s := e.over(tree, h)
	if s.Nothing() {
		return tree, nil
	}
	e.dealing = true
	defer func() { e.dealing = false }()
	for !s.Nothing() {
		var choice dialogs.Choice
		var err error
		if tree, s, choice, err = h.decide(ctx, tree, s); err != nil {
			return nil, err
		}
		if s.Nothing() {
			break
		}
		var crash error
		if s.Dialog.Kind == dialogs.Crash {
			if crash, err = h.culprit(ctx, s); err != nil {
				return nil, err
			}
		}
		evidence := e.keep(ctx, s.Dialog.Name)
		h.report(s, choice, windowWords(tree, s), evidence)
		if tree, err = h.answer(ctx, tree, s, choice); err != nil {
			return nil, with(err, evidence)
		}
		if crash != nil {
			return nil, with(crash, evidence)
		}
		s = e.over(tree, h)
	}
	return tree, nil
}

// over is what lies over the app that the hand drives.
func (e *Eyes) over(tree *screen.Tree, h *Hand) dialogs.Sight {
	own := h.Map.Packages()
	all := []*screen.Map{h.Map}
	for _, g := range e.apps {
		own, all = append(own, g.Hand.Map.Packages()...), append(all, g.Hand.Map)
	}
	return e.Dialogs.Find(tree, own, func(w *screen.Node) bool {
		for _, m := range all {
			for _, s := range m.Screens() {
				if s.ShownIn(tree, w) {
					return true
				}
			}
		}
		return false
	})
}

// decide finds how what is seen is to be answered. It looks again for a while
// at what it does not know: a window that opens or closes looks odd.
func (h *Hand) decide(ctx context.Context, tree *screen.Tree, s dialogs.Sight) (*screen.Tree, dialogs.Sight, dialogs.Choice, error) {
	e := h.eyes()
	var choice dialogs.Choice
	first := true
	err := drivers.Poll(ctx, h.Clock, drivers.Wait{For: "a window that is known", Timeout: strangerStays, Every: lookEvery}, func(ctx context.Context) error {
		if !first {
			var err error
			if tree, err = h.Look(ctx); err != nil {
				return err
			}
			s = e.over(tree, h)
		}
		first = false
		if s.Nothing() {
			return nil
		}
		var ok bool
		if choice, ok = e.Dialogs.Choose(tree, s); !ok {
			return drivers.ErrNotYet
		}
		return nil
	})
	switch {
	case err == nil && s.Nothing():
		return tree, s, choice, nil
	case err == nil:
		return tree, s, choice, h.bounded(ctx, tree, s)
	case isTimeout(err):
		return nil, s, choice, h.stranger(ctx, tree, s)
	}
	return nil, s, choice, err
}

// bounded is an error if the dialog was answered often enough.
func (h *Hand) bounded(ctx context.Context, tree *screen.Tree, s dialogs.Sight) error {
	e := h.eyes()
	if s.Dialog.Kind == dialogs.UpdateWall {
		return &certification.Trouble{Code: certification.AppMustUpdate, Cause: h.blame(s), Evidence: append(e.keep(ctx, s.Dialog.Name), windowWords(tree, s)),
			Message: "the app demands to be updated before it can be used", Hint: "update the app by hand on every phone, and see with `ffscert check` whether its screen map covers the new version"}
	}
	if e.answered == nil {
		e.answered = map[string]int{}
	}
	total := 0
	for _, n := range e.answered {
		total += n
	}
	times := e.answered[s.Dialog.Name]
	if t := networkTrouble(s, times); t != nil && times >= s.Dialog.Most {
		t.Evidence = append(t.Evidence, windowWords(tree, s))
		return with(t, e.keep(ctx, s.Dialog.Name))
	}
	if times >= s.Dialog.Most || total >= mostDialogs {
		return &certification.Trouble{Code: certification.AppDialogStays, Cause: h.blame(s), Evidence: e.keep(ctx, s.Dialog.Name),
			Message: fmt.Sprintf("the %s dialog was answered %d times and is there again: %s", s.Dialog.Kind, times, windowWords(tree, s)),
			Hint:    "see the picture, and put an end to it by hand"}
	}
	e.answered[s.Dialog.Name]++
	return nil
}

// networkTrouble is the trouble of an app that says it has no internet, or does
// not reach its cloud; nil for any other dialog.
func networkTrouble(s dialogs.Sight, times int) *certification.Trouble {
	switch s.Dialog.Kind {
	case dialogs.Offline:
		return &certification.Trouble{Code: certification.NetPhoneOffline, Cause: certification.CauseNetwork,
			Message: fmt.Sprintf("the app says that it has no internet, and does so again after %d retries", times),
			Hint:    "see whether the phone has Wi-Fi, and whether the network has internet"}
	case dialogs.CloudError:
		return &certification.Trouble{Code: certification.NetCloud, Cause: certification.CauseNetwork,
			Message: fmt.Sprintf("the app does not reach its cloud, and says so again after %d retries", times),
			Hint:    "see whether Amazon reports an outage, and whether another phone reaches it"}
	}
	return nil
}

// stranger is the error for what is not known.
func (h *Hand) stranger(ctx context.Context, tree *screen.Tree, s dialogs.Sight) error {
	what, hint := "something that no map knows", "see the picture; describe it in a file of dialogs (screens.dialogs in the configuration), or put it away by hand"
	if s.Dialog != nil {
		what = "a " + string(s.Dialog.Kind) + " dialog without exactly one button for its answer"
		hint = "see the picture; correct its answers in a file of dialogs (screens.dialogs in the configuration)"
	}
	return &certification.Trouble{Code: certification.AppUnknownDialog, Cause: h.blame(s), Evidence: h.eyes().keep(ctx, "unknown-dialog"),
		Message: what + " lies over the app (" + s.Window.Package + "): " + windowWords(tree, s), Hint: hint}
}

// blame is who is to blame for a dialog that cannot be put away: the app whose
// window it is, or else the phone. Neither fails the product.
func (h *Hand) blame(s dialogs.Sight) certification.Cause {
	pkg := s.Window.Package
	for _, g := range h.eyes().apps {
		if g.App.Package == pkg || dialogs.SameApp(s.App, g.Hand.Map.Labels()...) {
			if g.Crashed.MayFail() {
				return g.Cause
			}
			return g.Crashed
		}
	}
	return certification.CauseRig
}

// culprit is the error for an app of ours that has ended by itself; nil for any
// other, and before the attempt has begun.
func (h *Hand) culprit(ctx context.Context, s dialogs.Sight) (crash, err error) {
	e := h.eyes()
	var gone *Guide
	for _, g := range e.apps {
		if dialogs.SameApp(s.App, g.Hand.Map.Labels()...) {
			gone = g
			break
		}
	}
	for _, g := range e.apps {
		if gone == nil && g.App.Package == e.front {
			state, err := h.Phone.QueryAppState(ctx, g.App)
			if err != nil {
				return nil, err
			}
			if state == drivers.AppNotRunning {
				gone = g
			}
		}
	}
	if gone == nil || e.Lenient {
		return nil, nil
	}
	e.front = "" // it is said once
	return gone.crashed(), nil
}

// report tells what was there and how it is answered.
func (h *Hand) report(s dialogs.Sight, c dialogs.Choice, words string, evidence []string) {
	how := "the back key"
	if c.Button != nil {
		how = fmt.Sprintf("%q", c.Button.Label())
	}
	if h.Notice != nil {
		h.Notice(Notice{Rule: "DIALOG-ANSWERED", Evidence: evidence,
			Text: fmt.Sprintf("answered the %s dialog of %s with %s (%s): %s", s.Dialog.Kind, s.Window.Package, how, c.Answer, words)})
	}
}

// answer touches the button, once, and waits until the dialog has gone. If it
// stays, it is dealt with again, and that is counted.
func (h *Hand) answer(ctx context.Context, tree *screen.Tree, s dialogs.Sight, c dialogs.Choice) (*screen.Tree, error) {
	before := tree.Fingerprint()
	h.Forget()
	if c.Button == nil {
		if err := h.Phone.Back(ctx); err != nil {
			return nil, err
		}
	} else {
		handle, err := h.Phone.Find(ctx, c.Ask.Locator())
		var place drivers.Rect
		if err == nil {
			place, err = h.place(ctx, handle)
		}
		switch {
		case drivers.NoSuchElement(err), drivers.StaleElement(err), err == nil && place != c.Button.Bounds:
			return h.Look(ctx) // it has gone, or it moves
		case err != nil:
			return nil, err
		}
		if err := h.click(ctx, handle); err != nil && !drivers.StaleElement(err) {
			return nil, err
		}
	}
	err := drivers.Poll(ctx, h.Clock, drivers.Wait{For: "the " + string(s.Dialog.Kind) + " dialog to go", Timeout: dialogLeaves, Every: lookEvery},
		func(ctx context.Context) error {
			var err error
			if tree, err = h.Look(ctx); err != nil {
				return err
			}
			if tree.Fingerprint() == before {
				return drivers.ErrNotYet
			}
			return nil
		})
	if isTimeout(err) {
		err = nil
	}
	return tree, err
}

// keep takes a picture and the page source, if somebody keeps them.
func (e *Eyes) keep(ctx context.Context, name string) []string {
	if e.Keep == nil {
		return nil
	}
	return e.Keep(ctx, name)
}

// with adds evidence to a trouble.
func with(err error, evidence []string) error {
	t := certification.TroubleOf(err)
	t.Evidence = append(slices.Clone(t.Evidence), evidence...)
	return err
}

func windowWords(t *screen.Tree, s dialogs.Sight) string { return words(t, s.Window, 6, 200) }
