package world

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Situation is a state of the customer's networks, account and phone in which
// Frustration-Free Setup, or Login with Amazon, goes another way than usual.
type Situation string

// The situations.
const (
	FirstPasswordWrong  Situation = "first_password_wrong"
	OnlyPasswordWrong   Situation = "only_password_wrong"
	NetworkNotNearby    Situation = "network_not_nearby"
	DeviceNotRegistered Situation = "device_not_registered"
	FFSSwitchedOff      Situation = "ffs_switched_off"
	PhoneOffline        Situation = "phone_offline"
	ShoppingSignedIn    Situation = "shopping_signed_in"
	BrowserSignedOut    Situation = "browser_signed_out"
)

// Arrange brings the customer's networks and account into a situation, until
// [World.Settle] or the next attempt. A set-up that is under way goes on as it
// began. The error says that the lab cannot get there.
func (w *World) Arrange(s Situation) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	wifi, account := w.cfg.WiFi, w.cfg.Account
	switch s {
	case DeviceNotRegistered:
		account.DeviceRegistered = false
	case FFSSwitchedOff:
		account.FrustrationFreeSetup = false
	case FirstPasswordWrong, OnlyPasswordWrong, NetworkNotNearby:
		if !w.protocol.wifi {
			return fmt.Errorf("%s knows no Wi-Fi: the situation %s does not exist for it", w.protocol.title, s)
		}
		home, ok := w.home()
		if !ok {
			return errors.New("the lab has no Wi-Fi network nearby whose password is saved")
		}
		wifi = situationNetworks(s, home)
	case PhoneOffline, ShoppingSignedIn, BrowserSignedOut: // of the phone alone
	default:
		return fmt.Errorf("there is no situation %q", s)
	}
	w.wifi, w.account, w.situation = wifi, account, s
	w.emit(Event{Event: EventSituation, Name: string(s)})
	w.consider()
	return nil
}

// situationNetworks are the customer's networks in a situation, in the order in
// which a device tries them.
func situationNetworks(s Situation, home Network) []Network {
	other := Network{SSID: "Former router", Saved: SavedWrong, Nearby: true}
	if home.SSID == other.SSID {
		other.SSID = "Former router 2"
	}
	switch s {
	case FirstPasswordWrong:
		return []Network{other, home}
	case OnlyPasswordWrong:
		home.Saved = SavedWrong
		return []Network{home}
	default: // saved, but elsewhere; the network of the lab is not saved
		home.Saved = SavedNot
		other.Saved, other.Nearby = SavedRight, false
		return []Network{other, home}
	}
}

// home is the network by which the device is set up usually.
func (w *World) home() (Network, bool) {
	for _, n := range w.cfg.WiFi {
		if n.Nearby && n.Saved == SavedRight {
			return n, true
		}
	}
	return Network{}, false
}

// Settle makes the customer's networks and account what they are usually.
func (w *World) Settle() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.situation == "" {
		return
	}
	was := w.situation
	w.wifi, w.account, w.situation = w.cfg.WiFi, w.cfg.Account, ""
	w.emit(Event{Event: EventSettled, Name: string(was)})
	w.consider()
}

// Situation is what was arranged; "" for the usual lab.
func (w *World) Situation() Situation {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.situation
}

// LogPatterns are regular expressions of lines in the device's log: that a
// network refused it, and that it has told the cloud so; "" if it writes none.
func (w *World) LogPatterns() (refused, reported string) {
	return linePattern(w.protocol.log.refused), linePattern(w.protocol.log.reported)
}

func linePattern(line string) string {
	if line == "" {
		return ""
	}
	return "^" + strings.NewReplacer("%q", `".*"`, "%s", ".*").Replace(regexp.QuoteMeta(line)) + "$"
}
