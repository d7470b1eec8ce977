package dialogs_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/dialogs"
	"ffscert/drivers/screen"
)

var update = flag.Bool("update", false, "write the golden files anew")

const app = "com.example.app"

func book(t testing.TB) *dialogs.Book {
	t.Helper()
	b, err := dialogs.BuiltIn()
	require.NoError(t, err)
	return b
}

// node is one text or button of a window.
type node struct{ class, id, text string }

func button(id, text string) node { return node{"android.widget.Button", id, text} }

// window is a window with nodes one below the other, in the middle of a screen
// of 1080 by 2340.
func window(pkg string, height int, nodes ...node) string {
	var b strings.Builder
	top := (2340 - height) / 2
	fmt.Fprintf(&b, `<android.widget.FrameLayout package="%s" bounds="[100,%d][980,%d]" displayed="true">`, pkg, top, top+height)
	for i, n := range nodes {
		if n.class == "" {
			n.class = "android.widget.TextView"
		}
		y := top + 20 + i*height/(len(nodes)+1)
		fmt.Fprintf(&b, `<%s class="%[1]s" package="%s" resource-id="%s" text="%s" bounds="[120,%d][960,%d]" displayed="true" enabled="true" clickable="%t"/>`,
			n.class, pkg, n.id, html.EscapeString(n.text), y, y+height/(len(nodes)+2), strings.HasSuffix(n.class, "Button"))
	}
	b.WriteString(`</android.widget.FrameLayout>`)
	return b.String()
}

func page(pkg string, nodes ...node) string {
	return strings.Replace(window(pkg, 2340, nodes...), `bounds="[100,0][980,2340]"`, `bounds="[0,0][1080,2340]"`, 1)
}

func tree(t testing.TB, windows ...string) *screen.Tree {
	t.Helper()
	tr, err := screen.Parse(`<hierarchy width="1080" height="2340">` + strings.Join(windows, "") + `</hierarchy>`)
	require.NoError(t, err)
	return tr
}

