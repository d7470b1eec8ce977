package world

import (
	"fmt"
	"slices"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// OwnSetUp is how far the maker's own set-up has come: the one that is not
// Frustration-Free, such as the device's own access point and the maker's app.
type OwnSetUp string

// The states of the maker's own set-up.
const (
	OwnSetUpNone    OwnSetUp = "none"
	OwnSetUpOffered OwnSetUp = "offered" // the device asks for it; it runs in a moment
	OwnSetUpRunning OwnSetUp = "running"
	OwnSetUpDone    OwnSetUp = "done"
	OwnSetUpFailed  OwnSetUp = "failed" // until it is started again, or the device is powered anew
)

// Partner is the maker's app and cloud, as far as the customer's account there
// is concerned.
type Partner struct {
	SignedIn bool
	// Linked: the customer allowed the maker what it asked Amazon for.
	Linked bool
	// Scopes are those that Amazon has granted; nil if none are.
	Scopes   []string
	OwnSetUp OwnSetUp
	// FFSFailure is why Frustration-Free Setup failed or never came, as the
	// device says; "" if it did not fail since the device got power.
	FFSFailure string
}

// AuthRequest is what the partner app asks Amazon for.
type AuthRequest struct {
	Scopes  []string
	AppName string
	// Expires is how long Amazon's consent page waits for an answer; 0 is for ever.
	Expires time.Duration
	// Wrong is what the app or the page does wrong; "" if nothing.
	Wrong LWAFault
	// SingleSignOn: the Amazon Shopping app is signed in on the phone, so that its
	// pages are shown there and ask for no password.
	SingleSignOn bool
	// AsksCode: after the password, Amazon asks for a one-time code.
	AsksCode bool
	// Granted: Amazon has granted all of it before, and does not ask again.
	Granted bool
	// Offered: the app shows "Login with Amazon". It does not once it is linked,
	// nor under the fault partner_no_login, unless it does that wrong.
	Offered bool

	// The rest of the authorization request. Source: Login with Amazon,
	// authorization request; RFC 7636.
	ClientID     string
	ResponseType string
	RedirectURI  string
	ScopeData    string // JSON, which scopes are essential
	Stated, PKCE bool   // whether it has a state, and a code_challenge
	// Shown are the scopes that Amazon's page shows: those that are asked for.
	Shown []string

	seed uint64
}

// partner is the truth about the maker's cloud.
type partner struct {
	signedIn, linked bool
	granted          []string // by Amazon; what the app believes is linked
	devices          []*Device
	// noLogin and noScope are drawn when an attempt begins; noFallback at the
	// first occasion, nil before.
	noLogin, noScope bool
	noFallback       *bool
	own              OwnSetUp
	ownNext          func() // takes back the next step of the own set-up
	ffsFailure       string
}

// idPartnerDUT is the device under test in the maker's cloud, which knows it by
// its hardware: it has the same id whenever it is set up.
const idPartnerDUT = "partner-dut"

// Partner is the state of the maker's app and cloud.
func (w *World) Partner() Partner {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := &w.partner
	return Partner{SignedIn: p.signedIn, Linked: p.linked, Scopes: slices.Clone(p.granted), OwnSetUp: p.own, FFSFailure: p.ffsFailure}
}

// PartnerDevices are the devices that the maker's cloud knows, oldest first. A
// device's id there is not its id in the Amazon account.
func (w *World) PartnerDevices() []Device {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]Device, len(w.partner.devices))
	for i, d := range w.partner.devices {
		all[i] = *d
	}
	return all
}

// PartnerDevice is the device of the maker's cloud with that id.
func (w *World) PartnerDevice(id string) (Device, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if d := w.findPartner(id); d != nil {
		return *d, true
	}
	return Device{}, false
}

// PartnerRemove removes a device in the maker's app. The device under test is
// reset by it, whatever the protocol, if it can be reached; and the Amazon
// account loses it.
func (w *World) PartnerRemove(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := w.findPartner(id)
	if d == nil {
		return
	}
	reachable := d.Responsive
	w.dropPartner(d, "partner_app")
	if id != idPartnerDUT {
		return
	}
	if known := w.find(w.dut.id); known != nil {
		w.remove(known, "partner_app")
	}
	if reachable {
		w.reset()
	}
}

// PartnerSignIn signs the customer in to the maker's app; any password would
// do. An empty user is refused.
func (w *World) PartnerSignIn(user string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if user == "" || w.partner.signedIn {
		return
	}
	w.partner.signedIn = true
	w.emit(Event{Event: EventPartnerSignedIn})
}

// PartnerSignOut signs the customer out of the maker's app. What was granted
// and what was set up stays.
func (w *World) PartnerSignOut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.partner.signedIn {
		w.partner.signedIn = false
		w.emit(Event{Event: EventPartnerSignedOut})
	}
}

