// Package apps holds the apps of the virtual phone as data: which screens an
// app has, which elements they show, and which named action a tap starts.
//
// A model is a YAML file. It is decoded strictly, and an error names the file,
// the line and the field. Conditions have the form "field op value"; actions
// and fields are words of a [Vocabulary]. There is no language beyond that: who
// needs another behaviour writes a Go function and adds its name.
//
// The package knows nothing of worlds, pixels or touches; the handset brings a
// model to life.
package apps

import (
	"strconv"
	"time"
)

// SchemaID is what the field schema of a model must say.
const SchemaID = "ffscert/app/v1"

// Model is one release of one app.
type Model struct {
	Schema string `yaml:"schema" json:"schema" jsonschema:"enum=ffscert/app/v1" jsonschema_description:"version of this format"`
	Note   string `yaml:"note,omitempty" json:"note,omitempty" jsonschema_description:"where the elements were seen; for people"`

	Package     string   `yaml:"package" json:"package" jsonschema_description:"Android package, such as com.amazon.dee.app"`
	Activity    string   `yaml:"activity" json:"activity" jsonschema_description:"launcher activity, fully qualified"`
	Activities  []string `yaml:"activities,omitempty" json:"activities,omitempty" jsonschema_description:"further activities that may be started by name; they open the start screen"`
	VersionName string   `yaml:"version_name" json:"version_name"`
	VersionCode int      `yaml:"version_code" json:"version_code" jsonschema:"minimum=1"`
	Label       string   `yaml:"label" json:"label" jsonschema_description:"name under the icon on the home screen"`
	Icon        string   `yaml:"icon,omitempty" json:"icon,omitempty" jsonschema_description:"named drawing of the painter"`
	System      bool     `yaml:"system,omitempty" json:"system,omitempty" jsonschema_description:"part of the system; not shown on the home screen"`
	Home        bool     `yaml:"home,omitempty" json:"home,omitempty" jsonschema_description:"the home screen: in front when no other app is"`
	Dialogs     bool     `yaml:"dialogs,omitempty" json:"dialogs,omitempty" jsonschema_description:"no app but dialogs of the system: the overlays lie above whatever app is in front; there are no screens"`
	// Background is the colour of the window behind every screen.
	Background string `yaml:"background,omitempty" json:"background,omitempty" jsonschema:"pattern=^#[0-9a-fA-F]{6}$"`

	Account    AccountCopy   `yaml:"account,omitempty" json:"account,omitempty" jsonschema_description:"the app's own copy of the account's devices"`
	Transition time.Duration `yaml:"transition,omitempty" json:"transition,omitempty" jsonschema:"type=string" jsonschema_description:"how long a page slides in, such as 300ms; taps are swallowed meanwhile; nothing moves on a phone without latency"`

	Start    []Start             `yaml:"start,omitempty" json:"start,omitempty" jsonschema:"minItems=1" jsonschema_description:"screen shown at the start: the first whose condition holds; needed unless dialogs is set"`
	Links    []Link              `yaml:"links,omitempty" json:"links,omitempty" jsonschema_description:"addresses that open a screen; any other opens the start screen"`
	OnStart  Actions             `yaml:"on_start,omitempty" json:"on_start,omitempty"`
	Screens  map[string]*Screen  `yaml:"screens,omitempty" json:"screens,omitempty" jsonschema:"minProperties=1" jsonschema_description:"the pages by name; needed unless dialogs is set"`
	Overlays []*Overlay          `yaml:"overlays,omitempty" json:"overlays,omitempty" jsonschema_description:"dialogs and cards, each a window of its own; the last one that is shown lies on top"`
	Parts    map[string]*Element `yaml:"parts,omitempty" json:"parts,omitempty" jsonschema_description:"elements that several screens use"`

	// Languages are the texts in other languages, by language and by the text
	// as it stands in the model.
	Languages map[string]map[string]string `yaml:"languages,omitempty" json:"languages,omitempty" jsonschema_description:"texts in other languages: for each language, such as de, what stands for a text, desc or hint of this file, or for what a field says to people (card.title, device.state …); the phone's locale selects"`
}

// AccountCopy says how an app keeps its copy of the account's devices.
type AccountCopy struct {
	// Of is whose cloud the copy is of; "" is amazon.
	Of string `yaml:"of,omitempty" json:"of,omitempty" jsonschema:"enum=amazon,enum=partner" jsonschema_description:"whose devices: amazon (the customer's account, the default) or partner (the maker's cloud)"`
	// Every is how often the copy is fetched while the app is in front; 0 is never.
	Every time.Duration `yaml:"every,omitempty" json:"every,omitempty" jsonschema:"type=string" jsonschema_description:"how often the copy is fetched by itself while the app is in front, such as 20s"`
	// Takes is how long fetching takes on a phone with latency.
	Takes time.Duration `yaml:"takes,omitempty" json:"takes,omitempty" jsonschema:"type=string" jsonschema_description:"how long fetching takes; nothing on a phone without latency"`
}

