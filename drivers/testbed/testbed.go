// Package testbed is one place where a device is tried: a phone, the apps on
// it, the sockets that feed the device under test and its provisioner, and the
// clock that they share.
//
// It knows what there is to act on, and nothing of scenarios or verdicts.
package testbed

import (
	"context"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/apps/alexa"
	"ffscert/drivers/apps/amazon"
	"ffscert/drivers/apps/partner"
	"ffscert/drivers/devicelog"
	"ffscert/drivers/dialogs"
	"ffscert/drivers/evidence"
	"ffscert/drivers/network"
	"ffscert/drivers/screen"
	"ffscert/drivers/secret"
	"ffscert/drivers/tracing"
	"ffscert/features/certification"
)

// Names are what the Alexa app calls the things of a testbed. They are
// pairwise distinct: a tool that is careless about names deletes the wrong
// device (see [Names.MayDelete]).
type Names struct {
	Device          string // the device under test, once it is set up
	DevicePlug      string // the plug that feeds the device under test
	ProvisionerPlug string // the plug that feeds the provisioner
	Provisioner     string // the provisioner or commissioner itself
}

// Others are all names but the device's own.
func (n Names) Others() []string {
	return []string{n.DevicePlug, n.ProvisionerPlug, n.Provisioner}
}

// MayDelete holds the two keys of every deletion: the name is that of the
// device under test, and it is nobody else's.
func (n Names) MayDelete(name string) error {
	if name == "" || name != n.Device {
		return &certification.Trouble{Code: certification.DefNames, Cause: certification.CauseDefinition,
			Message: "refused to delete " + quote(name) + ": only the device under test, " + quote(n.Device) + ", may be deleted",
			Hint:    "correct product.device_name in the configuration"}
	}
	for _, other := range n.Others() {
		if alexa.SameName(name, other) {
			return &certification.Trouble{Code: certification.DefNames, Cause: certification.CauseDefinition,
				Message: "refused to delete " + quote(name) + ": another device of the testbed has that name",
				Hint:    "give the plugs and the provisioner names that differ from the device's"}
		}
	}
	return nil
}

func quote(s string) string { return "\"" + s + "\"" }

// Timing is what physics asks for.
type Timing struct {
	ProvisionerOff   time.Duration // how long the provisioner stays without power
	ProvisionerReady time.Duration // from its power to its readiness
}

// Declared is what the maker has registered for Login with Amazon.
type Declared struct {
	AppName string   // as Amazon's consent page shows it
	Scopes  []string // that the app is meant to ask for
}

// Ending is what a testbed says of an attempt that is over.
type Ending struct {
	Recording string   // where its traffic was kept; "" if it was not
	Notes     []string // what was not kept, and why
	Left      error    // that a replayed attempt left its recording; nil if it did not
}

// Testbed is leased by one attempt at a time.
type Testbed struct {
	Name   string
	Names  Names
	Timing Timing
	Clock  drivers.Clock
	Phone  drivers.Phone
	Alexa  *alexa.App
	// Partner is the maker's own app, and Amazon are Amazon's pages of Login
	// with Amazon; nil where there is no screen map for them.
	Partner *partner.App
	Amazon  *amazon.App

	// Declared is what the maker has registered with Amazon; what is not known is
	// empty.
	Declared Declared

	// AlexaMaps are the screen maps of the Alexa app, one of which [Testbed.Fit]
	// takes for the release on the phone; none leaves the app's map as it is.
	AlexaMaps []*screen.Map

	DevicePower      drivers.Power
	ProvisionerPower drivers.Power

	// Network changes the customer's networks and account, and Log is the device's
	// log; nil where the testbed has no way to either.
	Network     *network.Keeper
	Log         drivers.DeviceLog
	LogPatterns devicelog.Patterns

	// Dialogs are what may lie over an app, and how it is answered; nil is what
	// is built in.
	Dialogs *dialogs.Book
	// Camera keeps pictures of what lies over an app; nil keeps none.
	Camera *evidence.Camera

	// Operator is the person at the testbed; nil if nobody is there.
	Operator drivers.Operator

	// BeginAttempt, if not nil, is told which attempt comes next, before it
	// touches anything.
	BeginAttempt func(certification.AttemptID)
	// EndAttempt, if not nil, is told what the attempt came to, before it is
	// recorded. save keeps its traffic.
	EndAttempt func(a certification.Attempt, save func(name string, data []byte) (string, error)) Ending
	// Socket, if not nil, stands between the steps and a socket that is switched
	// without the phone.
	Socket func(drivers.Power) drivers.Power
	// Tracer listens to the attempts; nil traces none.
	Tracer *tracing.Tracer
	// Customer is whose accounts these are: who that is, is kept nowhere; may be
	// nil.
	Customer *secret.Person
	// Secrets are what is shown and kept nowhere; may be nil.
	Secrets *secret.Masker
	// Reconnect, if not nil, connects a phone again that has gone away: it runs
	// a command of the user's.
	Reconnect func(context.Context) error
	// Shut, if not nil, frees what the testbed holds beside the session.
	Shut func() error

	eyes    *act.Eyes
	fitting *Fitting // nil until the phone was asked
}

// Join makes the apps of the phone look with the same eyes, and lets the
// partner app put away Amazon's pages that it has opened. What was seen before
// is forgotten.
func (t *Testbed) Join() {
	eyes := &act.Eyes{Dialogs: t.book()}
	if c := t.Camera; c != nil {
		eyes.Keep = func(ctx context.Context, name string) []string { return c.Take(ctx, name).Paths }
	}
	t.eyes = eyes
	t.Alexa.Share(eyes)
	if t.Amazon != nil {
		t.Amazon.Share(eyes)
	}
	if t.Partner != nil {
		t.Partner.Share(eyes)
		if t.Amazon != nil {
			t.Partner.Leave, t.Partner.Handed, t.Amazon.Makers = t.Amazon.Leave, t.Amazon.Shown, t.Partner.Shown
		}
	}
}

// Close ends the phone's session and frees the rest. It does its work even if
// ctx is done.
func (t *Testbed) Close(ctx context.Context) error {
	err := t.Phone.Close(context.WithoutCancel(ctx))
	if t.Shut != nil {
		if e := t.Shut(); err == nil {
			err = e
		}
	}
	return err
}

// LookAway forgets what was seen on the phone: something was done that changes
// it, past the apps.
func (t *Testbed) LookAway() {
	if t.eyes != nil {
		t.eyes.Close()
	}
}