func TestWhatLiesOverAnApp(t *testing.T) {
	const perm = "com.google.android.permissioncontroller"
	permission := func(buttons ...node) string {
		return window(perm, 900, append([]node{{"", "com.android.permissioncontroller:id/permission_message", "Allow?"}}, buttons...)...)
	}
	allow := button("com.android.permissioncontroller:id/permission_allow_button", "Zulassen")
	using := button("com.android.permissioncontroller:id/permission_allow_foreground_only_button", "While using the app")
	deny := button("com.android.permissioncontroller:id/permission_deny_button", "Don’t allow")
	bar := `<android.widget.FrameLayout package="com.android.systemui" bounds="[0,0][1080,80]" displayed="true"/>`
	keys := `<android.widget.FrameLayout package="com.google.android.inputmethod.latin" bounds="[0,1500][1080,2340]" displayed="true"/>`
	under := page(app, node{"", "", "My devices"})
	for _, c := range []struct {
		name    string
		windows []string
		dialog  string // "" is nothing, "?" unknown
		answer  string // the label of the button; "" none can be chosen
		app     string
	}{
		{"nothing", []string{under}, "", "", ""},
		{"bars and a keyboard", []string{bar, keys, under}, "", "", ""},
		{"another app", []string{page("com.android.settings", node{"", "", "Settings"})}, "", "", ""},
		{"while using is preferred", []string{permission(using, allow, deny), under}, "permission", "While using the app", ""},
		{"allow, in German", []string{permission(allow, deny), under}, "permission", "Zulassen", ""},
		{"below a bar", []string{bar, permission(allow, deny)}, "permission", "Zulassen", ""},
		{"nothing but refusal is offered", []string{permission(deny)}, "permission", "", ""},
		{"no button at all", []string{permission()}, "?", "", ""},
		{"two buttons of the same kind", []string{permission(allow, allow)}, "permission", "", ""},
		{"rating", []string{window(app, 600, node{"", "", "Enjoying the app?"}, button("android:id/button2", "NOT NOW"), button("android:id/button1", "RATE NOW"))}, "rating", "NOT NOW", ""},
		{"rating in German", []string{window(app, 600, node{"", "", "Gefällt dir Lumen?"}, button("", "Jetzt bewerten"), button("", "Später"))}, "rating", "Später", ""},
		{"rating in Japanese", []string{window(app, 600, node{"", "", "このアプリを評価してください"}, button("", "後で"), button("", "評価する"))}, "rating", "後で", ""},
		{"a rating of another app's is unknown", []string{window("com.other", 600, node{"", "", "Enjoying the app?"}, button("", "NOT NOW"))}, "?", "", ""},
		{"words alone are none", []string{page(app, node{"", "", "Update available"})}, "", "", ""},
		{"update", []string{window(app, 600, node{"", "", "Update available"}, button("", "Later"), button("", "Update"))}, "update", "Later", ""},
		{"battery", []string{window("com.android.systemui", 500, node{"", "android:id/alertTitle", "Akku ist schwach"}, button("android:id/button2", "Nein danke"), button("android:id/button1", "Aktivieren"))}, "battery", "Nein danke", ""},
		{"a question of the bar's package", []string{window("com.android.systemui", 500, node{"", "android:id/alertTitle", "Allow USB debugging?"}, button("android:id/button1", "Allow")), under}, "?", "", ""},
		{"crash", []string{window("android", 500, node{"", "android:id/alertTitle", "Lumen keeps stopping"}, button("android:id/aerr_close", "Close app"))}, "app_crash", "Close app", "Lumen"},
		{"crash in German", []string{window("android", 500, node{"", "android:id/alertTitle", "Amazon Alexa wurde beendet"}, button("android:id/aerr_close", "App schließen"))}, "app_crash", "App schließen", "Amazon Alexa"},
		{"crash in Japanese", []string{window("android", 500, node{"", "android:id/alertTitle", "Lumen が繰り返し停止しています"}, button("android:id/aerr_close", "アプリを閉じる"))}, "app_crash", "アプリを閉じる", "Lumen"},
		{"not responding is no crash", []string{window("android", 500, node{"", "android:id/alertTitle", "Lumen isn’t responding"}, button("android:id/aerr_close", "Close app"), button("android:id/aerr_wait", "Wait"))}, "app_not_responding", "Wait", "Lumen"},
		{"a stranger", []string{window("com.vendor", 700, node{"", "", "Try our news"}, button("android:id/button2", "NOT NOW")), under}, "?", "", ""},
		{"an app's own stranger", []string{window(app, 700, node{"", "", "What is this?"}, button("", "OK")), under}, "?", "", ""},
		{"what is not displayed does not count", []string{strings.ReplaceAll(window("com.vendor", 700, node{"", "", "x"}), `displayed="true"`, `displayed="false"`), under}, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := tree(t, c.windows...)
			s := book(t).Find(tr, []string{app}, nil)
			switch c.dialog {
			case "":
				require.True(t, s.Nothing(), "%+v", s.Dialog)
				return
			case "?":
				require.True(t, s.Unknown(), "%+v", s.Dialog)
			default:
				require.NotNil(t, s.Dialog)
				require.Equal(t, c.dialog, s.Dialog.Name)
				require.Equal(t, c.app, s.App)
			}
			choice, ok := book(t).Choose(tr, s)
			require.Equal(t, c.answer != "", ok)
			if ok {
				require.Equal(t, c.answer, choice.Button.Text)
				require.Equal(t, []*screen.Node{choice.Button}, tr.All(choice.Ask))
			}
		})
	}
}

func TestADialogThatAMapKnowsIsNoStranger(t *testing.T) {
	tr := tree(t, window(app, 700, node{"", "", "Remove it?"}, button("", "Remove")))
	require.True(t, book(t).Find(tr, []string{app}, func(*screen.Node) bool { return false }).Unknown())
	require.True(t, book(t).Find(tr, []string{app}, func(w *screen.Node) bool { return w == tr.Windows[0] }).Nothing())
}