// Start is a screen to start with.
type Start struct {
	Screen string     `yaml:"screen" json:"screen"`
	When   Conditions `yaml:"when,omitempty" json:"when,omitempty"`
}

// Link is an address that opens a screen.
type Link struct {
	Prefix string `yaml:"prefix" json:"prefix" jsonschema:"minLength=1" jsonschema_description:"how the address begins"`
	Screen string `yaml:"screen" json:"screen"`
}

// Screen is a page of an app.
type Screen struct {
	Body      *Element   `yaml:"body" json:"body"`
	OnOpen    Actions    `yaml:"on_open,omitempty" json:"on_open,omitempty" jsonschema_description:"done when the page is opened, not when one comes back to it"`
	Back      Actions    `yaml:"back,omitempty" json:"back,omitempty" jsonschema_description:"done on the back key instead of returning to the page before"`
	Secure    bool       `yaml:"secure,omitempty" json:"secure,omitempty" jsonschema_description:"pictures of the screen are refused while the page is shown, as by FLAG_SECURE"`
	CloseWhen Conditions `yaml:"close_when,omitempty" json:"close_when,omitempty" jsonschema_description:"the page closes by itself when all of these hold; the first page gives way to a screen of start"`
}

// Overlay is a dialog or a card above the page.
type Overlay struct {
	Name string `yaml:"name" json:"name"`
	// When shows the overlay by itself; without it, the action show does.
	When Conditions `yaml:"when,omitempty" json:"when,omitempty" jsonschema_description:"shown by itself while all of these hold; without it the action show opens it"`
	// Instance is a field whose value tells one showing from the next.
	Instance   string   `yaml:"instance,omitempty" json:"instance,omitempty" jsonschema_description:"field that tells one showing from the next, such as card.id"`
	Package    string   `yaml:"package,omitempty" json:"package,omitempty" jsonschema_description:"package that the window belongs to; the app in front if left out"`
	Activity   string   `yaml:"activity,omitempty" json:"activity,omitempty" jsonschema_description:"activity that the window is; a dialog of the app itself if left out"`
	Fullscreen bool     `yaml:"fullscreen,omitempty" json:"fullscreen,omitempty" jsonschema_description:"covers the whole screen; otherwise the window is as large as its body, in the middle"`
	Floating   bool     `yaml:"floating,omitempty" json:"floating,omitempty" jsonschema_description:"drawn over whatever app is in front, and not modal; align_y of the body says where"`
	Back       Actions  `yaml:"back,omitempty" json:"back,omitempty" jsonschema_description:"done on the back key; without it an overlay opened by show closes"`
	Body       *Element `yaml:"body" json:"body"`
}

// Element is one node of the tree, or a group of them.
type Element struct {
	Use string `yaml:"use,omitempty" json:"use,omitempty" jsonschema_description:"name of a part that stands here; no other field but when is allowed then"`

	Class string `yaml:"class,omitempty" json:"class,omitempty" jsonschema_description:"Android class; android.view.ViewGroup if left out"`
	ID    string `yaml:"id,omitempty" json:"id,omitempty" jsonschema_description:"resource-id, exactly as the page source shows it"`
	Text  string `yaml:"text,omitempty" json:"text,omitempty" jsonschema_description:"text; {field} stands for a field's value"`
	Upper bool   `yaml:"upper,omitempty" json:"upper,omitempty" jsonschema_description:"the text in upper case"`
	Desc  string `yaml:"desc,omitempty" json:"desc,omitempty" jsonschema_description:"content description; {field} stands for a field's value"`
	Hint  string `yaml:"hint,omitempty" json:"hint,omitempty"`
	// Layout says how children lie: column (default), row, or stack.
	Layout string `yaml:"layout,omitempty" json:"layout,omitempty" jsonschema:"enum=column,enum=row,enum=stack"`
	Scroll string `yaml:"scroll,omitempty" json:"scroll,omitempty" jsonschema:"enum=vertical,enum=horizontal" jsonschema_description:"the content may be longer than the element and follows the finger"`
	Width  Size   `yaml:"width,omitempty" json:"width,omitempty"`
	Height Size   `yaml:"height,omitempty" json:"height,omitempty"`
	Pad    Insets `yaml:"pad,omitempty" json:"pad,omitempty" jsonschema_description:"inner distance in dp"`
	Margin Insets `yaml:"margin,omitempty" json:"margin,omitempty" jsonschema_description:"outer distance in dp"`
	Gap    int    `yaml:"gap,omitempty" json:"gap,omitempty" jsonschema:"minimum=0" jsonschema_description:"distance between children in dp"`
	AlignX string `yaml:"align_x,omitempty" json:"align_x,omitempty" jsonschema:"enum=start,enum=center,enum=end" jsonschema_description:"where the element lies in its parent, if narrower"`
	AlignY string `yaml:"align_y,omitempty" json:"align_y,omitempty" jsonschema:"enum=start,enum=center,enum=end"`

	Repeat string     `yaml:"repeat,omitempty" json:"repeat,omitempty" jsonschema_description:"one copy for each: devices (the app's copy of the account), scopes (what an app asks Amazon for) or launchable (apps on the home screen)"`
	Where  Conditions `yaml:"where,omitempty" json:"where,omitempty" jsonschema_description:"only for those for which all of these hold"`
	When   Conditions `yaml:"when,omitempty" json:"when,omitempty" jsonschema_description:"there only while all of these hold"`

	Tap       Actions `yaml:"tap,omitempty" json:"tap,omitempty" jsonschema_description:"done on a tap; makes the element clickable"`
	LongPress Actions `yaml:"long_press,omitempty" json:"long_press,omitempty"`
	Pull      Actions `yaml:"pull,omitempty" json:"pull,omitempty" jsonschema_description:"done when a vertical scroller at its top is pulled down"`

	Clickable *bool `yaml:"clickable,omitempty" json:"clickable,omitempty" jsonschema_description:"says otherwise than tap does"`
	Checkable bool  `yaml:"checkable,omitempty" json:"checkable,omitempty"`
	// Checked, Enabled and Selected are conditions; Enabled defaults to true.
	Checked  Conditions `yaml:"checked,omitempty" json:"checked,omitempty"`
	Enabled  Conditions `yaml:"enabled,omitempty" json:"enabled,omitempty" jsonschema_description:"enabled while all of these hold; always if left out"`
	Selected Conditions `yaml:"selected,omitempty" json:"selected,omitempty"`
	Input    string     `yaml:"input,omitempty" json:"input,omitempty" jsonschema_description:"name of an editable text; its content is the field input.NAME"`
	Password bool       `yaml:"password,omitempty" json:"password,omitempty"`

	Look     *Look      `yaml:"look,omitempty" json:"look,omitempty"`
	Children []*Element `yaml:"children,omitempty" json:"children,omitempty"`
}

