package screen_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/screen"
)

const devicesPage = `<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
<hierarchy index="0" class="hierarchy" rotation="0" width="1080" height="2340">
  <android.widget.FrameLayout index="0" package="com.amazon.dee.app" class="android.widget.FrameLayout" text="" checkable="false" checked="false" clickable="false" enabled="true" focusable="false" focused="false" long-clickable="false" password="false" scrollable="false" selected="false" bounds="[0,0][1080,2340]" displayed="true">
    <android.view.View index="0" package="com.amazon.dee.app" class="android.view.View" text="DEVICES" resource-id="devicePageHeader" enabled="true" bounds="[0,80][1080,200]" displayed="true" />
    <android.widget.ScrollView index="1" package="com.amazon.dee.app" class="android.widget.ScrollView" scrollable="true" enabled="true" bounds="[0,200][1080,2100]" displayed="true">
      <android.view.ViewGroup index="0" package="com.amazon.dee.app" class="android.view.ViewGroup" clickable="true" enabled="true" bounds="[0,200][1080,400]" displayed="true">
        <android.widget.TextView index="0" package="com.amazon.dee.app" class="android.widget.TextView" text="First plug" enabled="true" bounds="[100,240][900,360]" displayed="true" />
      </android.view.ViewGroup>
      <android.view.ViewGroup index="1" package="com.amazon.dee.app" class="android.view.ViewGroup" clickable="true" enabled="true" bounds="[0,400][1080,600]" displayed="true">
        <android.widget.TextView index="0" package="com.amazon.dee.app" class="android.widget.TextView" text="Tom &amp; &quot;Jerry&quot;&#10;&#x1F4A1;" enabled="true" bounds="[100,440][900,560]" displayed="true" />
      </android.view.ViewGroup>
    </android.widget.ScrollView>
    <android.widget.LinearLayout index="2" package="com.amazon.dee.app" class="android.widget.LinearLayout" content-desc="Tab, Devices" clickable="true" selected="true" enabled="true" bounds="[540,2100][810,2280]" displayed="true" />
  </android.widget.FrameLayout>
</hierarchy>`

func parse(t testing.TB, source string) *screen.Tree {
	t.Helper()
	tree, err := screen.Parse(source)
	require.NoError(t, err)
	return tree
}

func TestParseReadsBothForms(t *testing.T) {
	byClass := parse(t, devicesPage)
	dump := strings.NewReplacer("<android.widget.FrameLayout", "<node", "</android.widget.FrameLayout", "</node",
		"<android.view.ViewGroup", "<node", "</android.view.ViewGroup", "</node", "<android.widget.ScrollView", "<node",
		"</android.widget.ScrollView", "</node", "<android.widget.TextView", "<node", "<android.widget.LinearLayout", "<node",
		"<android.view.View", "<node").Replace(devicesPage)
	byNode := parse(t, dump)
	assert.Equal(t, byClass.Fingerprint(), byNode.Fingerprint())
	assert.Equal(t, 8, byClass.Len())
	assert.Equal(t, 1080, byClass.Width)
	assert.Equal(t, 2340, byClass.Height)

	header := byClass.First(screen.Query{ID: "devicePageHeader"})
	require.NotNil(t, header)
	assert.Equal(t, "android.view.View", header.Class)
	assert.Equal(t, drivers.Rect{X: 0, Y: 80, Width: 1080, Height: 120}, header.Bounds)
	assert.True(t, header.Enabled)
	assert.False(t, header.Clickable)
	assert.Equal(t, "android.widget.FrameLayout", header.Parent().Class)
	assert.Nil(t, header.Parent().Parent())
	assert.Len(t, header.Parent().Children(), 3)

	odd := byClass.First(screen.Query{TextPrefix: "Tom"})
	require.NotNil(t, odd)
	assert.Equal(t, "Tom & \"Jerry\"\n💡", odd.Text)
}

