package apps

import (
	"slices"
	"strings"
)

// Vocabulary are the words that models may use: the names of actions, fields
// and lists. A handset that knows more hands in a larger one.
type Vocabulary struct {
	Actions map[string]ActionSpec
	// Fields are the fields by their full name, or by a prefix that ends in a
	// dot, such as "input.".
	Fields map[string]string
	// Repeats are the lists; the value names the prefix of the fields that each
	// of its members has.
	Repeats map[string]string
}

// ActionSpec says what an action takes and does.
type ActionSpec struct {
	Screen, Overlay, Value, Input, Package bool // what must be given
	Doc                                    string
}

// DefaultVocabulary are the words that the handset knows.
func DefaultVocabulary() Vocabulary {
	return Vocabulary{
		Actions: map[string]ActionSpec{
			"open":          {Screen: true, Doc: "opens a page above this one, about the same device"},
			"replace":       {Screen: true, Doc: "shows a page instead of this one"},
			"tab":           {Screen: true, Doc: "shows a page of the tab bar: only the start page stays below it; scrolls up if it is shown already"},
			"back":          {Doc: "returns to the page before; on the first page leaves the app"},
			"pop_to":        {Screen: true, Doc: "returns to that page, or opens it if it is not among the pages before"},
			"home":          {Doc: "leaves the app for the home screen"},
			"show":          {Overlay: true, Doc: "shows an overlay"},
			"close":         {Doc: "closes the overlay that is on top"},
			"refresh":       {Doc: "fetches the app's copy of the account's devices"},
			"toggle_device": {Doc: "asks the page's device to switch to the other state"},
			"delete_device": {Doc: "removes the page's device from the account, in the maker's app from the maker's cloud"},
			"answer_card":   {Value: true, Doc: "answers the card that is shown: primary, secondary or back"},
			"sign_in":       {Doc: "signs the app in to the account"},

			"partner_sign_in":       {Value: true, Doc: "signs in to the maker's cloud as that user"},
			"partner_sign_out":      {Doc: "signs out of the maker's cloud"},
			"revoke_authorization":  {Doc: "takes back at Amazon what the customer has allowed the maker's app"},
			"unlink_account":        {Doc: "undoes the link between the maker's cloud and the Amazon account"},
			"start_own_set_up":      {Doc: "starts the maker's own set-up"},
			"request_authorization": {Package: true, Doc: "asks Amazon for what the app needs, in the browser or app of Amazon's that the argument package names; where the Shopping app is signed in, there instead of in the browser"},
			"answer_authorization":  {Value: true, Doc: "answers what an app asked Amazon for (allow, deny, or cancel), closes the browser's page and returns to the app that asked"},
			"answer_dialog":         {Value: true, Doc: "answers the dialog that is shown, by the text of a button, or with back"},
			"close_crash":           {Doc: "puts the notice of the app that ended by itself away"},

			"launch":    {Doc: "starts the app of this icon, or of the argument package"},
			"set_input": {Input: true, Doc: "puts a value into an editable text"},
			"dismiss":   {Overlay: true, Doc: "puts an overlay away that is shown by itself, until its instance is another one"},
			"none":      {Doc: "nothing: the element is clickable without effect"},
		},
		Fields: map[string]string{
			"device.id":          "the account's id of the device",
			"device.name":        "the device's name in the app's copy of the account",
			"device.kind":        "light, plug, switch, echo …",
			"device.exists":      "true while the account knows the device",
			"device.responsive":  "true if the cloud reaches the device",
			"device.on":          "true or false; what the device last answered",
			"device.on_text":     "on or off",
			"device.state":       "On, Off or Offline, for people",
			"device.pending":     "true while a switch was asked for and not answered",
			"card.present":       "true if the account has a card to show",
			"card.id":            "tells one card from the next",
			"card.kind":          "found_device, promotion, other_product …",
			"card.title":         "the card's headline",
			"card.text":          "what the card says",
			"card.device":        "the name of the device that the card is about",
			"card.primary":       "label of the first button",
			"card.secondary":     "label of the second button",
			"account.signed_in":  "true if the app is signed in",
			"account.name":       "the customer's name",
			"account.email":      "the account's address",
			"partner.signed_in":  "true if the customer is signed in to the maker's cloud",
			"partner.linked":     "true if the maker's cloud and the Amazon account are linked",
			"partner.own_set_up": "where the maker's own set-up is: none, offered, running, done or failed",
			"partner.why":        "why Frustration-Free Setup failed or never came, as the device says; empty if it did not fail",
			"auth.offered":       "true if the maker's app offers Login with Amazon",
			"auth.host":          "who shows Amazon's page: browser, app for one of Amazon's, or other",
			"auth.signed_in":     "where Amazon's page is: true if nobody has to sign in there",
			"auth.asks_code":     "true if Amazon asks for a one-time code after the password",
			"auth.code_right":    "true if input.code is the account's one-time code now",
			"auth.granted":       "true if Amazon has granted all that is asked for before, and does not ask again",
			"auth.pending":       "in the browser: true while an app waits for an answer",
			"auth.expired":       "in the browser: true once nobody has answered for too long",
			"auth.button":        "words of the button that leads to Amazon",
			"auth.wrong":         "one thing that is to be done wrong on the way through Login with Amazon; empty if nothing is",
			"auth.page":          "in the app that asked: the page with which it is asked at the moment, such as consent; empty if none",
			"auth.scopes":        "names of all that is asked for, separated by spaces; empty if nothing is",
			"auth.app_name":      "name under which the maker's app is known to Amazon",
			"auth.id":            "tells one request from the next",
			"auth.result":        "in the app that asked: allowed, refused, cancelled, or nothing yet",
			"scope.name":         "name of something that an app asks Amazon for",
			"dialog.present":     "true if something wants to be shown above the apps",
			"dialog.id":          "tells one dialog from the next",
			"dialog.title":       "the dialog's headline",
			"dialog.text":        "what the dialog says",
			"dialog.accept":      "label of the button that agrees",
			"dialog.decline":     "label of the button that does not; empty if there is none",
			"dialog.kind":        "permission, rating, update, battery, not_responding, update_wall, offline, cloud_error or unknown",
			"crash.present":      "true until the notice of an app that ended by itself is put away",
			"crash.app":          "label of the app that ended by itself",
			"app.label":          "name of the app in front",
			"app.fetching":       "true while the app fetches its copy of the account",
			"app.device_count":   "number of devices in the app's copy",
			"app.version":        "the app's version name",
			"app.screen":         "name of the page that is shown",
			"phone.model":        "the phone's model",
			"phone.serial":       "the phone's serial",
			"phone.release":      "Android's version",
			"phone.online":       "true if the phone has a network",
			"phone.time":         "hours and minutes, UTC",
			"input.":             "content of an editable text of the page",
			"launchable.label":   "an app's label",
			"launchable.icon":    "an app's drawing",
			"launchable.package": "an app's package",
		},
		Repeats: map[string]string{"devices": "device.", "scopes": "scope.", "launchable": "launchable."},
	}
}

func (v Vocabulary) knowsField(name string) bool {
	if _, ok := v.Fields[name]; ok {
		return !strings.HasSuffix(name, ".")
	}
	if i := strings.IndexByte(name, '.'); i > 0 && i < len(name)-1 {
		_, ok := v.Fields[name[:i+1]]
		return ok
	}
	return false
}

// names lists the keys of a map for a message.
func names[T any](m map[string]T) string {
	var list []string
	for n := range m {
		list = append(list, n)
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}
