package steps

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/text/language"

	"ffscert/drivers"
	"ffscert/features/certification"
)

func phoneSentences() []Sentence {
	return []Sentence{
		sentence(ActorPhone, "the phone's language is {language}",
			"Makes sure that the phone is set to that language; without a region, any region of it will do. It is not changed: set it in the phone's settings, or with the "+
				"capabilities appium:language and appium:locale. A phone that speaks another language blocks the attempt.",
			`Given the phone's language is "de-DE"`,
			func(ctx context.Context, a *Attempt, args []string) error { return a.mustSpeak(ctx, args[0]) }),

		sentence(ActorPhone, "I turn the phone on its side",
			"Turns the screen to landscape. The next attempt begins upright again.",
			"When I turn the phone on its side",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.turn(ctx, drivers.Landscape) }),

		sentence(ActorPhone, "I turn the phone upright",
			"Turns the screen to portrait.",
			"And I turn the phone upright",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.turn(ctx, drivers.Portrait) }),

		sentence(ActorPhone, "I press the home key",
			"Sends the app that is in front to the background, as a customer does who looks at something else.",
			"When I press the home key",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.press(ctx, drivers.KeyHome) }),

		sentence(ActorPhone, "I press the back key",
			"Presses the phone's back key once.",
			"When I press the back key",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.press(ctx, drivers.KeyBack) }),
	}
}

// press presses a key of the phone. What was seen before is worth nothing then.
func (a *Attempt) press(ctx context.Context, key drivers.KeyCode) error {
	a.Bed.LookAway()
	if key == drivers.KeyBack {
		return a.Bed.Phone.Back(ctx)
	}
	return a.Bed.Phone.PressKey(ctx, key)
}

func (a *Attempt) turn(ctx context.Context, to drivers.Orientation) error {
	p, ok := a.Bed.Phone.(drivers.Posture)
	if !ok {
		return cannot("turn its screen")
	}
	a.Bed.LookAway()
	if err := p.Turn(ctx, to); err != nil {
		return err
	}
	is, err := p.Orientation(ctx)
	if err == nil && is != to {
		err = &certification.Trouble{Code: certification.RigPhone, Cause: certification.CauseRig,
			Message: "the screen was to be turned, and stays " + strings.ToLower(string(is)), Hint: "the app in front may allow only one orientation"}
	}
	return err
}

func cannot(what string) error {
	return &certification.Trouble{Code: certification.DefConfiguration, Cause: certification.CauseDefinition,
		Message: "the driver of this phone cannot " + what, Hint: "use a phone behind Appium's UiAutomator2 driver"}
}

func (a *Attempt) mustSpeak(ctx context.Context, want string) error {
	tag, err := languageTag(want)
	if err != nil {
		return err
	}
	p, ok := a.Bed.Phone.(drivers.Diagnostics)
	if !ok {
		return cannot("say which language it speaks")
	}
	info, err := p.DeviceInfo(ctx)
	if err != nil {
		return err
	}
	has, err := language.Parse(info.Locale)
	if err != nil {
		return &certification.Trouble{Code: certification.RigLanguage, Cause: certification.CauseRig,
			Message: fmt.Sprintf("which language the phone speaks cannot be read from %q", clip(info.Locale, 30)), Hint: "see the phone's language settings"}
	}
	if !speaks(has, tag) {
		return &certification.Trouble{Code: certification.RigLanguage, Cause: certification.CauseRig,
			Message: fmt.Sprintf("the phone's language is %s, not %s", has, tag), Hint: "set it in the phone's settings, or with the capabilities appium:language and appium:locale"}
	}
	a.Observe("the phone's language is " + has.String())
	return nil
}

// speaks tells whether a phone's language is the one that is wanted: the
// language must be the same, and so must the region and the script that are
// asked for.
func speaks(has, want language.Tag) bool {
	hb, hs, hr := has.Raw()
	wb, ws, wr := want.Raw()
	return hb == wb && (ws == language.Script{} || hs == language.Script{} || ws == hs) && (wr == language.Region{} || wr == hr)
}
