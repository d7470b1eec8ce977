package screen

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/invopop/jsonschema"

	"ffscert/drivers"
)

// mapFile is a screen map as it is written.
type mapFile struct {
	Version  int                   `yaml:"version" json:"version" jsonschema:"required,enum=1" jsonschema_description:"Version of this format: 1."`
	App      string                `yaml:"app" json:"app" jsonschema:"required,minLength=1" jsonschema_description:"Short name of the app, such as alexa."`
	Package  string                `yaml:"package" json:"package" jsonschema:"required,minLength=1" jsonschema_description:"The app's package; on iOS its bundle id. Elements of other packages do not count."`
	Hosts    []string              `yaml:"hosts,omitempty" json:"hosts,omitempty" jsonschema_description:"Packages of other apps that show the same screens, as an app shows pages of the web. Their elements count while they are in front, and the app itself is not."`
	Anywhere bool                  `yaml:"anywhere,omitempty" json:"anywhere,omitempty" jsonschema_description:"Whether the screens are pages of the web that any app may show in a WebView: an app that is neither the package nor one of the hosts counts while it shows at least two elements of a screen."`
	Activity string                `yaml:"activity,omitempty" json:"activity,omitempty" jsonschema_description:"The activity that starts the app."`
	Platform string                `yaml:"platform" json:"platform" jsonschema:"required,enum=android,enum=ios" jsonschema_description:"android, or ios: then locators use name, label and value instead of id, desc and text."`
	Labels   []string              `yaml:"labels,omitempty" json:"labels,omitempty" jsonschema_description:"What the app is called under its icon: so the system names it when it ends by itself."`
	Versions versionRange          `yaml:"app_versions,omitempty" json:"app_versions,omitempty" jsonschema_description:"The versions of the app that the map is for; both ends belong to it. Maps of one app must neither overlap nor leave gaps."`
	Source   string                `yaml:"source,omitempty" json:"source,omitempty" jsonschema_description:"Where the locators are known from."`
	Texts    map[string]textFile   `yaml:"texts,omitempty" json:"texts,omitempty" jsonschema_description:"Words of the app per language, for locators that cannot do without: a locator uses them as {name}."`
	Screens  map[string]screenFile `yaml:"screens" json:"screens" jsonschema:"required" jsonschema_description:"The screens by name. Names are lower case words joined by underscores."`
}

type versionRange struct {
	From string `yaml:"from,omitempty" json:"from,omitempty" jsonschema_description:"The first version, such as 2022.1; left out: all earlier ones."`
	To   string `yaml:"to,omitempty" json:"to,omitempty" jsonschema_description:"The last version, with all that begin like it: 2023 covers 2023.23; left out: all later ones."`
}

type screenFile struct {
	Title    string                 `yaml:"title,omitempty" json:"title,omitempty" jsonschema_description:"What people call the screen."`
	Covers   bool                   `yaml:"covers,omitempty" json:"covers,omitempty" jsonschema_description:"The screen lies over others: a card or a dialog."`
	ShownBy  []string               `yaml:"shown_by" json:"shown_by" jsonschema:"required,minItems=1" jsonschema_description:"Elements that are all there when the screen is shown: a name on this screen, or screen.name. None that takes a value."`
	Without  []string               `yaml:"without,omitempty" json:"without,omitempty" jsonschema_description:"Elements of which none is there when the screen is shown."`
	Elements map[string]elementFile `yaml:"elements" json:"elements" jsonschema:"required" jsonschema_description:"The elements by name."`
}

type elementFile struct {
	Takes    string        `yaml:"takes,omitempty" json:"takes,omitempty" jsonschema_description:"What the locators need, such as name; they use it as {name}."`
	Note     string        `yaml:"note,omitempty" json:"note,omitempty" jsonschema_description:"Where the locators are known from, and what to know about the element."`
	Optional bool          `yaml:"optional,omitempty" json:"optional,omitempty" jsonschema_description:"Not always there while its screen is: that it is missing from a page source is no drift."`
	Secret   bool          `yaml:"secret,omitempty" json:"secret,omitempty" jsonschema_description:"What is in it is a password or a code: it is painted over in pictures and left out of page sources. Password fields need no mark."`
	Locators []locatorSpec `yaml:"locators" json:"locators" jsonschema:"required,minItems=1" jsonschema_description:"Ranked: the first that matches wins. One that is not the first makes a warning."`
}