func TestParseRefuses(t *testing.T) {
	ok := func(inner string) string { return "<hierarchy>" + inner + "</hierarchy>" }
	for name, c := range map[string]struct{ source, want string }{
		"nothing":               {"", "it is empty"},
		"null":                  {"null", "it is not XML"},
		"text":                  {"502 Bad Gateway", "it is not XML"},
		"HTML":                  {"<html><body/></html>", "not a UiAutomator page source"},
		"a NUL":                 {ok("<a text='x\x00y'/>"), "NUL"},
		"a document type":       {"<!DOCTYPE h [<!ENTITY a 'b'>]>" + ok(""), "document type"},
		"an entity":             {ok("<a text='&lol;'/>"), "unknown entity"},
		"an open entity":        {ok("<a text='&amp'/>"), "entity without its end"},
		"entity zero":           {ok("<a text='&#0;'/>"), "unknown entity"},
		"entity beyond":         {ok("<a text='&#x110000;'/>"), "unknown entity"},
		"cut off in an element": {"<hierarchy>\n<a>", `line 2: it is cut off inside "a"`},
		"cut off in a tag":      {"<hierarchy><a text='b'", "cut off in a start tag"},
		"cut off in a value":    {"<hierarchy><a text='b", "no value in quotes"},
		"cut off in an end":     {"<hierarchy><a></a", "cut off in an end tag"},
		"mismatched tags":       {"<hierarchy><a></b></hierarchy>", `"b" closes "a"`},
		"an end too many":       {ok("") + "</a>", `"a" closes nothing`},
		"two roots":             {ok("") + ok(""), "second root"},
		"no value":              {ok("<a checked/>"), "no value in quotes"},
		"bad bounds":            {ok("<a bounds='1,2,3,4'/>"), "bounds"},
		"huge bounds":           {ok("<a bounds='[0,0][99999999999999999999,1]'/>"), "bounds"},
		"no name":               {ok("<1/>"), "no name of an element"},
		"declared entity":       {ok("<!ENTITY a 'b'>"), "no name of an element"},
		"too deep":              {"<hierarchy>" + strings.Repeat("<a>", 600), "more than 500 deep"},
		"very deep":             {"<hierarchy>" + strings.Repeat("<a>", 1_000_000), "more than 500 deep"},
		"too many":              {"<hierarchy>" + strings.Repeat("<a/>", 200_001), "more than 200000 elements"},
		"too many attributes":   {ok("<a" + strings.Repeat(" b='c'", 300) + "/>"), "attributes"},
		"too large":             {strings.Repeat(" ", screen.MaxBytes+1), "bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := screen.Parse(c.source)
			var pe *screen.ParseError
			require.ErrorAs(t, err, &pe)
			assert.Contains(t, err.Error(), c.want)
			assert.Less(t, len(err.Error()), 400)
		})
	}
}

func TestParseMakesErrorsHarmless(t *testing.T) {
	_, err := screen.Parse("<hierarchy><a text='&\x1b[2J;'/></hierarchy>")
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "\x1b")
}

func TestParseIsLenientWhereAndroidIs(t *testing.T) {
	tree := parse(t, "\ufeff<?xml version='1.0'?><!-- x --><hierarchy rotation='1'>text<com.x.Outer.Inner class='com.x.Outer$Inner' text='\xff' bounds='[-5,-5][10,10]'/></hierarchy>")
	n := tree.First(screen.Query{Class: "com.x.Outer$Inner"})
	require.NotNil(t, n)
	assert.Equal(t, "\ufffd", n.Text)
	assert.Equal(t, drivers.Rect{X: -5, Y: -5, Width: 15, Height: 15}, n.Bounds)
	assert.Equal(t, 1, tree.Rotation)
	assert.True(t, n.Displayed, "what does not say that it is hidden is shown")
}

func TestQueries(t *testing.T) {
	tree := parse(t, devicesPage)
	yes, no, one := true, false, 1
	for _, c := range []struct {
		q    screen.Query
		want int
	}{
		{screen.Query{}, 0},
		{screen.Query{Package: "com.amazon.dee.app"}, 0},
		{screen.Query{Class: "android.widget.TextView"}, 2},
		{screen.Query{Class: "android.widget.TextView", Instance: &one}, 1},
		{screen.Query{Text: "First plug"}, 1},
		{screen.Query{Text: "First"}, 0},
		{screen.Query{Text: "first plug"}, 0},
		{screen.Query{TextPrefix: "First"}, 1},
		{screen.Query{Desc: "Tab, Devices"}, 1},
		{screen.Query{DescPrefix: "Tab, "}, 1},
		{screen.Query{Clickable: &yes}, 3},
		{screen.Query{Clickable: &yes, Selected: &no}, 2},
		{screen.Query{Text: "First plug", Class: "android.view.View"}, 0},
		{screen.Query{Text: "First plug", Package: "com.example"}, 0},
	} {
		assert.Len(t, tree.All(c.q), c.want, "%v", c.q)
		assert.Equal(t, c.want > 0, tree.First(c.q) != nil, "%v", c.q)
	}
	second := tree.First(screen.Query{Class: "android.widget.TextView", Instance: &one})
	assert.True(t, strings.HasPrefix(second.Text, "Tom"))
}