func TestABookOfOnesOwn(t *testing.T) {
	tr := tree(t, window("com.vendor", 700, node{"", "com.vendor:id/news", "News"}, button("", "Close")))
	require.True(t, book(t).Find(tr, nil, nil).Unknown())
	b, err := book(t).With("mine.yaml", []byte(`
version: 1
policy: {news: [close], permission: [deny]}
dialogs:
  - name: news
    kind: news
    packages: [com.vendor]
    shown_by: [{id: "com.vendor:id/news"}]
    answers: {close: [{text: {en: [Close]}}]}
  - name: battery
    kind: battery
    packages: [com.android.systemui]
    shown_by: [{text: {en: ["Juice*"]}}]
    answers: {dismiss: [{text: {en: [Fine]}}]}
`))
	require.NoError(t, err)
	s := b.Find(tr, nil, nil)
	require.Equal(t, "news", s.Dialog.Name)
	require.Equal(t, 3, s.Dialog.Most)
	require.Equal(t, []dialogs.Answer{"deny"}, b.Policy(dialogs.Permission))
	require.Equal(t, []dialogs.Answer{"later"}, b.Policy(dialogs.Rating), "what it does not say stays")
	batteries := 0
	for _, d := range b.Dialogs() {
		if d.Name == "battery" {
			batteries++
		}
	}
	require.Equal(t, 1, batteries, "the same name takes the other's place")
	require.Equal(t, []dialogs.Answer{"while_using", "allow", "once"}, book(t).Policy(dialogs.Permission), "the built-in book is as it was")
}

func TestWrongBooks(t *testing.T) {
	dialog := func(s string) string {
		return "version: 1\npolicy: {x: [no]}\ndialogs:\n  - {name: a, kind: x, packages: [p], " + s + "}\n"
	}
	for _, c := range []struct{ file, reason string }{
		{"version: 2\n", "version: must be 1"},
		{"version: 1\nsurprise: 1\n", "unknown field"},
		{"version: 1\npolicy: {ratng: [later]}\n", "no dialog of that kind"},
		{"version: 1\npolicy: {rating: [never]}\n", "none of its answers"},
		{dialog("shown_by: [{id: i}], answers: {yes: [{id: i}]}"), "none of its answers is one of a: yes"},
		{dialog("shown_by: [{}], answers: {no: [{id: i}]}"), "needs an id or a text"},
		{dialog(`shown_by: [{text: {en: ["*"]}}], answers: {no: [{id: i}]}`), "matches any text"},
		{dialog("shown_by: [], answers: {no: [{id: i}]}"), "shown_by: is missing"},
		{dialog("shown_by: [{id: i}], answers: {no: []}"), "every answer has a button"},
		{dialog("shown_by: [{id: i}], answers: {no: [{id: i}]}, most: 21"), "must be 1 to 20"},
		{"version: 1\npolicy: {x: [back]}\ndialogs: [{name: a, kind: x, packages: [app], shown_by: [{id: i}], answers: {back: []}}]\n", "needs a button"},
		{"version: 1\ndialogs: [{name: a, kind: x, packages: [p], shown_by: [{id: i}], answers: {no: [{id: i}]}}]\n", "does not say how x is answered"},
	} {
		_, err := book(t).With("d.yaml", []byte(c.file))
		require.ErrorContains(t, err, c.reason, c.file)
		var m *screen.MapError
		require.True(t, errors.As(err, &m))
		require.Equal(t, "d.yaml", m.File)
	}
}

func TestSchemaFile(t *testing.T) {
	b, err := json.MarshalIndent(dialogs.Schema(), "", "  ")
	require.NoError(t, err)
	b = append(b, '\n')
	if *update {
		require.NoError(t, os.WriteFile("dialogs.schema.json", b, 0o644))
	}
	want, err := os.ReadFile("dialogs.schema.json")
	require.NoError(t, err)
	require.Equal(t, string(want), string(b), "run with -update")
}

func FuzzWith(f *testing.F) {
	f.Add("version: 1\ndialogs: [{name: a, kind: x, packages: [p], shown_by: [{text: {en: [\"{app} *\"]}}], answers: {no: [{id: i}]}}]\n")
	f.Add("version: 1\npolicy: {rating: [later]}\nbeside: [x]\n")
	tr := tree(f, window(app, 500, node{"", "i", "x"}))
	base := book(f)
	f.Fuzz(func(t *testing.T, s string) {
		b, err := base.With("f", []byte(s))
		if err != nil {
			return
		}
		sight := b.Find(tr, []string{app}, nil)
		if c, ok := b.Choose(tr, sight); ok && c.Button == nil && c.Answer != dialogs.Back {
			t.Fatal("an answer without a button")
		}
	})
}
