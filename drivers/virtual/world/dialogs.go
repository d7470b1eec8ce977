package world

import (
	"fmt"
	"slices"
	"time"
)

// The apps whose crashes the lab decides on, and whose dialogs it knows.
const (
	AppAlexa   = "alexa"
	AppPartner = "partner"
	AppSystem  = "system" // only as the owner of a dialog: Android itself
)

// DialogKind is what a dialog is about.
type DialogKind string

// The kinds of dialogs.
const (
	DialogPermission DialogKind = "permission" // Android asks whether the Alexa app may do something
	DialogRating     DialogKind = "rating"     // the Alexa app would like to be rated
	DialogUpdate     DialogKind = "update"     // there is a newer Alexa app
	DialogBattery    DialogKind = "battery"    // Android warns of an empty battery
	DialogUnknown    DialogKind = "unknown"    // something that no tool has heard of
	// DialogNotResponding is Android's, of an app that hangs.
	DialogNotResponding DialogKind = "not_responding"
	DialogUpdateWall    DialogKind = "update_wall" // the Alexa app wants to be updated, and nothing else
	DialogOffline       DialogKind = "offline"     // the Alexa app has no internet
	DialogCloudError    DialogKind = "cloud_error" // the Alexa app does not reach its cloud
)

// Dialog is something that lies above whatever app is open until it is
// answered. Its texts are ours.
type Dialog struct {
	ID   string
	Kind DialogKind
	// Owner is who shows it: [AppSystem] or [AppAlexa]. A dialog of the Alexa app
	// covers that app only, one of the system everything.
	Owner       string
	Title, Text string
	// Buttons are the texts of the buttons, the one that agrees first; at least one.
	Buttons []string
	// stays: what is behind it lasts, so that it comes back.
	stays bool
}

// dialogReturns is how long a dialog stays away whose reason lasts.
const dialogReturns = 700 * time.Millisecond

// Dialogs are the dialogs that were not answered yet, the oldest first: that
// one is on top. They come by the faults permission_dialog, rating_dialog,
// update_prompt, battery_dialog and unknown_dialog, at some moment after the
// device under test got power.
func (w *World) Dialogs() []Dialog {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := slices.Clone(w.dialogs)
	for i := range all {
		all[i].Buttons = slices.Clone(all[i].Buttons)
	}
	return all
}

// AnswerDialog closes the dialog with that id; how is the text of the button,
// or [AnswerBack], and goes to the events as it is. An unknown id is ignored.
func (w *World) AnswerDialog(id, how string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, d := range w.dialogs {
		if d.ID == id {
			w.dialogs = slices.Delete(w.dialogs, i, i+1)
			w.emit(Event{Event: EventDialogAnswered, ID: d.ID, Kind: string(d.Kind), App: d.Owner, How: how})
			if d.stays {
				w.after(dialogReturns, func() { w.showDialog(d) })
			}
			return
		}
	}
}

// CrashDue tells whether an app ([AppAlexa] or [AppPartner]) crashes now, and
// takes the crash as done: each is told of once. Ask while the app runs; a
// crash that is due waits for it. Crashes come by the faults alexa_app_crash
// and partner_app_crash, at some moment after the device under test got power;
// [World.Version] grows when one becomes due.
func (w *World) CrashDue(app string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.crashes, app)
	if i < 0 {
		return false
	}
	w.crashes = slices.Delete(w.crashes, i, i+1)
	w.emit(Event{Event: EventAppCrashed, App: app})
	return true
}

// disturb decides what comes between, when the device under test gets power.
func (w *World) disturb() {
	within := Range{0, w.cfg.Device.SetUpTime.Max}
	sometime := func(f Fault, fn func()) {
		at := w.rnd.in("when/"+string(f), within)
		if w.strikes(f, "", idDUT) {
			w.after(at, fn)
		}
	}
	sometime(FaultAlexaAppCrash, func() { w.crash(AppAlexa) })
	sometime(FaultPartnerAppCrash, func() { w.crash(AppPartner) })
	sometime(FaultPhoneUnplugged, func() {
		w.unplugged = true
		w.emit(Event{Event: EventPhoneUnplugged})
		w.after(w.rnd.in("phone_unplugged", Range{5 * time.Second, 40 * time.Second}), func() {
			w.unplugged = false
			w.emit(Event{Event: EventPhonePlugged})
		})
	})
	if w.strikes(FaultLabWiFiDown, "", idDUT) {
		w.loseWiFi()
	}
	for _, d := range dialogTexts() {
		sometime(d.fault, func() { w.showDialog(d.Dialog) })
	}
}

func (w *World) crash(app string) {
	if !slices.Contains(w.crashes, app) {
		w.crashes = append(w.crashes, app)
	}
	w.emit(Event{Event: EventAppCrashDue, App: app})
}

func (w *World) showDialog(d Dialog) {
	w.madeDialogs++
	d.ID = fmt.Sprintf("dialog-%d", w.madeDialogs)
	w.dialogs = append(w.dialogs, d)
	w.emit(Event{Event: EventDialogShown, ID: d.ID, Kind: string(d.Kind), App: d.Owner})
}

type faultDialog struct {
	fault Fault
	Dialog
}

func dialogTexts() []faultDialog {
	return []faultDialog{
		{FaultPermissionDialog, Dialog{Kind: DialogPermission, Owner: AppSystem,
			Title:   "Allow Amazon Alexa to find, connect to and determine the relative position of nearby devices?",
			Buttons: []string{"Allow", "Don't allow"}}},
		{FaultRatingDialog, Dialog{Kind: DialogRating, Owner: AppAlexa,
			Title: "Enjoying the app?", Text: "Tell others what you think of it.",
			Buttons: []string{"RATE NOW", "NOT NOW"}}},
		{FaultUpdatePrompt, Dialog{Kind: DialogUpdate, Owner: AppAlexa,
			Title: "Update available", Text: "A newer version of this app is available.",
			Buttons: []string{"UPDATE", "LATER"}}},
		{FaultBatteryDialog, Dialog{Kind: DialogBattery, Owner: AppSystem,
			Title: "Battery is low", Text: "15% remaining. Turn on Battery Saver to extend battery life.",
			Buttons: []string{"Turn on", "No thanks"}}},
		{FaultUnknownDialog, Dialog{Kind: DialogUnknown, Owner: AppSystem,
			Title: "Nimbus hand-over paused", Text: "Choose how to go on (0x7F31).",
			Buttons: []string{"RESUME", "DISCARD"}}},
		{FaultNotResponding, Dialog{Kind: DialogNotResponding, Owner: AppSystem,
			Title: "Amazon Alexa isn't responding", Buttons: []string{"Wait", "Close app"}}},
		{FaultAppHangs, Dialog{Kind: DialogNotResponding, Owner: AppSystem, stays: true,
			Title: "Amazon Alexa isn't responding", Buttons: []string{"Wait", "Close app"}}},
		{FaultUpdateWall, Dialog{Kind: DialogUpdateWall, Owner: AppAlexa, stays: true,
			Title: "Update required", Text: "This version is no longer supported.",
			Buttons: []string{"UPDATE"}}},
		{FaultPhoneOffline, Dialog{Kind: DialogOffline, Owner: AppAlexa, stays: true,
			Title: "No internet connection", Text: "Check your connection and try again.",
			Buttons: []string{"TRY AGAIN"}}},
		{FaultCloudError, Dialog{Kind: DialogCloudError, Owner: AppAlexa, stays: true,
			Title: "We're having trouble connecting", Text: "Alexa is not available at the moment.",
			Buttons: []string{"TRY AGAIN"}}},
	}
}