// locatorSpec is a locator as it is written: fields of a node, all of which
// must match, or a question for the server only.
type locatorSpec struct {
	Class       string `yaml:"class,omitempty" json:"class,omitempty" jsonschema_description:"The whole class name; on iOS the type, such as XCUIElementTypeButton."`
	ID          string `yaml:"id,omitempty" json:"id,omitempty" jsonschema_description:"The whole resource-id, with its package if it has one."`
	Text        string `yaml:"text,omitempty" json:"text,omitempty" jsonschema_description:"The whole text."`
	TextPrefix  string `yaml:"text_prefix,omitempty" json:"text_prefix,omitempty" jsonschema_description:"How the text begins."`
	Desc        string `yaml:"desc,omitempty" json:"desc,omitempty" jsonschema_description:"The whole content-desc."`
	DescPrefix  string `yaml:"desc_prefix,omitempty" json:"desc_prefix,omitempty" jsonschema_description:"How the content-desc begins."`
	Hint        string `yaml:"hint,omitempty" json:"hint,omitempty" jsonschema_description:"The whole hint of a text field; slow to ask a server for."`
	Package     string `yaml:"package,omitempty" json:"package,omitempty" jsonschema_description:"Another package than the map's, such as that of a system dialog."`
	Clickable   *bool  `yaml:"clickable,omitempty" json:"clickable,omitempty"`
	Checkable   *bool  `yaml:"checkable,omitempty" json:"checkable,omitempty"`
	Checked     *bool  `yaml:"checked,omitempty" json:"checked,omitempty"`
	Enabled     *bool  `yaml:"enabled,omitempty" json:"enabled,omitempty"`
	Selected    *bool  `yaml:"selected,omitempty" json:"selected,omitempty"`
	Scrollable  *bool  `yaml:"scrollable,omitempty" json:"scrollable,omitempty"`
	Instance    *int   `yaml:"instance,omitempty" json:"instance,omitempty" jsonschema:"minimum=0" jsonschema_description:"The n-th match in the order of the document, from 0."`
	XPath       string `yaml:"xpath,omitempty" json:"xpath,omitempty" jsonschema_description:"For the server only, alone, without placeholders. Discouraged: slow, and nothing can be judged by it."`
	UiAutomator string `yaml:"uiautomator,omitempty" json:"uiautomator,omitempty" jsonschema_description:"For the server only, alone, without placeholders. Discouraged: nothing can be judged by it."`

	AccessibilityID string `yaml:"accessibility_id,omitempty" json:"accessibility_id,omitempty" jsonschema_description:"iOS: the same as name."`
	Name            string `yaml:"name,omitempty" json:"name,omitempty" jsonschema_description:"iOS: the whole name, which is the accessibility id."`
	NamePrefix      string `yaml:"name_prefix,omitempty" json:"name_prefix,omitempty" jsonschema_description:"iOS: how the name begins."`
	Label           string `yaml:"label,omitempty" json:"label,omitempty" jsonschema_description:"iOS: the whole label."`
	LabelPrefix     string `yaml:"label_prefix,omitempty" json:"label_prefix,omitempty" jsonschema_description:"iOS: how the label begins."`
	Value           string `yaml:"value,omitempty" json:"value,omitempty" jsonschema_description:"iOS: the whole value."`
	ValuePrefix     string `yaml:"value_prefix,omitempty" json:"value_prefix,omitempty" jsonschema_description:"iOS: how the value begins."`
	Visible         *bool  `yaml:"visible,omitempty" json:"visible,omitempty" jsonschema_description:"iOS: whether it is visible."`
	Predicate       string `yaml:"predicate,omitempty" json:"predicate,omitempty" jsonschema_description:"iOS: a predicate string for the server only, alone, without placeholders. Discouraged: nothing can be judged by it."`
	ClassChain      string `yaml:"class_chain,omitempty" json:"class_chain,omitempty" jsonschema_description:"iOS: a class chain for the server only, alone, without placeholders. Discouraged: nothing can be judged by it."`
}

// raw is the question for the server only, or nil.
func (s locatorSpec) raw() *drivers.Locator {
	switch {
	case s.XPath != "":
		return &drivers.Locator{Using: drivers.ByXPath, Value: s.XPath}
	case s.UiAutomator != "":
		return &drivers.Locator{Using: drivers.ByUiAutomator, Value: s.UiAutomator}
	case s.Predicate != "":
		return &drivers.Locator{Using: drivers.ByIOSPredicate, Value: s.Predicate}
	case s.ClassChain != "":
		return &drivers.Locator{Using: drivers.ByIOSClassChain, Value: s.ClassChain}
	}
	return nil
}

