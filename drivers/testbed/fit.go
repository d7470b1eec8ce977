package testbed

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// Fitting is which screen map was taken for the phone, and why.
type Fitting struct {
	Map     *screen.Map
	Version string // of the Alexa app; "" is not known
	Locale  string // of the phone; "" is not known
	// Outside tells that no map is meant for the version: the map is the nearest.
	Outside bool
	Notes   []act.Notice
}

// Fit takes, among the maps of the Alexa app, the one that is meant for the
// release on the phone, and lets all maps look for the words of the phone's
// language. A release that no map is meant for gets the nearest map, which is
// worth a warning. What the phone does not say is not guessed: the map of the
// newest releases is taken then, in all its languages. Once it has succeeded,
// the phone is not asked again.
func (t *Testbed) Fit(ctx context.Context) (Fitting, error) {
	if t.fitting != nil {
		return *t.fitting, nil
	}
	d, ok := t.Phone.(drivers.Diagnostics)
	if !ok {
		return Fitting{Map: t.Alexa.Map()}, nil
	}
	var f Fitting
	info, err := d.DeviceInfo(ctx)
	if err != nil && !unsaid(err) {
		return f, err
	}
	f.Locale = info.Locale
	own := t.Alexa.Map()
	if len(t.AlexaMaps) > 0 {
		f.Version, err = drivers.AppVersion(ctx, d, own.Application().Package)
		if err != nil {
			if !unsaid(err) {
				return f, err
			}
			f.Version = ""
		}
		c, ok := screen.Pick(t.AlexaMaps, own.App(), own.Platform(), f.Version)
		if !ok {
			return f, fmt.Errorf("there is no screen map of the app %q on %s", own.App(), own.Platform())
		}
		f.Map, f.Outside = c.Map, c.Outside
		if w := c.Warning(f.Version); w != "" {
			f.Notes = append(f.Notes, act.Notice{Rule: "SCREEN-MAP", Warning: true,
				Text: w + "; see whether it fits with `ffscert screens check --testbed " + t.Name + "`, or have a new one made with `ffscert screens learn`"})
		} else if f.Version == "" && len(t.AlexaMaps) > 1 {
			f.Notes = append(f.Notes, act.Notice{Rule: "SCREEN-MAP",
				Text: "the version of the Alexa app is not known: the screen map of the newest releases is used, " + c.Map.File()})
		}
	} else {
		f.Map = own
	}
	if f.Locale != "" {
		if !f.Map.Speaks(f.Locale) {
			f.Notes = append(f.Notes, act.Notice{Rule: "SCREEN-LANGUAGE",
				Text: fmt.Sprintf("the screen map %s has no words for the phone's language, %s (it has %s): all are looked for", f.Map.File(), f.Locale, strings.Join(f.Map.Languages(), ", "))})
		}
		f.Map = f.Map.For(f.Locale)
	}
	t.Alexa.Use(f.Map)
	t.fitting = &f
	return f, nil
}

// Unfit forgets which map was taken, so that the phone is asked again: an
// attempt that is recorded, or replayed, holds all that it depends on.
func (t *Testbed) Unfit() { t.fitting = nil }

// unsaid tells whether a phone, or its server, does not say something, and
// asking again will not change that.
func unsaid(err error) bool {
	var t *certification.Trouble
	return drivers.NotAllowed(err) || drivers.UnknownToServer(err) || !errors.As(err, &t)
}
