package world

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// What can happen.
const (
	EventLabStarted         = "lab_started"           // protocol, seed, device
	EventAttemptBegan       = "attempt_began"         // the lab is in its initial state
	EventPlugAsked          = "plug_asked"            // device, id, on
	EventPlugSwitched       = "plug_switched"         // device, id, on: the plug has switched and said so
	EventAskedInVain        = "asked_in_vain"         // device, id, on, reason: pending, unresponsive, fault
	EventDeviceAsked        = "device_asked"          // as plug_asked, for what is no plug
	EventDeviceSwitched     = "device_switched"       // as plug_switched, for what is no plug
	EventProvisionerOff     = "provisioner_off"       // it lost its power
	EventProvisionerOn      = "provisioner_on"        // it has power, and starts
	EventProvisionerReady   = "provisioner_ready"     // it sets devices up from now on
	EventDevicePowered      = "device_powered"        // the device under test has power
	EventDeviceUnpowered    = "device_unpowered"      // it has none
	EventDeviceState        = "device_state"          // state: a state of the protocol
	EventSetUpWaits         = "set_up_waits"          // reason: what a set-up still lacks
	EventNetworkRefused     = "network_refused"       // name, reason: an SSID whose saved password is wrong
	EventFailureReported    = "failure_reported"      // name, reason: the cloud was told of a network that refused the device
	EventAdvertisingEnded   = "advertising_ended"     // the device no longer announces itself until it is powered anew
	EventSituation          = "situation_arranged"    // name: the customer's networks or account were changed
	EventSettled            = "situation_restored"    // name: they are as configured again
	EventSetUpInterrupted   = "set_up_interrupted"    // reason: who lost its power, or own_set_up
	EventDeviceSetUp        = "device_set_up"         // id, registered_as, set_up_s: the account has it
	EventSetUpFailed        = "set_up_failed"         // state, reason: it stays so until it is powered anew
	EventDeviceResponsive   = "device_responsive"     // the clouds reach it (again)
	EventDeviceUnresponsive = "device_unresponsive"   // the clouds do not reach it
	EventCardShown          = "card_shown"            // card, kind, device
	EventCardAnswered       = "card_answered"         // card, kind, device, how
	EventCardWithdrawn      = "card_withdrawn"        // card, kind, device: its device was deleted, or vanished
	EventDeviceDeleted      = "device_deleted"        // device, id, registered_as, how: partner_app if it was removed there
	EventStaleTileVanished  = "stale_tile_vanished"   // id: a deleted device has left the list at last
	EventDeviceReset        = "device_reset"          // the device under test is factory-new (again)
	EventFault              = "fault"                 // name: a fault strikes
	EventDeviceVanished     = "device_vanished"       // device, id: the account has lost it without being asked to
	EventSetUpNetworkJoined = "set_up_network_joined" // name: the SSID of the hidden network
	EventGaveUp             = "ffs_gave_up"           // reason: what was lacking for too long

	EventOwnSetUpOffered = "own_set_up_offered" // the maker's own set-up is about to start
	EventOwnSetUpStarted = "own_set_up_started" // how: by device (itself) or customer
	EventOwnSetUpDone    = "own_set_up_done"
	EventOwnSetUpFailed  = "own_set_up_failed" // reason

	EventPartnerSignedIn      = "partner_signed_in"
	EventPartnerSignedOut     = "partner_signed_out"
	EventPartnerDeviceAdded   = "partner_device_added"   // device, id: the maker's cloud knows it
	EventPartnerDeviceRemoved = "partner_device_removed" // device, id, how: by partner_app or reset
	EventAuthorized           = "authorized"             // scopes: granted
	EventAuthorizationRefused = "authorization_refused"  // scopes: asked for
	EventUnlinked             = "unlinked"               // the customer ended the link in the maker's app
	EventRevoked              = "authorization_revoked"  // scopes: the customer took them back at Amazon

	EventDialogShown    = "dialog_shown"    // id, kind, app: who shows it
	EventDialogAnswered = "dialog_answered" // id, kind, app, how: the button's text, or back
	EventAppCrashDue    = "app_crash_due"   // app: it crashes when it next runs
	EventAppCrashed     = "app_crashed"     // app

	EventPhoneUnplugged = "phone_unplugged" // nothing reaches the phone
	EventPhonePlugged   = "phone_plugged"   // it is back
	EventLabWiFiDown    = "lab_wifi_down"   // nothing of the lab can be reached
	EventTapLost        = "tap_lost"        // a tap had no effect
)

// Event is a line of the event file; the package's comment says what the
// fields mean.
type Event struct {
	Seq          uint64   `json:"seq"`
	UTC          string   `json:"utc"`
	T            float64  `json:"t"`
	Event        string   `json:"event"`
	Case         string   `json:"case,omitempty"`
	Attempt      int      `json:"attempt,omitempty"`
	Device       string   `json:"device,omitempty"`
	ID           string   `json:"id,omitempty"`
	RegisteredAs string   `json:"registered_as,omitempty"`
	On           *bool    `json:"on,omitempty"`
	State        string   `json:"state,omitempty"`
	Reason       string   `json:"reason,omitempty"`
	SetUpSeconds *float64 `json:"set_up_s,omitempty"`
	Card         string   `json:"card,omitempty"`
	Kind         string   `json:"kind,omitempty"`
	How          string   `json:"how,omitempty"`
	Name         string   `json:"name,omitempty"`
	Protocol     string   `json:"protocol,omitempty"`
	Seed         *uint64  `json:"seed,omitempty"`
	App          string   `json:"app,omitempty"`
	Scopes       []string `json:"scopes,omitempty"`
}

// eventLog writes events; the world's lock guards it.
type eventLog struct {
	out   io.Writer
	start time.Time
	seq   uint64
	err   error
}

func (l *eventLog) write(e Event, now time.Time) {
	l.seq++
	if l.seq == 1 {
		l.start = now
	}
	if l.out == nil || l.err != nil {
		return
	}
	e.Seq = l.seq
	e.UTC = now.UTC().Format(time.RFC3339Nano)
	e.T = now.Sub(l.start).Seconds()
	line, err := json.Marshal(e)
	if err == nil {
		line = append(line, '\n')
		var n int
		n, err = l.out.Write(line)
		if err == nil && n < len(line) {
			err = io.ErrShortWrite
		}
	}
	if err != nil {
		l.err = fmt.Errorf("write event %d (%s): %w", e.Seq, e.Event, err)
	}
}

// emit records what has just happened and tells the apps that something has.
func (w *World) emit(e Event) {
	e.Case, e.Attempt = w.caseID, w.attempt
	w.log.write(e, w.clk.Now())
	w.version.Add(1)
}