// PartnerUnlink takes back what the customer allowed.
func (w *World) PartnerUnlink() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.partner.linked {
		w.partner.linked = false
		if w.cfg.Partner.UnlinkRevokes {
			w.partner.granted = nil
		}
		w.emit(Event{Event: EventUnlinked})
	}
}

// Revoke takes back at Amazon what the customer allowed. An app that looks
// notices it at once.
func (w *World) Revoke() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.partner.granted == nil {
		return
	}
	w.emit(Event{Event: EventRevoked, Scopes: w.partner.granted})
	w.partner.granted = nil
	if w.cfg.Partner.SeesRevocation {
		w.partner.linked = false
	}
}

// CodeRight tells whether a one-time code is the account's now. As most servers
// do, Amazon's page takes the code of the step before and after, too (RFC 6238,
// section 5.2).
func (w *World) CodeRight(code string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	ok, err := totp.ValidateCustom(code, w.account.TOTPSeed, w.clk.Now(), totp.ValidateOpts{Period: 30, Skew: 1, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	return err == nil && ok
}

// PhoneOffline tells whether the phone has no network.
func (w *World) PhoneOffline() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.situation == PhoneOffline
}

// AuthRequest is what the partner app asks Amazon for.
func (w *World) AuthRequest() AuthRequest {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.authRequest()
}

func (w *World) authRequest() AuthRequest {
	c := w.cfg.Partner
	scopes := slices.Clone(c.Scopes)
	if w.partner.noScope {
		scopes = slices.DeleteFunc(scopes, func(s string) bool { return s == c.FFSScope })
	}
	r := AuthRequest{Scopes: scopes, AppName: c.shownName(), Expires: c.ConsentExpires, Wrong: c.LWAFault, Offered: w.offers(), seed: w.cfg.Seed,
		SingleSignOn: w.situation == ShoppingSignedIn,
		AsksCode:     w.account.TOTPSeed != "" && (w.account.AlwaysAsksCode || w.situation == BrowserSignedOut),
		Granted:      w.partner.granted != nil && !slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(w.partner.granted, s) })}
	r.complete(c)
	return r
}

// Authorize is the customer's answer on Amazon's consent page. Allowing links
// the account and grants every scope that was asked for; refusing changes
// nothing.
func (w *World) Authorize(allow bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	asked := w.authRequest().Scopes
	if !allow {
		w.emit(Event{Event: EventAuthorizationRefused, Scopes: asked})
		return
	}
	w.partner.linked, w.partner.granted = true, asked
	w.emit(Event{Event: EventAuthorized, Scopes: slices.Clone(asked)})
	w.consider()
}

// StartOwnSetUp starts the maker's own set-up, as the customer does in the
// maker's app. It ends a zero-touch set-up that is under way. Nothing happens
// while it runs already, or for a device that is set up. Without a device that
// has power, it fails after a while.
func (w *World) StartOwnSetUp() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.partner.own == OwnSetUpRunning || w.dut.provisioned {
		return
	}
	w.runOwn("customer")
}

func (w *World) initialPartner() {
	c := w.cfg.Partner
	w.partner = partner{signedIn: c.SignedIn, linked: c.Linked, own: OwnSetUpNone}
	for i, o := range c.Others {
		w.partner.devices = append(w.partner.devices, &Device{ID: fmt.Sprintf("partner-home-%d", i+1), Name: o.Name, Kind: o.Kind,
			Responsive: !o.Unresponsive, On: o.On, RegisteredAt: w.clk.Now().Add(-30*24*time.Hour + time.Duration(i)*time.Minute)})
	}
}

// drawPartner decides what the partner app lacks in this attempt.
func (w *World) drawPartner() {
	p := &w.partner
	p.noLogin = w.strikes(FaultPartnerNoLogin, "", AppPartner)
	p.noScope = w.strikes(FaultPartnerNoScope, "", AppPartner)
	if p.linked {
		p.granted = w.authRequest().Scopes
	}
}

func (w *World) findPartner(id string) *Device {
	for _, d := range w.partner.devices {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// addPartner tells the maker's cloud of the device under test. It is the same
// hardware as before, if it was there before.
func (w *World) addPartner() {
	w.partner.devices = slices.DeleteFunc(w.partner.devices, func(d *Device) bool { return d.ID == idPartnerDUT })
	w.partner.devices = append(w.partner.devices, &Device{ID: idPartnerDUT, Name: w.cfg.Device.Name, Kind: w.cfg.Device.Kind,
		Responsive: w.dut.online, On: true, RegisteredAt: w.clk.Now()})
	w.emit(Event{Event: EventPartnerDeviceAdded, Device: w.cfg.Device.Name, ID: idPartnerDUT})
}

func (w *World) dropPartner(d *Device, how string) {
	w.partner.devices = slices.DeleteFunc(w.partner.devices, func(o *Device) bool { return o == d })
	w.emit(Event{Event: EventPartnerDeviceRemoved, Device: d.Name, ID: d.ID, How: how})
}
