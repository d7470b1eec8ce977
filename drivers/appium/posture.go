package appium

import (
	"context"
	"strings"

	"ffscert/drivers"
)

var _ drivers.Posture = (*Phone)(nil)

// Unlock wakes the phone and asks for "mobile: unlock".
func (p *Phone) Unlock(ctx context.Context) error {
	if err := p.PressKey(ctx, drivers.KeyWakeUp); err != nil {
		return err
	}
	return p.mobile(ctx, "unlock", struct{}{}, nil)
}

// Orientation asks for the screen's orientation.
func (p *Phone) Orientation(ctx context.Context) (drivers.Orientation, error) {
	var v plain
	if err := p.get(ctx, "/orientation", "orientation", p.options.Limits.Other, &v); err != nil {
		return "", err
	}
	switch o := drivers.Orientation(strings.ToUpper(string(v))); o {
	case drivers.Portrait, drivers.Landscape:
		return o, nil
	}
	return "", senseless("gives an orientation that nobody knows")
}

// Turn sets the screen's orientation.
func (p *Phone) Turn(ctx context.Context, to drivers.Orientation) error {
	return p.post(ctx, "/orientation", "orientation", p.options.Limits.Action, struct {
		Orientation string `json:"orientation"`
	}{string(to)}, nil)
}

// KeyboardShown asks for "mobile: isKeyboardShown".
func (p *Phone) KeyboardShown(ctx context.Context) (bool, error) {
	var v *bool
	if err := p.mobile(ctx, "isKeyboardShown", struct{}{}, &v); err != nil {
		return false, err
	}
	if v == nil {
		return false, senseless("does not say whether the keyboard is shown")
	}
	return *v, nil
}

// HideKeyboard asks for "mobile: hideKeyboard".
func (p *Phone) HideKeyboard(ctx context.Context) error {
	return p.mobile(ctx, "hideKeyboard", struct{}{}, nil)
}
