package partner

import (
	"slices"

	"ffscert/drivers/screen"
)

// Ability is something that is done with the maker's app. A scenario needs
// some of them, and each needs some elements of the app's screen map.
type Ability string

// The abilities.
const (
	See       Ability = "see"        // whether the app lists a device, and calls it online
	SignIn    Ability = "sign_in"    // sign in to the maker's account
	Remove    Ability = "remove"     // remove a device
	FollowOwn Ability = "follow_own" // follow the maker's own set-up to its end
	StartOwn  Ability = "start_own"  // start the maker's own set-up
	SeeLink   Ability = "see_link"   // whether the app is linked to Amazon, and offers to
	Link      Ability = "link"       // begin to link, up to the hand-over to Amazon
	Unlink    Ability = "unlink"     // end the link
)

// Abilities are all of them, in the order of [Contract].
func Abilities() []Ability {
	return []Ability{See, SignIn, Remove, FollowOwn, StartOwn, SeeLink, Link, Unlink}
}

// Part is one element that a maker's map supplies.
type Part struct {
	Screen, Element string
	Takes           string // what its locators are filled in with, such as "name"; "" if nothing
	For             string // what the element is, and what it is used for
	// Abilities that need it.
	Abilities []Ability
	// Optional: it is used where it is there, and nothing fails without it.
	Optional bool
}

// Path is screen and element, such as "home.tile".
func (p Part) Path() string { return p.Screen + "." + p.Element }

// Contract is what a screen map of the maker's app supplies (app: partner). A
// map needs only what its cases need, see [Missing].
func Contract() []Part {
	all := Abilities()
	return []Part{
		{"home", "header", "", "what shows that this is the app's list of devices", all, false},
		{"home", "tile", "name", "the entry of a device with exactly that name; a tap opens its page", []Ability{See, Remove}, false},
		{"home", "add_device", "", "what begins to add a device by the maker's own set-up", []Ability{StartOwn}, false},
		{"home", "account", "", "what opens the account page", []Ability{SeeLink, Link, Unlink}, false},
		{"home", "login_with_amazon", "", "Login with Amazon, where the list itself offers it while the app is not linked", []Ability{SeeLink, Link}, true},
		{"home", "empty", "", "what stands in an empty list", []Ability{See}, true},

		{"sign_in", "user", "", "the field of the user's name or address", []Ability{SignIn}, false},
		{"sign_in", "password", "", "the field of the password", []Ability{SignIn}, false},
		{"sign_in", "submit", "", "what signs in", []Ability{SignIn}, false},
		{"sign_in", "login_with_amazon", "", "Login with Amazon, where signing in offers it", []Ability{SignIn}, true},

		{"device", "title", "name", "the device's name on its page", []Ability{See, Remove}, false},
		{"device", "online", "", "what the page shows while the device can be reached", []Ability{See}, false},
		{"device", "offline", "", "what the page shows while it cannot", []Ability{See}, false},
		{"device", "remove", "", "what removes the device, after a question", []Ability{Remove}, false},
		{"device", "back", "", "what returns to the list; otherwise the phone's back key does", []Ability{See, Remove}, true},

		{"remove_confirm", "confirm", "", "the answer that removes the device (screen with covers: true)", []Ability{Remove}, false},
		{"remove_confirm", "cancel", "", "the answer that keeps it", []Ability{Remove}, false},

		{"own_set_up", "start", "", "what starts the maker's own set-up, on its first page", []Ability{StartOwn, FollowOwn}, false},
		{"own_set_up", "running", "", "what shows that it runs", []Ability{StartOwn, FollowOwn}, false},
		{"own_set_up", "done", "", "what shows that it has ended well", []Ability{StartOwn, FollowOwn}, false},
		{"own_set_up", "failed", "", "what shows that it has failed", []Ability{StartOwn, FollowOwn}, false},

		{"account", "login_with_amazon", "", "Login with Amazon, offered while the app is not linked", []Ability{SeeLink, Link}, false},
		{"account", "linked", "", "what shows that the app is linked to Amazon", []Ability{SeeLink, Link, Unlink}, false},
		{"account", "unlink", "", "what ends the link", []Ability{Unlink}, false},
		{"account", "back", "", "what returns to the list; otherwise the phone's back key does", []Ability{SeeLink}, true},

		{"explain", "text", "", "the explanation that comes before Amazon's pages: what the permission is for", []Ability{Link}, false},
		{"explain", "continue", "", "what goes on to Amazon's pages", []Ability{Link}, false},
		{"explain", "alexa_app", "", "what goes on in the Alexa app instead of on Amazon's pages (app-to-app), where the app offers both", []Ability{Link}, true},
		{"explain", "cancel", "", "what returns without going on", []Ability{Link}, true},

		{"message", "text", "", "a notice, such as that the permission was refused (screen with covers: true)", []Ability{Link}, true},
		{"message", "ok", "", "what closes the notice", []Ability{Link}, true},
	}
}

// Gap is a part that a map does not supply as it should.
type Gap struct {
	Part
	Reason string // such as "the screen home is missing"
}

// Missing lists what the map lacks for the abilities, all of them if none is
// given. A nil map lacks everything. Optional parts are never missing.
func Missing(m *screen.Map, abilities ...Ability) []Gap {
	if len(abilities) == 0 {
		abilities = Abilities()
	}
	var gaps []Gap
	for _, p := range Contract() {
		if p.Optional || !p.neededBy(abilities) {
			continue
		}
		if reason := lacks(m, p); reason != "" {
			gaps = append(gaps, Gap{p, reason})
		}
	}
	return gaps
}

func (p Part) neededBy(abilities []Ability) bool {
	return slices.ContainsFunc(p.Abilities, func(a Ability) bool { return slices.Contains(abilities, a) })
}

func lacks(m *screen.Map, p Part) string {
	if m == nil {
		return "there is no map"
	}
	s, err := m.Screen(p.Screen)
	if err != nil {
		return "the screen " + p.Screen + " is missing"
	}
	e, err := m.Element(p.Path())
	if err != nil {
		return "the element " + p.Path() + " is missing"
	}
	if e.Takes() != p.Takes {
		if p.Takes == "" {
			return p.Path() + " must take nothing, and takes " + e.Takes()
		}
		return p.Path() + " must take " + p.Takes
	}
	if covers := p.Screen == "remove_confirm" || p.Screen == "message"; covers != s.Covers() {
		if covers {
			return "the screen " + p.Screen + " must have covers: true"
		}
		return "the screen " + p.Screen + " must not have covers: true"
	}
	return ""
}