func TestLocators(t *testing.T) {
	yes, zero := true, 0
	for _, c := range []struct {
		q    screen.Query
		want string
	}{
		{screen.Query{ID: "com.amazon.dee.app:id/x"}, "id=com.amazon.dee.app:id/x"},
		{screen.Query{ID: "devicePageHeader"}, `-android uiautomator=new UiSelector().resourceId("devicePageHeader")`},
		{screen.Query{ID: "FullScreenTakeover::PrimaryButton"}, `-android uiautomator=new UiSelector().resourceId("FullScreenTakeover::PrimaryButton")`},
		{screen.Query{Desc: `back\slash "quoted"`}, `accessibility id=back\slash "quoted"`},
		{screen.Query{Class: "android.widget.Switch"}, "class name=android.widget.Switch"},
		{screen.Query{Class: "android.widget.ScrollView", Instance: &zero}, `-android uiautomator=new UiSelector().className("android.widget.ScrollView").instance(0)`},
		{screen.Query{Class: "android.widget.TextView", Text: `Tom's "light"; 灯 💡 שלום`}, `-android uiautomator=new UiSelector().className("android.widget.TextView").text("Tom's \"light\"; 灯 💡 שלום")`},
		{screen.Query{Desc: "x", Checked: &yes}, `-android uiautomator=new UiSelector().description("x").checked(true)`},
		// UiAutomator2 and Java disagree on backslashes; XPath has no escapes.
		{screen.Query{Text: `a\b`}, `xpath=//*[@text="a\b"]`},
		{screen.Query{Text: `a\"b`}, `xpath=//*[@text='a\"b']`},
		{screen.Query{Text: `a\"b'c`}, `xpath=//*[@text=concat("a\", '"', "b'c")]`},
		{screen.Query{TextPrefix: `\`, Instance: &zero}, `xpath=(//*[starts-with(@text, "\")])[1]`},
		{screen.Query{Hint: "Search"}, `xpath=//*[@hint="Search"]`},
	} {
		assert.Equal(t, c.want, c.q.Locator().String())
	}
	assert.Equal(t, `-android uiautomator=new UiSelector().text("First light");new UiSelector().resourceId("FullScreenTakeover::PrimaryButton")`,
		screen.AnyOf(screen.Query{Text: "First light"}, screen.Query{ID: "FullScreenTakeover::PrimaryButton"}).String())
	assert.Equal(t, `xpath=//*[@text="a\b"] | //*[@content-desc="c"]`,
		screen.AnyOf(screen.Query{Text: `a\b`}, screen.Query{Desc: "c"}).String())
}

func TestTopAt(t *testing.T) {
	tree := parse(t, devicesPage)
	tile := tree.First(screen.Query{Text: "First plug"})
	assert.Same(t, tile, tree.TopAt(tile.Bounds.Center()))
	assert.True(t, tree.OnTopAt(tile, tile.Bounds.Center()))
	assert.False(t, tree.OnTopAt(tile, drivers.Point{X: 1, Y: 1}), "outside")
	assert.True(t, tree.OnTopAt(tile.Parent(), tile.Bounds.Center()), "the text lies in the tile")
	other := tree.First(screen.Query{TextPrefix: "Tom"})
	assert.False(t, tree.OnTopAt(other, tile.Bounds.Center()))

	page := func(overlay string) *screen.Tree {
		return parse(t, strings.Replace(devicesPage, "  </android.widget.FrameLayout>\n</hierarchy>", overlay+"</android.widget.FrameLayout></hierarchy>", 1))
	}
	window := func(w string) *screen.Tree {
		return parse(t, strings.Replace(devicesPage, "  <android.widget.FrameLayout", w+"<android.widget.FrameLayout", 1))
	}
	const full = `bounds="[0,0][1080,2340]"`
	for name, c := range map[string]struct {
		tree *screen.Tree
		want bool
	}{
		"an empty layout lets touches through": {page(`<android.view.View class="android.view.View" ` + full + `/>`), true},
		"a clickable one does not":             {page(`<android.view.View class="android.view.View" clickable="true" ` + full + `/>`), false},
		"a hidden one does":                    {page(`<android.view.View class="android.view.View" displayed="false" clickable="true" ` + full + `/>`), true},
		"a note elsewhere does": {page(`<android.view.View class="android.view.View" ` + full + `>
			<android.widget.TextView class="android.widget.TextView" text="note" bounds="[0,2000][1080,2100]"/></android.view.View>`), true},
		"a card of texts and buttons covers what is between them": {page(`<android.view.View class="android.view.View" ` + full + `>
			<android.widget.TextView class="android.widget.TextView" text="top" bounds="[0,100][1080,200]"/>
			<android.widget.Button class="android.widget.Button" text="OK" bounds="[0,2000][1080,2100]"/></android.view.View>`), false},
		"drawn before by its order": {page(`<android.view.View class="android.view.View" drawing-order="-1" clickable="true" ` + full + `/>`), true},
		"a window above":            {window(`<android.widget.FrameLayout class="android.widget.FrameLayout" package="com.example" ` + full + `/>`), false},
		"a window elsewhere":        {window(`<android.widget.FrameLayout class="android.widget.FrameLayout" package="com.example" bounds="[0,2000][1080,2340]"/>`), true},
		"the status bar":            {window(`<android.widget.FrameLayout class="android.widget.FrameLayout" package="com.android.systemui" ` + full + `><a text="12:00" bounds="[0,0][100,60]"/></android.widget.FrameLayout>`), true},
		"a ripple in the same tile": {parse(t, strings.Replace(devicesPage, `bounds="[100,240][900,360]" displayed="true" />`,
			`bounds="[100,240][900,360]" /><android.view.View class="android.view.View" content-desc="effect" bounds="[0,200][1080,400]"/>`, 1)), true},
	} {
		t.Run(name, func(t *testing.T) {
			n := c.tree.First(screen.Query{Text: "First plug"})
			require.NotNil(t, n)
			assert.Equal(t, c.want, c.tree.OnTopAt(n, n.Bounds.Center()), "top is %v", c.tree.TopAt(n.Bounds.Center()))
		})
	}
}

func TestFingerprintAndDiff(t *testing.T) {
	before := parse(t, devicesPage)
	assert.Equal(t, before.Fingerprint(), parse(t, devicesPage).Fingerprint())
	assert.Empty(t, before.Diff(parse(t, devicesPage)))
	for name, c := range map[string]struct {
		old, new string
		want     []string
	}{
		"text":     {`text="First plug"`, `text="Second plug"`, []string{`- TextView "First plug"`, `+ TextView "Second plug"`}},
		"flag":     {`selected="true"`, `selected="false"`, []string{`- LinearLayout "Tab, Devices" selected`, `+ LinearLayout "Tab, Devices"`}},
		"place":    {`[100,240][900,360]`, `[100,241][900,361]`, []string{"~ 1 moved"}},
		"terminal": {`text="First plug"`, "text=\"\x1b[2J\"", []string{`+ TextView "\x1b[2J"`}},
	} {
		t.Run(name, func(t *testing.T) {
			after := parse(t, strings.Replace(devicesPage, c.old, c.new, 1))
			assert.NotEqual(t, before.Fingerprint(), after.Fingerprint())
			for _, w := range c.want {
				assert.Contains(t, before.Diff(after), w)
			}
		})
	}
	clock := func(time string) *screen.Tree {
		return parse(t, strings.Replace(devicesPage, "  <android.widget.FrameLayout",
			`<a package="com.android.systemui" text="`+time+`" bounds="[0,0][9,9]"/><android.widget.FrameLayout`, 1))
	}
	assert.Equal(t, clock("12:00").Fingerprint(), clock("12:01").Fingerprint(), "the clock is no change")
}

// bigScreen is a screen of n elements, with the attributes that UiAutomator2 writes.
func bigScreen(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString(`<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy index="0" class="hierarchy" rotation="0" width="1080" height="2340">` + "\n")
	for i := 0; i < n/4; i++ {
		y := r.IntN(2000)
		for d, class := range []string{"android.widget.FrameLayout", "android.view.ViewGroup", "android.widget.LinearLayout", "android.widget.TextView"} {
			fmt.Fprintf(&b, `%*s<%s index="%d" package="com.amazon.dee.app" class="%s" text="Light &amp; lamp %d" content-desc="Lamp number %d" resource-id="com.amazon.dee.app:id/item_%d" checkable="false" checked="false" clickable="true" enabled="true" focusable="true" focused="false" long-clickable="false" password="false" scrollable="false" selected="false" bounds="[%d,%d][%d,%d]" displayed="true" a11y-important="true" screen-reader-focusable="false" drawing-order="%d" showing-hint="false" text-entry-key="false" dismissable="false" a11y-focused="false" heading="false" live-region="0" context-clickable="false" content-invalid="false" >`+"\n",
				d*2, "", class, d, class, i, i, i%50, d, y, 1080-d, y+150-d, d)
		}
		b.WriteString("</android.widget.TextView></android.widget.LinearLayout></android.view.ViewGroup></android.widget.FrameLayout>\n")
	}
	b.WriteString("</hierarchy>")
	return b.String()
}

func BenchmarkParseAndQueryTenTimes(b *testing.B) {
	source := bigScreen(2000)
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		parseAndQuery(b, source)
	}
}

func parseAndQuery(t testing.TB, source string) {
	tree := parse(t, source)
	for i := range 10 {
		if len(tree.All(screen.Query{Class: "android.widget.TextView", Text: fmt.Sprint("Light & lamp ", i*40)})) != 1 {
			t.Fatal("not found")
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(devicesPage)
	f.Add("<hierarchy><node class='a' text='&#xD83D;&#xDCA1;' bounds='[0,0][1,1]'/></hierarchy>")
	f.Add("<hierarchy/>")
	f.Add("<hierarchy><![CDATA[x]]><a b='<'/></hierarchy>")
	f.Add("<!DOCTYPE a><hierarchy")
	f.Add("<?xml?><hierarchy><a/></hierarchy><!--")
	f.Fuzz(func(t *testing.T, source string) {
		tree, err := screen.Parse(source)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\x1b\x00\n") {
				t.Errorf("unsafe message %q", err)
			}
			return
		}
		seen := 0
		tree.Each(func(n *screen.Node) bool {
			seen++
			if n.Parent() != nil && !n.Parent().Has(n) {
				t.Error("a parent that has not its child")
			}
			p := n.Bounds.Center()
			if tree.OnTopAt(n, p) && tree.TopAt(p) == nil {
				t.Error("on top of nothing")
			}
			n.Label()
			return true
		})
		if seen != tree.Len() {
			t.Errorf("%d of %d seen", seen, tree.Len())
		}
		if tree.Diff(tree) != "" {
			t.Error("differs from itself")
		}
	})
}

func TestDiffIsShort(t *testing.T) {
	var many strings.Builder
	for i := range 50 {
		fmt.Fprintf(&many, "<a text='%d %s'/>", i, strings.Repeat("long ", 100))
	}
	diff := parse(t, "<hierarchy/>").Diff(parse(t, "<hierarchy>"+many.String()+"</hierarchy>"))
	assert.Contains(t, diff, "… and 42 more")
	assert.Less(t, len(diff), 1000)
	swapped := parse(t, "<hierarchy><a text='1'/><a text='2'/></hierarchy>").Diff(parse(t, "<hierarchy><a text='2'/><a text='1'/></hierarchy>"))
	assert.Equal(t, "~ the order of the elements", swapped)
}

func TestLabel(t *testing.T) {
	for source, want := range map[string]string{
		"<a.b.C text='t' content-desc='d'/>": "t", "<a.b.C content-desc='d' resource-id='p:id/i'/>": "d",
		"<a.b.C resource-id='p:id/i'/>": "i", "<a.b.C/>": "C",
	} {
		tree := parse(t, "<hierarchy>"+source+"</hierarchy>")
		assert.Equal(t, want, tree.Windows[0].Label())
	}
}
