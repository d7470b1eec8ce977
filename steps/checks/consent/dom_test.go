package consent

import (
	"strings"
	"testing"

	"ffscert/drivers/screen"
)

func TestComputedStylesOfADocument(t *testing.T) {
	for name, x := range map[string]struct {
		html string
		says string
		want string // the contrast, with one place; "" if unknown
		bold bool
		size float64
	}{
		"recorded":        {`<p data-computed-color="rgb(119, 119, 119)" data-computed-background-color="rgb(255,255,255)" data-computed-font-size="20px" data-computed-font-weight="700">Hello`, "Hello", "4.4", true, 20},
		"inline":          {`<div style="background:#4b3fb5"><span style="color: #ffffff; font-size: 18pt">Hello</span></div>`, "Hello", "7.8", false, 24},
		"sheet":           {`<style>.pale { color: #aaa } p.pale { color: #bbbbbb }</style><p class="pale">Hello</p>`, "Hello", "1.9", false, 16},
		"inline wins":     {`<style>p { color: #aaa }</style><p style="color:#000">Hello</p>`, "Hello", "21.0", false, 16},
		"half opaque":     {`<p style="color: rgba(0,0,0,0.5)">Hello</p>`, "Hello", "3.9", false, 16},
		"a picture":       {`<div style="background-image: url(x.png)"><p style="color:#000">Hello</p></div>`, "Hello", "", false, 0},
		"unknown colour":  {`<p style="color: var(--x)">Hello</p>`, "Hello", "", false, 0},
		"hidden":          {`<p style="display:none">Hello</p>`, "Hello", "", false, 0},
		"hover":           {`<style>p:hover { color: #fff }</style><p>Hello</p>`, "Hello", "21.0", false, 16},
		"a bare button":   {`<button>Hello</button>`, "Hello", "", false, 0},
		"a styled button": {`<button style="color:#fff;background:#000">Hello</button>`, "Hello", "21.0", false, 16},
	} {
		t.Run(name, func(t *testing.T) {
			st, ok := readDocument(x.html).byText()[normal(x.says)]
			got := ""
			if ok {
				got = decimal(contrast(st.foreground, st.background))
				got = got[:len(got)-1]
			}
			if got != x.want || ok && (st.bold != x.bold || st.size < x.size-0.1 || st.size > x.size+0.1) {
				t.Errorf("contrast %q, want %q; %+v", got, x.want, st)
			}
		})
	}
}

// TestADocumentStandsInForAnEmptyTree: where the tree shows nothing of the page,
// the document tells the choices, the name and what is ticked.
func TestADocumentStandsInForAnEmptyTree(t *testing.T) {
	tree, err := screen.Parse(`<hierarchy><node class="android.webkit.WebView" package="com.android.chrome" bounds="[0,0][1080,2000]"/></hierarchy>`)
	if err != nil {
		t.Fatal(err)
	}
	w := faultless("en", Allow)
	c := w.capture(t)
	c.Screens[2].Tree, c.Screens[2].Picture = tree, nil
	c.Screens[2].HTML = `<h1>Lumen</h1><p>would like to:</p><ul><li data-scope="frustration_free_setup::device:setup">Set up your devices</li><li>Link its skill with Alexa</li></ul>
<p style="color:#999">You can take this back at any time.</p><form><input type="submit" value="Allow" style="color:#000;background:#ffd814"><button style="color:#000;background:#eee">Cancel</button></form><a href="/privacy">Privacy Notice</a>`
	outcomes := map[string]Outcome{}
	for _, r := range auditor(t).Judge(c, Options{}).Rules {
		outcomes[r.ID] = r.Outcome
	}
	for id, want := range map[string]Outcome{"LWA-REFUSE": Pass, "LWA-LABEL": Pass, "LWA-IDENTITY": Pass, "LWA-SCOPE": Pass, "LWA-ESSENTIAL": Pass, "LWA-CONTRAST": Warn, "LWA-PROMINENCE": NotRun} {
		if outcomes[id] != want {
			t.Errorf("%s is %s, not %s", id, outcomes[id], want)
		}
	}
	c.Screens[2].HTML = strings.Replace(c.Screens[2].HTML, "<form>", `<form><input type="checkbox" name="profile" checked>`, 1)
	for _, r := range auditor(t).Judge(c, Options{}).Rules {
		if r.ID == "LWA-ESSENTIAL" && r.Outcome != Fail {
			t.Errorf("a ticked box: %s %s", r.Outcome, r.Why)
		}
	}
}

func FuzzDocument(f *testing.F) {
	f.Add(`<p style="color:rgb(1,2,3)">x<button>y`)
	f.Add(`<style>a{}b,c>d{color:#fff}</style><a href=x>y</a>`)
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) < 1<<16 && CheckHTML(s) == nil {
			readDocument(s)
		}
	})
}