// Look is how an element is painted.
type Look struct {
	Background string `yaml:"background,omitempty" json:"background,omitempty" jsonschema:"pattern=^#[0-9a-fA-F]{6}$"`
	Foreground string `yaml:"foreground,omitempty" json:"foreground,omitempty" jsonschema:"pattern=^#[0-9a-fA-F]{6}$"`
	Border     string `yaml:"border,omitempty" json:"border,omitempty" jsonschema:"pattern=^#[0-9a-fA-F]{6}$"`
	Size       int    `yaml:"size,omitempty" json:"size,omitempty" jsonschema:"minimum=6,maximum=96" jsonschema_description:"text size in sp; 16 if left out"`
	Bold       bool   `yaml:"bold,omitempty" json:"bold,omitempty"`
	Align      string `yaml:"align,omitempty" json:"align,omitempty" jsonschema:"enum=start,enum=center,enum=end" jsonschema_description:"where the text stands"`
	Radius     int    `yaml:"radius,omitempty" json:"radius,omitempty" jsonschema:"minimum=0" jsonschema_description:"roundness of the corners in dp"`
	Icon       string `yaml:"icon,omitempty" json:"icon,omitempty" jsonschema_description:"named drawing; {field} stands for a field's value"`
	Caption    string `yaml:"caption,omitempty" json:"caption,omitempty" jsonschema_description:"words that are part of the picture: painted, and not in the tree"`
}

// Action is a named function with its arguments.
type Action struct {
	Do      string     `yaml:"do" json:"do" jsonschema_description:"name of the action"`
	Screen  string     `yaml:"screen,omitempty" json:"screen,omitempty"`
	Overlay string     `yaml:"overlay,omitempty" json:"overlay,omitempty"`
	Value   string     `yaml:"value,omitempty" json:"value,omitempty"`
	Input   string     `yaml:"input,omitempty" json:"input,omitempty"`
	Package string     `yaml:"package,omitempty" json:"package,omitempty"`
	When    Conditions `yaml:"when,omitempty" json:"when,omitempty" jsonschema_description:"done only while all of these hold"`
}

// Overlay returns the overlay of that name.
func (m *Model) Overlay(name string) (*Overlay, bool) {
	for _, o := range m.Overlays {
		if o.Name == name {
			return o, true
		}
	}
	return nil, false
}

// Part follows e's use, if it has one.
func (m *Model) Part(e *Element) *Element {
	if e.Use == "" {
		return e
	}
	return m.Parts[e.Use]
}

func (m *Model) String() string {
	return m.Package + " " + m.VersionName + " (" + strconv.Itoa(m.VersionCode) + ")"
}

// AllActions are all actions of the model, in no particular order.
func (m *Model) AllActions() Actions {
	all := append(Actions{}, m.OnStart...)
	var walk func(*Element)
	walk = func(e *Element) {
		all = append(append(append(all, e.Tap...), e.LongPress...), e.Pull...)
		for _, c := range e.Children {
			walk(c)
		}
	}
	for _, s := range m.Screens {
		all = append(append(all, s.OnOpen...), s.Back...)
		walk(s.Body)
	}
	for _, o := range m.Overlays {
		all = append(all, o.Back...)
		walk(o.Body)
	}
	for _, p := range m.Parts {
		walk(p)
	}
	return all
}
