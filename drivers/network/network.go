// Package network brings the customer's Wi-Fi networks and Amazon account of a
// testbed into the situations that a certification asks for, and back: by a
// command or an address of the user's, or by asking a person.
//
// It knows what each situation is, and nothing of scenarios, of verdicts, or of
// what a device does in it.
package network

import (
	"context"
	"slices"

	"ffscert/features/certification"
)

// Situation is a state of the customer's networks, account or phone, by its name
// in commands and requests.
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

// Lab brings a testbed into a situation and back. Both return once it is done.
// Restoring what is as usual already is no error: what came of an arrangement
// that failed half-way is not known. Every error is, or wraps, a
// *certification.Trouble or the context's error.
type Lab interface {
	Arrange(ctx context.Context, s Situation) error
	Restore(ctx context.Context, s Situation) error
}

// None is a testbed of which nobody has said how it is changed.
type None struct{}

// Arrange says so.
func (None) Arrange(_ context.Context, s Situation) error { return untold(s) }

// Restore says so.
func (None) Restore(_ context.Context, s Situation) error { return untold(s) }

func untold(s Situation) error {
	f, _ := FactOf(s)
	return &certification.Trouble{Code: certification.DefConfiguration, Cause: certification.CauseDefinition,
		Message: "nothing says how this testbed gets into the situation " + string(s) + " (" + f.Is + ") and back",
		Hint:    "give network.command, network.http or network.operator of the testbed in the configuration"}
}

// Fact says of a situation what holds in it.
type Fact struct {
	Situation Situation
	// Is says what holds, as a sentence goes on after "in this situation".
	Is string
	// Do and Undo tell a person what to do.
	Do, Undo string
	// WiFi: the situation exists only for devices that join the customer's Wi-Fi.
	WiFi bool
}

// Facts are all situations.
func Facts() []Fact {
	const usual = "save only the lab's Wi-Fi network at Amazon, with its right password"
	return []Fact{
		{FirstPasswordWrong, "two networks that the device sees are saved at Amazon, the first one with a wrong password",
			"save two Wi-Fi networks at Amazon that are both near the device: the one that is tried first with a wrong password, the lab's own with the right one", usual, true},
		{OnlyPasswordWrong, "one network is saved at Amazon, with a wrong password",
			"save only the lab's Wi-Fi network at Amazon, with a wrong password", usual, true},
		{NetworkNotNearby, "the network that is saved at Amazon is not nearby",
			"save only a Wi-Fi network at Amazon that is out of the device's reach, with its right password", usual, true},
		{DeviceNotRegistered, "the device is not registered to the account",
			"take the registration of the device from the Amazon account", "register the device to the Amazon account again", false},
		{FFSSwitchedOff, "the customer has switched Frustration-Free Setup off",
			"switch Frustration-Free Setup off in the Amazon account", "switch Frustration-Free Setup on in the Amazon account", false},
		{PhoneOffline, "the phone has no network",
			"switch the phone's Wi-Fi and mobile data off; the Appium server must still reach the phone, by USB", "switch the phone's Wi-Fi and mobile data on", false},
		{ShoppingSignedIn, "the Amazon Shopping app is signed in on the phone",
			"install the Amazon Shopping app on the phone, and sign it in to the account of the test", "sign the Amazon Shopping app out", false},
		{BrowserSignedOut, "neither the phone's browser nor the Amazon Shopping app is signed in at Amazon",
			"sign the phone's browser out at Amazon, such as by deleting its cookies, and sign the Amazon Shopping app out, if it is there",
			"sign the browser in at Amazon again, if it was", false},
	}
}

// FactOf is the fact of a situation; ok is false if there is no such situation.
func FactOf(s Situation) (f Fact, ok bool) {
	all := Facts()
	i := slices.IndexFunc(all, func(f Fact) bool { return f.Situation == s })
	if i < 0 {
		return Fact{}, false
	}
	return all[i], true
}

// The two things that are asked of a lab, by their names in commands and
// requests.
const (
	actionArrange = "arrange"
	actionRestore = "restore"
)

func failed(action string, s Situation, err error, hint string, evidence ...string) error {
	t := &certification.Trouble{Code: certification.RigNetwork, Cause: certification.CauseRig, Err: err, Hint: hint, Evidence: evidence}
	if action == actionRestore {
		t.Message = "the testbed could not be brought back from the situation " + string(s)
	} else {
		t.Message = "the testbed could not be brought into the situation " + string(s)
	}
	return t
}
