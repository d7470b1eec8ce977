package testbed

import (
	"context"
	"fmt"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/dialogs"
	"ffscert/drivers/evidence"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// startWithin bounds the way to the start, on the testbed's clock.
const startWithin = 3 * time.Minute

// NewCamera is a camera for the phone that keeps nothing that is secret in one
// of its apps. save keeps a file and returns its path.
func (t *Testbed) NewCamera(save func(name string, data []byte) (string, error)) *evidence.Camera {
	c := &evidence.Camera{Phone: t.Phone, Maps: []*screen.Map{t.Alexa.Map()}, Known: t.Secrets, Person: t.Customer, Save: save}
	if t.Partner != nil {
		c.Maps = append(c.Maps, t.Partner.Map())
		c.Secrets = append(c.Secrets, t.Partner.Account.Password)
	}
	if t.Amazon != nil {
		c.Maps = append(c.Maps, t.Amazon.Map())
		c.Secrets = append(c.Secrets, t.Amazon.Account.Password)
	}
	return c
}

// ToStart brings the phone into the state in which every attempt begins, from
// whatever it shows: the screen on, unlocked and upright, no keyboard, and the
// Alexa app in front with its devices page. Dialogs are answered by policy.
// What is done is told as notices. It is a *certification.Trouble if the start
// is not reached within its bound.
func (t *Testbed) ToStart(ctx context.Context, notice func(act.Notice)) error {
	if t.eyes != nil {
		t.eyes.Lenient = true
		defer func() { t.eyes.Lenient = false }()
	}
	fitting, err := t.Fit(ctx)
	if err != nil {
		return err
	}
	if notice != nil {
		for _, n := range fitting.Notes {
			notice(n)
		}
	}
	if t.Camera != nil {
		t.Camera.Maps[0] = fitting.Map
	}
	late := t.Clock.Now().Add(startWithin)
	if p, ok := t.Phone.(drivers.Posture); ok {
		if err := t.upright(ctx, p, notice); err != nil {
			return err
		}
	}
	_, err = t.Alexa.OpenDevicesBefore(ctx, late)
	return err
}

// upright wakes, unlocks and turns the phone, and puts its keyboard away. A
// server that knows one of the commands not at all is not asked for more.
func (t *Testbed) upright(ctx context.Context, p drivers.Posture, notice func(act.Notice)) error {
	tell := func(text string) {
		if notice != nil {
			notice(act.Notice{Rule: "PHONE-READY", Text: text})
		}
	}
	locked, err := p.Locked(ctx)
	if err != nil && !drivers.UnknownToServer(err) {
		return err
	}
	if locked {
		tell("the phone's screen was off or locked: it is woken and unlocked")
		if err := p.Unlock(ctx); err != nil && !drivers.UnknownToServer(err) {
			return lockedTrouble(err)
		}
		err := drivers.Poll(ctx, t.Clock, drivers.Wait{For: "the phone to be unlocked", Timeout: 5 * time.Second, Every: time.Second}, func(ctx context.Context) error {
			if locked, err := p.Locked(ctx); err != nil || !locked {
				return err
			}
			return drivers.ErrNotYet
		})
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			return lockedTrouble(err)
		}
	}
	o, err := p.Orientation(ctx)
	switch {
	case err != nil && !drivers.UnknownToServer(err):
		return err
	case err == nil && o != drivers.Portrait:
		tell(fmt.Sprintf("the phone was turned (%s): it is turned upright", o))
		if err := p.Turn(ctx, drivers.Portrait); err != nil {
			return err
		}
	}
	shown, err := p.KeyboardShown(ctx)
	if err != nil && !drivers.UnknownToServer(err) {
		return err
	}
	if shown {
		tell("the keyboard was up: it is put away")
		return p.HideKeyboard(ctx)
	}
	return nil
}

func lockedTrouble(err error) error {
	return &certification.Trouble{Code: certification.RigPhone, Cause: certification.CauseRig, Message: "the phone is locked and cannot be unlocked", Err: err,
		Hint: "take the screen lock off, or give the session appium:unlockType and appium:unlockKey; a screen that is left on while it charges never locks"}
}

// book are the dialogs that are answered: those of the configuration, or else
// the built-in ones.
func (t *Testbed) book() *dialogs.Book {
	if t.Dialogs != nil {
		return t.Dialogs
	}
	b, err := dialogs.BuiltIn()
	if err != nil {
		panic("the built-in dialogs are broken: " + err.Error()) // a test keeps them whole
	}
	return b
}
