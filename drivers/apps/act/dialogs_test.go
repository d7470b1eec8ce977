package act_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/dialogs"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// clock moves when somebody sleeps.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }
func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(max(d, 0))
	return ctx.Err()
}

// phone shows the topmost of its screens; a tap on a button takes it away,
// unless it comes back.
type phone struct {
	drivers.Phone // what is not needed is not there
	clock         *clock
	screens       []string // the lowest first
	returns       bool     // what is answered comes back at once
	goesAt        time.Time
	taps          []string // labels
	backs         int
	running       map[string]bool
}

func (p *phone) tree() *screen.Tree {
	if !p.goesAt.IsZero() && !p.clock.now.Before(p.goesAt) && len(p.screens) > 1 {
		p.screens = p.screens[:len(p.screens)-1]
	}
	t, err := screen.Parse(p.screens[len(p.screens)-1])
	if err != nil {
		panic(err)
	}
	return t
}

func (p *phone) Source(context.Context) (string, error) {
	p.tree()
	return p.screens[len(p.screens)-1], nil
}

func (p *phone) find(l drivers.Locator) (found []drivers.Element) {
	p.tree().Each(func(n *screen.Node) bool {
		q := screen.Query{Class: n.Class, ID: n.ResourceID, Text: n.Text}
		byText := screen.Query{Class: n.Class, Text: n.Text}
		if n.Text != "" && (q.Locator() == l || byText.Locator() == l || strings.Contains(l.Value, `"`+n.Text+`"`)) {
			found = append(found, drivers.Element{ID: n.Text, Seen: &drivers.Seen{Text: n.Text, Rect: n.Bounds}})
		}
		return true
	})
	return found
}

func (p *phone) FindAll(_ context.Context, l drivers.Locator) ([]drivers.Element, error) {
	return p.find(l), nil
}

func (p *phone) Find(_ context.Context, l drivers.Locator) (drivers.Element, error) {
	if found := p.find(l); len(found) > 0 {
		return found[0], nil
	}
	return drivers.Element{}, &drivers.WebDriverError{Code: drivers.CodeNoSuchElement, Message: l.String()}
}

func (p *phone) Click(_ context.Context, e drivers.Element) error {
	p.taps = append(p.taps, e.ID)
	if p.returns {
		// It comes back, and looks a little different.
		top := p.screens[len(p.screens)-1]
		p.screens[len(p.screens)-1] = strings.Replace(top, `index="`, `index="1`, 1)
		p.screens[len(p.screens)-1] = strings.Replace(top, "Enjoying", fmt.Sprintf("Enjoying %d", len(p.taps)), 1)
		return nil
	}
	if len(p.screens) > 1 {
		p.screens = p.screens[:len(p.screens)-1]
	}
	return nil
}

func (p *phone) Back(context.Context) error { p.backs++; return nil }

func (p *phone) QueryAppState(_ context.Context, a drivers.App) (drivers.AppState, error) {
	if p.running[a.Package] {
		return drivers.AppRunningBackground, nil
	}
	return drivers.AppNotRunning, nil
}

const alexaApp, lumen = "com.amazon.dee.app", "com.example.lumen"

func whole(pkg, nodes string) string {
	return `<hierarchy width="1000" height="2000"><android.widget.FrameLayout package="` + pkg + `" bounds="[0,0][1000,2000]">` + nodes + `</android.widget.FrameLayout></hierarchy>`
}

func over(pkg, nodes string) string {
	return `<hierarchy width="1000" height="2000"><android.widget.FrameLayout package="` + pkg + `" bounds="[100,700][900,1300]">` + nodes + `</android.widget.FrameLayout></hierarchy>`
}

func text(pkg, id, s string) string {
	return `<android.widget.TextView package="` + pkg + `" resource-id="` + id + `" text="` + s + `" bounds="[120,720][880,800]"/>`
}