// raws are the fields for the server only that are given.
func (s locatorSpec) raws() (names []string) {
	for _, f := range []struct{ name, value string }{{"xpath", s.XPath}, {"uiautomator", s.UiAutomator},
		{"predicate", s.Predicate}, {"class_chain", s.ClassChain}} {
		if f.value != "" {
			names = append(names, f.name)
		}
	}
	return names
}

// foreign are the fields that are given and that the platform does not have.
func (s locatorSpec) foreign(ios bool) (names []string) {
	for _, f := range []struct {
		name       string
		given, ios bool
	}{
		{"id", s.ID != "", false}, {"text", s.Text != "", false}, {"text_prefix", s.TextPrefix != "", false},
		{"desc", s.Desc != "", false}, {"desc_prefix", s.DescPrefix != "", false}, {"hint", s.Hint != "", false},
		{"clickable", s.Clickable != nil, false}, {"checkable", s.Checkable != nil, false}, {"checked", s.Checked != nil, false},
		{"scrollable", s.Scrollable != nil, false}, {"uiautomator", s.UiAutomator != "", false},
		{"accessibility_id", s.AccessibilityID != "", true}, {"name", s.Name != "", true}, {"name_prefix", s.NamePrefix != "", true},
		{"label", s.Label != "", true}, {"label_prefix", s.LabelPrefix != "", true}, {"value", s.Value != "", true},
		{"value_prefix", s.ValuePrefix != "", true}, {"visible", s.Visible != nil, true},
		{"predicate", s.Predicate != "", true}, {"class_chain", s.ClassChain != "", true},
	} {
		if f.given && f.ios != ios {
			names = append(names, f.name)
		}
	}
	return names
}

// query is the locator as a question for a tree; fill resolves placeholders.
func (s locatorSpec) query(ios bool, fill func(string) string) Query {
	q := Query{Class: s.Class, ID: fill(s.ID), Text: fill(s.Text), TextPrefix: fill(s.TextPrefix), Desc: fill(s.Desc),
		DescPrefix: fill(s.DescPrefix), Hint: fill(s.Hint), Package: s.Package, Clickable: s.Clickable, Checkable: s.Checkable,
		Checked: s.Checked, Enabled: s.Enabled, Selected: s.Selected, Scrollable: s.Scrollable, Instance: s.Instance}
	if ios {
		q.IOS, q.Visible = true, s.Visible
		q.ID, q.IDPrefix = fill(s.Name+s.AccessibilityID), fill(s.NamePrefix)
		q.Desc, q.DescPrefix = fill(s.Label), fill(s.LabelPrefix)
		q.Text, q.TextPrefix = fill(s.Value), fill(s.ValuePrefix)
	}
	return q
}

func asWritten(v string) string { return v }

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// placeholders lists what the fields ask to be filled in.
func (s locatorSpec) placeholders() []string {
	return placeholder.FindAllString(strings.Join([]string{s.ID, s.Text, s.TextPrefix, s.Desc, s.DescPrefix, s.Hint, s.AccessibilityID,
		s.Name, s.NamePrefix, s.Label, s.LabelPrefix, s.Value, s.ValuePrefix}, "\x00"), -1)
}

// String is the locator as one line of a map, shortened for people.
func (s locatorSpec) String() string { return s.line(func(v string) string { return quote(v) }) }

// flow is the locator as one line of a map, as YAML reads it.
func (s locatorSpec) flow() string { return s.line(quoted) }

func (s locatorSpec) line(text func(string) string) string {
	var parts []string
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		switch f := v.Field(i); {
		case f.IsZero():
		case f.Kind() == reflect.String && name == "class":
			parts = append(parts, name+": "+classText(f.String(), text))
		case f.Kind() == reflect.String:
			parts = append(parts, name+": "+text(f.String()))
		default:
			parts = append(parts, fmt.Sprintf("%s: %v", name, f.Elem().Interface()))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

var classForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.$]*$`)

// classText writes a class as people do, without quotes, if it looks like one.
func classText(class string, text func(string) string) string {
	if classForm.MatchString(class) && len(class) <= 100 && strings.Contains(class, ".") {
		return class
	}
	return text(class)
}

// MapSchema is the JSON Schema of a screen map, for editors.
func MapSchema() *jsonschema.Schema {
	r := jsonschema.Reflector{ExpandedStruct: true, RequiredFromJSONSchemaTags: true, Anonymous: true}
	s := r.Reflect(&mapFile{})
	s.Title = "ffscert screen map"
	s.Description = "Where the elements of an app are, as data: ranked locators per screen and element."
	return s
}
