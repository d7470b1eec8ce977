package consent

import (
	"encoding/json"

	"ffscert/drivers/screen"
)

// Journey is the way that a customer took through the consent.
type Journey string

// The journeys.
const (
	Allow     Journey = "allow"
	Refuse    Journey = "refuse"
	Cancel    Journey = "cancel"  // with the back key
	Timeout   Journey = "timeout" // on the consent page
	Offline   Journey = "offline"
	Returning Journey = "returning" // has consented already
	SSO       Journey = "sso"       // through the Amazon Shopping app
	Browser   Journey = "browser"
	AppToApp  Journey = "app_to_app" // through the Alexa app
	Revoked   Journey = "revoked"    // revoked at Amazon, and asked again
)

// Journeys are all journeys, in the order in which they are documented.
func Journeys() []Journey {
	return []Journey{Allow, Refuse, Cancel, Timeout, Offline, Returning, SSO, Browser, AppToApp, Revoked}
}

// broken tells whether the journey ends without a permission, so that the
// maker's own set-up has to step in.
func (j Journey) broken() bool {
	return j == Refuse || j == Cancel || j == Timeout || j == Offline
}

// asks tells whether the customer sees Amazon's consent page.
func (j Journey) asks() bool { return j != Offline && j != Returning }

// Role is what a screen is in the journey.
type Role string

// The roles.
const (
	Explain  Role = "explain"  // the app says what the permission is for
	SignIn   Role = "signin"   // Amazon's sign-in, or the app's own
	Consent  Role = "consent"  // Amazon asks for the permission
	Refused  Role = "refused"  // the app has learnt that there is none
	Fallback Role = "fallback" // the maker's own set-up
	Other    Role = "other"
)

// Roles are all roles.
func Roles() []Role { return []Role{Explain, SignIn, Consent, Refused, Fallback, Other} }

// FFSScope is the default name of the scope of Frustration-Free Setup, as
// observed in a published app; see DOMAIN: it is not documented by Amazon.
const FFSScope = "frustration_free_setup::device:setup"

// The font scales that a capture may have.
const (
	SmallestFontScale = 0.5
	LargestFontScale  = 5.0
)

// Capture is what was recorded of one journey.
type Capture struct {
	Locale string // of the phone, BCP 47, such as de-DE
	// Density is in dots per inch (420), or, up to 10, a factor of 160 (2.625);
	// 0 if it is not known.
	Density float64
	// FontScale is Android's setting; 0 if it is not known.
	FontScale float64
	Journey   Journey
	// DeclaredScopes are those of the product's profile; nil if it names none.
	DeclaredScopes []string
	// RequestedURL is the address of Amazon's authorization endpoint with its
	// parameters, as the app asked for it; empty if it was not visible.
	RequestedURL string
	// Hidden is why RequestedURL is not visible; empty if that is not known.
	Hidden string
	// ScopeData is the request's scope_data, a JSON object; nil if unknown.
	ScopeData json.RawMessage
	AppName   string // as registered with Amazon; empty if unknown
	// AppPackage is the package of the maker's app.
	AppPackage string
	Screens    []Screen
	// Simulated says that the phone was a simulated one.
	Simulated bool
}

// Screen is one thing that the customer saw.
type Screen struct {
	// File is the name of its files without extension.
	File    string
	Role    Role
	Package string // in front
	// Dwell is how long it was seen, in seconds, and Taps how many taps were
	// made on it; nil if unknown.
	Dwell *float64
	Taps  *int
	// Continues says that this is the page of the screen before, scrolled on; Ends,
	// that the page has nothing more below this part. nil if that is not known.
	Continues bool
	Ends      *bool
	// Gone says that the screen went away by itself: nobody had answered it yet,
	// nor left it. False also if that is not known.
	Gone bool
	// Tree is the page source. Windows that lie on top are roots of their own.
	Tree *screen.Tree
	// Picture is a PNG; empty if there is none. Its size has been checked.
	Picture []byte
	// Context is where it was looked at: [Native], or [Web] if the page's document
	// was, too. Empty if unknown.
	Context Context
	// HTML is the page's document; empty if there is none. What counts of its
	// styles is said in dom.go.
	HTML string
}

// Context is where automation looks at a screen.
type Context string

// The contexts.
const (
	Native Context = "native" // the tree that the phone's accessibility service shows
	Web    Context = "web"    // the page's document, through chromedriver, beside that tree
)

// unseen says that the requested URL was not visible, and why, if that is known.
func (c Capture) unseen() string {
	if c.Hidden == "" {
		return "the requested URL was not visible"
	}
	return "the requested URL was not visible (" + c.Hidden + ")"
}
