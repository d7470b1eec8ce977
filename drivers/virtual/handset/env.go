package handset

import (
	"strconv"
	"strings"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/world"
)

// env is where a condition, a text or an action is evaluated: an app, a page,
// and the member of a list if there is one.
type env struct {
	h      *Handset
	in     *instance
	page   *page
	device *world.Device // overrides the page's
	icon   *apps.Model   // an app on the home screen
	scope  string        // what an app asks Amazon for
	parts  *apps.Model   // where parts are looked up; nil is the app itself
	memo   *memo
	whole  bool // a document does not depend on how far it was scrolled
}

// memo holds what the lab said during one snapshot.
type memo struct {
	devices  map[string]*world.Device
	card     *world.Card
	cardSeen bool
	account  *world.Account
	partner  *world.Partner
	request  *world.AuthRequest
	dialog   *world.Dialog

	dialogSeen bool
}

func (e *env) about() *world.Device {
	if e.device != nil {
		return e.device
	}
	if e.page != nil {
		return e.page.device
	}
	return nil
}

// live is the page's device as the cloud knows it now.
func (e *env) live(id string) *world.Device {
	if e.memo != nil {
		if d, ok := e.memo.devices[id]; ok {
			return d
		}
	}
	var found *world.Device
	if d, ok := e.h.cloudDevice(e.in.model, id); ok {
		found = &d
	}
	if e.memo != nil {
		if e.memo.devices == nil {
			e.memo.devices = map[string]*world.Device{}
		}
		e.memo.devices[id] = found
	}
	return found
}

func (e *env) card() *world.Card {
	if e.memo != nil && e.memo.cardSeen {
		return e.memo.card
	}
	var found *world.Card
	if c, ok := e.h.lab.Card(); ok {
		found = &c
	}
	if e.memo != nil {
		e.memo.card, e.memo.cardSeen = found, true
	}
	return found
}

func (e *env) account() world.Account {
	if e.memo != nil && e.memo.account != nil {
		return *e.memo.account
	}
	a := e.h.lab.Account()
	if own := e.h.signedIn[e.in.model.Package]; own != nil {
		a.SignedIn = *own
	}
	if e.memo != nil {
		e.memo.account = &a
	}
	return a
}

// field is the value of a field of [apps.DefaultVocabulary]; "" where there is
// nothing to have a value.
func (e *env) field(name string) string {
	group, rest, _ := strings.Cut(name, ".")
	switch group {
	case "device":
		return e.deviceField(rest)
	case "card":
		return e.cardField(rest)
	case "partner":
		return e.partnerField(rest)
	case "auth":
		return e.authField(rest)
	case "scope":
		if rest == "name" {
			return e.scope
		}
	case "dialog":
		return e.dialogField(rest)
	case "crash":
		return e.crashField(rest)
	case "account":
		a := e.account()
		switch rest {
		case "signed_in":
			return strconv.FormatBool(a.SignedIn)
		case "email":
			return a.Email
		case "name":
			return a.Name
		}
	case "app":
		switch rest {
		case "fetching":
			return strconv.FormatBool(!e.in.fetchDue.IsZero())
		case "device_count":
			return strconv.Itoa(len(e.in.devices))
		case "label":
			return e.in.model.Label
		case "version":
			return e.in.model.VersionName
		case "screen":
			if len(e.in.pages) > 0 {
				return e.in.top().name
			}
		}
	case "phone":
		switch rest {
		case "model":
			return e.h.cfg.Model
		case "serial":
			return e.h.cfg.Serial
		case "release":
			return release
		case "time":
			return e.h.clock.Now().UTC().Format("15:04")
		case "online":
			return strconv.FormatBool(!e.h.lab.PhoneOffline())
		}
	case "input":
		if e.page != nil {
			return e.page.inputs[rest]
		}
	case "launchable":
		if e.icon == nil {
			return ""
		}
		switch rest {
		case "label":
			return e.icon.Label
		case "icon":
			return e.icon.Icon
		case "package":
			return e.icon.Package
		}
	}
	return ""
}

// deviceField reads the name from the app's copy and the state from the cloud.
func (e *env) deviceField(name string) string {
	d := e.about()
	if d == nil {
		return ""
	}
	now := e.live(d.ID)
	switch name {
	case "id":
		return d.ID
	case "name":
		for i := range e.in.devices {
			if e.in.devices[i].ID == d.ID {
				return e.in.devices[i].Name
			}
		}
		return d.Name
	case "kind":
		return string(d.Kind)
	case "exists":
		return strconv.FormatBool(now != nil)
	case "responsive":
		return strconv.FormatBool(now != nil && now.Responsive)
	case "on":
		return strconv.FormatBool(now != nil && now.On)
	case "on_text":
		if now != nil && now.On {
			return "on"
		}
		return "off"
	case "state":
		switch {
		case now == nil || !now.Responsive:
			return "Offline"
		case d.Kind == world.Echo || d.Kind == world.Sensor || d.Kind == world.Thermostat || d.Kind == world.Lock:
			return "Online"
		case now.On:
			return "On"
		}
		return "Off"
	case "pending":
		return strconv.FormatBool(now != nil && now.Pending != nil)
	}
	return ""
}

func (e *env) cardField(name string) string {
	c := e.card()
	if name == "present" {
		return strconv.FormatBool(c != nil)
	}
	if c == nil {
		return ""
	}
	switch name {
	case "id":
		return c.ID
	case "kind":
		return c.Kind
	case "title":
		return c.Title
	case "text":
		return c.Text
	case "device":
		return c.DeviceName
	case "primary":
		return c.Primary
	case "secondary":
		return c.Secondary
	}
	return ""
}
