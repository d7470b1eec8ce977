package world_test

import (
	"testing"
	"time"

	"ffscert/drivers/virtual/world"
)

func TestDialogs(t *testing.T) {
	for kind, c := range map[world.DialogKind]struct {
		owner  string
		change func(*world.Faults)
	}{
		world.DialogPermission: {world.AppSystem, func(f *world.Faults) { f.PermissionDialog = 1 }},
		world.DialogRating:     {world.AppAlexa, func(f *world.Faults) { f.RatingDialog = 1 }},
		world.DialogUpdate:     {world.AppAlexa, func(f *world.Faults) { f.UpdatePrompt = 1 }},
		world.DialogBattery:    {world.AppSystem, func(f *world.Faults) { f.BatteryDialog = 1 }},
		world.DialogUnknown:    {world.AppSystem, func(f *world.Faults) { f.UnknownDialog = 1 }},
	} {
		t.Run(string(kind), func(t *testing.T) {
			l := newLab(t, func(cfg *world.Config) { c.change(&cfg.Faults) })
			equal(t, len(l.Dialogs()), 0)
			l.plug("First plug", true)
			l.pass(45 * time.Second)
			open := l.Dialogs()
			if len(open) != 1 {
				t.Fatal(open)
			}
			d := open[0]
			equal(t, d.Kind, kind)
			equal(t, d.Owner, c.owner)
			isTrue(t, d.Title != "" && len(d.Buttons) > 0)
			d.Buttons[0] = "x" // a copy
			isTrue(t, l.Dialogs()[0].Buttons[0] != "x")
			shown := l.one(world.EventDialogShown)
			isTrue(t, shown.T >= l.one(world.EventDevicePowered).T)
			equal(t, shown.ID+shown.Kind+shown.App, d.ID+string(kind)+c.owner)
			l.AnswerDialog("dialog-99", "OK")
			equal(t, len(l.Dialogs()), 1)
			l.AnswerDialog(d.ID, "LATER")
			equal(t, len(l.Dialogs()), 0)
			equal(t, l.one(world.EventDialogAnswered).How, "LATER")
			l.one(world.EventDeviceSetUp) // they are only in the way
		})
	}
}

func TestDialogsAreKeptInOrder(t *testing.T) {
	l := newLab(t, func(c *world.Config) { c.Faults.BatteryDialog, c.Faults.RatingDialog, c.Faults.UnknownDialog = 1, 1, 1 })
	l.plug("First plug", true)
	l.pass(45 * time.Second)
	var ids []string
	for _, d := range l.Dialogs() {
		ids = append(ids, d.ID)
	}
	equal(t, ids, []string{"dialog-1", "dialog-2", "dialog-3"})
	l.AnswerDialog("dialog-2", world.AnswerBack)
	equal(t, len(l.Dialogs()), 2)
	l.BeginAttempt("c", 1)
	equal(t, len(l.Dialogs()), 0)
}

func TestCrashes(t *testing.T) {
	l := newLab(t, func(c *world.Config) { c.Faults.AlexaAppCrash = 1 })
	l.plug("First plug", true)
	isTrue(t, !l.CrashDue(world.AppAlexa))
	before := l.Version()
	for len(l.of(world.EventAppCrashDue)) == 0 {
		before = l.Version()
		l.pass(time.Second)
	}
	isTrue(t, l.Version() > before)
	isTrue(t, !l.CrashDue(world.AppPartner))
	isTrue(t, l.CrashDue(world.AppAlexa))
	equal(t, l.one(world.EventAppCrashed).App, "alexa")
	isTrue(t, !l.CrashDue(world.AppAlexa), "it crashes once")

	l = newLab(t, func(c *world.Config) { c.Faults.PartnerAppCrash = 1 })
	l.plug("First plug", true)
	l.pass(time.Hour)
	isTrue(t, !l.CrashDue(world.AppAlexa))
	isTrue(t, l.CrashDue(world.AppPartner), "it waits for the app to run")
	l.plug("First plug", false)
	l.plug("First plug", true)
	l.BeginAttempt("c", 1)
	isTrue(t, !l.CrashDue(world.AppPartner))
}