func button(pkg, id, s string, top int) string {
	return fmt.Sprintf(`<android.widget.Button package="%s" resource-id="%s" text="%s" clickable="true" bounds="[120,%d][880,%d]"/>`, pkg, id, s, top, top+80)
}

var (
	page   = whole(alexaApp, `<android.view.View package="`+alexaApp+`" resource-id="devicePageHeader" text="Devices" bounds="[0,0][1000,100]"/>`)
	rating = over(alexaApp, text(alexaApp, "android:id/alertTitle", "Enjoying the app?")+button(alexaApp, "android:id/button2", "NOT NOW", 900)+button(alexaApp, "android:id/button1", "RATE NOW", 1000))
	update = over(alexaApp, text(alexaApp, "android:id/alertTitle", "Update available")+button(alexaApp, "android:id/button2", "LATER", 900)+button(alexaApp, "android:id/button1", "UPDATE", 1000))
	crash  = func(app string) string {
		return over("android", text("android", "android:id/alertTitle", app)+button("android", "android:id/aerr_close", "Close app", 900))
	}
	strange    = over("com.vendor", text("com.vendor", "", "What now?")+button("com.vendor", "android:id/button2", "NOT NOW", 900))
	strangeOwn = over(alexaApp, text(alexaApp, "", "What now?")+button(alexaApp, "", "GO", 900))
)

// rig is a hand of the Alexa app, with the partner app on the same phone.
type rig struct {
	*phone
	hand    *act.Hand
	eyes    *act.Eyes
	notices []act.Notice
	kept    []string
}

func newRig(t *testing.T, screens ...string) *rig {
	t.Helper()
	maps, err := screen.BuiltIn()
	require.NoError(t, err)
	book, err := dialogs.BuiltIn()
	require.NoError(t, err)
	c := &clock{now: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)}
	r := &rig{phone: &phone{clock: c, screens: screens, running: map[string]bool{alexaApp: true, lumen: true}}}
	r.eyes = &act.Eyes{Dialogs: book, Keep: func(_ context.Context, name string) []string {
		r.kept = append(r.kept, name)
		return []string{"evidence/" + name + ".png"}
	}}
	for _, app := range []struct {
		name           string
		cause, crashed certification.Cause
	}{{"partner", certification.CauseDefinition, certification.CausePartnerApp}, {"alexa", certification.CauseAlexaApp, certification.CauseAlexaApp}} {
		m, err := screen.Choose(maps, app.name, "android", "")
		require.NoError(t, err)
		r.hand = &act.Hand{Phone: r.phone, Clock: c, Map: m, Cause: app.cause, Notice: func(n act.Notice) { r.notices = append(r.notices, n) }}
		g := &act.Guide{Hand: r.hand, App: m.Application(), Name: "the " + app.name + " app", Cause: app.cause, Crashed: app.crashed,
			Goal: "devices", Order: []string{"devices"}}
		g.Share(r.eyes)
	}
	return r
}

func trouble(t *testing.T, err error) *certification.Trouble {
	t.Helper()
	require.Error(t, err)
	return certification.TroubleOf(err)
}

func TestDialogsAreAnsweredByTheWay(t *testing.T) {
	r := newRig(t, page, update, rating)
	tree, err := r.hand.Look(t.Context())
	require.NoError(t, err)
	require.NotNil(t, tree.First(screen.Query{ID: "devicePageHeader"}))
	require.Equal(t, []string{"NOT NOW", "LATER"}, r.taps)
	require.Len(t, r.notices, 2)
	require.Contains(t, r.notices[0].Text, `"Enjoying the app?"`)
	require.Equal(t, []string{"evidence/rating.png"}, r.notices[0].Evidence)
	require.False(t, r.notices[0].Warning)
}

func TestADialogThatComesBackAgainAndAgain(t *testing.T) {
	r := newRig(t, page, rating)
	r.returns = true
	_, err := r.hand.Look(t.Context())
	got := trouble(t, err)
	require.Equal(t, certification.AppDialogStays, got.Code)
	require.Equal(t, certification.CauseAlexaApp, got.Cause)
	require.Len(t, r.taps, 2, "as often as the file says")
	require.NotEmpty(t, got.Evidence)
	require.Zero(t, r.backs)
}

