package consent

import (
	"fmt"
	"strings"
	"testing"

	"ffscert/drivers/screen"
)

// line is something on a consent page, with the place of its upper and lower
// edge in the page.
type line struct {
	text     string
	tap      bool
	from, to int
}

// longPage is a consent page that is longer than the screen, with its answers at
// its end.
func longPage() []line {
	return []line{
		{"Lumen", false, 300, 400},
		{"would like to:", false, 420, 500},
		{"Set up your devices with Frustration-Free Setup", false, 520, 800},
		{"Link its skill with your Alexa account", false, 820, 1100},
		{"You can take this back at any time in Your Account.", false, 1120, 1500},
		{"Allow", true, 1550, 1690},
		{"Cancel", true, 1720, 1860},
		{"Privacy Notice", true, 1890, 2030},
	}
}

func without(lines []line, text string) []line {
	var rest []line
	for _, l := range lines {
		if l.text != text {
			rest = append(rest, l)
		}
	}
	return rest
}

// seenOn is what a phone's tree shows of a page whose window ends at edge and that
// was scrolled by so many pixels.
func seenOn(t *testing.T, lines []line, scrolled, edge int, scrollable bool) *screen.Tree {
	t.Helper()
	const top = 210
	var b strings.Builder
	fmt.Fprintf(&b, `<hierarchy><node class="android.widget.FrameLayout" package=%q bounds="[0,0][1080,2400]"><node class="android.webkit.WebView" package=%q text="Amazon Sign-In" scrollable="%t" bounds="[0,%d][1080,%d]">`+
		`<node class="android.view.View" package=%q bounds="[0,%d][1080,%d]">`, chrome, chrome, scrollable, top, edge, chrome, top, edge)
	for _, l := range lines {
		from, to := max(l.from-scrolled, top), min(l.to-scrolled, edge)
		if from >= to {
			continue
		}
		class := "android.view.View"
		if l.text == "Allow" || l.text == "Cancel" {
			class = "android.widget.Button"
		}
		fmt.Fprintf(&b, `<node class=%q package=%q text=%q clickable="%t" bounds="[60,%d][1020,%d]"/>`, class, chrome, l.text, l.tap, from, to)
	}
	b.WriteString(`</node></node></node></hierarchy>`)
	tree, err := screen.Parse(b.String())
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// longCapture is a faultless journey with that consent page in place of its own.
func longCapture(t *testing.T, parts ...Screen) Capture {
	t.Helper()
	c := faultless("en", Refuse).withoutPictures().capture(t)
	var screens []Screen
	for _, s := range c.Screens {
		if s.Role != Consent {
			screens = append(screens, s)
			continue
		}
		for i, p := range parts {
			taps, dwell := 0, 3.0
			if i == len(parts)-1 {
				taps = 1
			}
			p.File, p.Role, p.Package, p.Taps, p.Dwell = fmt.Sprintf("%s-%d", s.File, i+1), Consent, chrome, &taps, &dwell
			screens = append(screens, p)
		}
	}
	c.Screens = screens
	return c
}

// outcomes says what the rules about the answers say.
func outcomes(t *testing.T, c Capture) string {
	t.Helper()
	a, err := New()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range a.Judge(c, Options{}).Rules {
		switch r.ID {
		case "LWA-SCOPE", "LWA-ESSENTIAL", "LWA-IDENTITY", "LWA-REFUSE", "LWA-LABEL":
			all = append(all, strings.ToLower(strings.TrimPrefix(r.ID, "LWA-"))+" "+string(r.Outcome))
		case "LWA-TARGET", "LWA-CLIPPED", "LWA-OVERLAY", "LWA-FALLBACK":
			if r.Outcome != Pass {
				t.Errorf("%s: %s %s", r.ID, r.Outcome, r.Why)
			}
		}
	}
	return strings.Join(all, ", ")
}

const (
	allPass = "scope pass, essential pass, identity pass, refuse pass, label pass"
	// unseenBelow is what may be said of a page that goes on, and was not seen on.
	unseenBelow = "scope not_run, essential not_run, identity not_run, refuse not_run, label not_run"
)

// A page that was scrolled is judged as a whole; of one that goes on and was not
// seen on, nothing is said to be missing; and a page that fits has nothing below
// the screen, whatever says that it can be scrolled.
func TestPagesThatAreLongerThanTheScreen(t *testing.T) {
	yes, no := true, false
	page := longPage()
	doc := func(lines []line) string {
		var b strings.Builder
		for _, l := range lines {
			if l.tap {
				fmt.Fprintf(&b, "<button>%s</button>", l.text)
			} else {
				fmt.Fprintf(&b, "<p>%s</p>", l.text)
			}
		}
		return b.String()
	}
	first := func(lines []line, edge int) Screen { return Screen{Tree: seenOn(t, lines, 0, edge, true)} }
	second := func(lines []line) Screen { return Screen{Tree: seenOn(t, lines, 800, 1300, true)} }
	told := func(s Screen, continues bool, ends *bool) Screen {
		s.Continues, s.Ends = continues, ends
		return s
	}
	withDocument := func(s Screen, html string) Screen {
		s.HTML, s.Context = html, Web
		return s
	}
	for name, x := range map[string]struct {
		parts []Screen
		want  string
	}{
		"it fits":                                 {[]Screen{first(page, 2280)}, allPass},
		"it fits, and nothing refuses":            {[]Screen{first(without(page, "Cancel"), 2280)}, "scope pass, essential pass, identity pass, refuse fail, label not_run"},
		"it fits, without a privacy notice":       {[]Screen{first(without(page, "Privacy Notice"), 2280)}, "scope pass, essential pass, identity fail, refuse pass, label pass"},
		"cut off within a line":                   {[]Screen{first(page, 1300)}, unseenBelow},
		"cut off within allowing":                 {[]Screen{first(page, 1600)}, unseenBelow},
		"cut off, but nothing scrolls":            {[]Screen{{Tree: seenOn(t, page, 0, 1600, false)}}, "scope pass, essential pass, identity fail, refuse fail, label not_run"},
		"the answers are seen, the notice is not": {[]Screen{first(page, 1950)}, "scope not_run, essential not_run, identity pass, refuse pass, label pass"},
		"both parts":                              {[]Screen{told(first(page, 1300), false, nil), told(second(page), true, &yes)}, allPass},
		"both parts, and nothing refuses": {[]Screen{told(first(without(page, "Cancel"), 1300), false, nil), told(second(without(page, "Cancel")), true, &yes)},
			"scope pass, essential pass, identity pass, refuse fail, label not_run"},
		"both parts, without a privacy notice": {[]Screen{told(first(without(page, "Privacy Notice"), 1300), false, nil), told(second(without(page, "Privacy Notice")), true, &yes)},
			"scope pass, essential pass, identity fail, refuse pass, label pass"},
		"both parts, and another name": {[]Screen{told(first(page[1:], 1300), false, nil), told(second(page[1:]), true, &yes)},
			"scope pass, essential pass, identity fail, refuse pass, label pass"},
		"both parts, and nobody says so":  {[]Screen{first(page, 1300), second(page)}, allPass},
		"not down to the end":             {[]Screen{told(first(without(page, "Cancel"), 1300), false, nil), told(second(without(page, "Cancel")), true, &no)}, "scope not_run, essential not_run, identity pass, refuse not_run, label not_run"},
		"the recorder says that it ends":  {[]Screen{told(first(page, 1600), false, &yes)}, "scope pass, essential pass, identity fail, refuse fail, label not_run"},
		"a document tells the rest":       {[]Screen{withDocument(first(page, 1300), doc(page))}, allPass},
		"a document without a refusal":    {[]Screen{withDocument(first(page, 1300), doc(without(page, "Cancel")))}, "scope pass, essential pass, identity pass, refuse fail, label not_run"},
		"a document of another page":      {[]Screen{withDocument(first(page, 1300), "<p>Hello</p><button>Cancel</button>")}, unseenBelow},
		"a document without its controls": {[]Screen{withDocument(first(page, 1600), doc(without(page, "Allow")))}, unseenBelow},
	} {
		t.Run(name, func(t *testing.T) {
			if got := outcomes(t, longCapture(t, x.parts...)); got != x.want {
				t.Errorf("got  %s\nwant %s", got, x.want)
			}
		})
	}
}

// Another page, to which a tap leads, is none of the parts of the first.
func TestAPageFurtherOnIsNoPart(t *testing.T) {
	page := without(longPage(), "Cancel")
	c := longCapture(t, Screen{Tree: seenOn(t, page, 0, 2280, true)}, Screen{Tree: seenOn(t, longPage(), 0, 2280, true)})
	if got := outcomes(t, c); !strings.Contains(got, "refuse fail") {
		t.Error(got)
	}
	// That the first goes on does not make the second a part of it, to which a tap
	// has led: whether the first can be refused further down is not known.
	c = longCapture(t, Screen{Tree: seenOn(t, page, 0, 1600, true)}, Screen{Tree: seenOn(t, longPage(), 0, 2280, true)})
	one := 1
	for i := range c.Screens {
		if c.Screens[i].Role == Consent {
			c.Screens[i].Taps = &one
		}
	}
	if got := outcomes(t, c); !strings.Contains(got, "refuse not_run") {
		t.Error(got)
	}
}