func TestStrangersAreNotTouched(t *testing.T) {
	for _, c := range []struct {
		name, source string
		cause        certification.Cause
	}{{"of somebody", strange, certification.CauseRig}, {"of the app", strangeOwn, certification.CauseAlexaApp}} {
		r := newRig(t, page, c.source)
		_, err := r.hand.Look(t.Context())
		got := trouble(t, err)
		require.Equal(t, certification.AppUnknownDialog, got.Code, c.name)
		require.Equal(t, c.cause, got.Cause, c.name)
		require.Contains(t, got.Message, "What now?")
		require.Equal(t, []string{"evidence/unknown-dialog.png"}, got.Evidence)
		require.Empty(t, r.taps, c.name)
		require.Zero(t, r.backs, c.name)
		require.Error(t, r.hand.Tap(t.Context(), "devices.header"))
		require.Empty(t, r.taps, c.name)
	}
}

func TestAStrangerThatGoesByItself(t *testing.T) {
	r := newRig(t, page, strange)
	r.goesAt = r.clock.now.Add(2 * time.Second)
	_, err := r.hand.Look(t.Context())
	require.NoError(t, err)
	require.Empty(t, r.taps)
	require.Empty(t, r.kept)
}

func TestCrashes(t *testing.T) {
	for _, c := range []struct {
		name, title string
		front       bool // the Alexa app was seen in front, and is gone
		lenient     bool
		code        certification.Code
		cause       certification.Cause
	}{
		{"the Alexa app", "Amazon Alexa keeps stopping", false, false, certification.AppCrashed, certification.CauseAlexaApp},
		{"the partner app", "Lumen keeps stopping", true, false, certification.AppCrashed, certification.CausePartnerApp},
		{"in words that nobody knows", "Hoppla", true, false, certification.AppCrashed, certification.CauseAlexaApp},
		{"somebody else", "Weather keeps stopping", false, false, "", ""},
		{"before the attempt", "Lumen keeps stopping", false, true, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, page)
			if c.front {
				tree, err := r.hand.Look(t.Context())
				require.NoError(t, err)
				g := &act.Guide{Hand: r.hand, App: r.hand.Map.Application(), Order: []string{"devices"}}
				_, err = g.Page(tree) // notes who is in front
				require.NoError(t, err)
				r.running[alexaApp] = false
			}
			r.eyes.Lenient = c.lenient
			r.screens = append(r.screens, crash(c.title))
			_, err := r.hand.Look(t.Context())
			require.Equal(t, []string{"Close app"}, r.taps, "closed in any case")
			if c.code == "" {
				require.NoError(t, err)
				return
			}
			got := trouble(t, err)
			require.Equal(t, c.code, got.Code)
			require.Equal(t, c.cause, got.Cause)
			require.NotEmpty(t, got.Evidence)
		})
	}
}

// The app's map takes android:id/button1 for the confirmation of a deletion;
// the button that updates the app has the same id.
func TestADialogIsNotTakenForTheAppsOwn(t *testing.T) {
	confirm := over(alexaApp, text(alexaApp, "", "Delete device")+button(alexaApp, "", "DELETE", 900)+button(alexaApp, "", "CANCEL", 1000))
	r := newRig(t, page, confirm, update)
	require.NoError(t, r.hand.Tap(t.Context(), "delete_confirm.confirm"))
	require.Equal(t, []string{"LATER", "DELETE"}, r.taps)
}

func TestWithoutABookNothingIsAnswered(t *testing.T) {
	r := newRig(t, page, strange)
	r.eyes.Dialogs = nil
	_, err := r.hand.Look(t.Context())
	require.NoError(t, err)
	require.Empty(t, r.taps)
}
