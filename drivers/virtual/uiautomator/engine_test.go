package uiautomator

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual/ui"
	"ffscert/drivers/virtual/uiautomator/uitest"
)

// rig is an engine on the test handset, with short forms of commands.
type rig struct {
	t *testing.T
	h *uitest.Handset
	e *Engine
}

func newRig(t *testing.T) *rig {
	h := uitest.New()
	return &rig{t, h, NewEngine(h, uitest.App)}
}

func (r *rig) command(method, path string, body any) (any, error) {
	raw, err := json.Marshal(body)
	require.NoError(r.t, err)
	return r.e.Command(context.Background(), method, path, raw)
}

func (r *rig) must(method, path string, body any) any {
	r.t.Helper()
	v, err := r.command(method, path, body)
	require.NoError(r.t, err)
	return v
}

func (r *rig) code(method, path string, body any) string {
	r.t.Helper()
	v, err := r.command(method, path, body)
	require.Error(r.t, err, "%v", v)
	var e *Error
	require.ErrorAs(r.t, err, &e)
	return e.Code
}

func find(strategy, selector, context string) map[string]any {
	return map[string]any{"strategy": strategy, "selector": selector, "context": context}
}

func (r *rig) find(strategy, selector string) string {
	r.t.Helper()
	return r.findIn(strategy, selector, "")
}

func (r *rig) findIn(strategy, selector, context string) string {
	r.t.Helper()
	return r.must("POST", "/element", find(strategy, selector, context)).(map[string]any)[elementKey].(string)
}

// all returns what the matches are: text, else description, else id, else class.
func (r *rig) all(strategy, selector, context string) []string {
	r.t.Helper()
	out := []string{}
	for _, m := range r.must("POST", "/elements", find(strategy, selector, context)).([]any) {
		out = append(out, r.name(m.(map[string]any)[elementKey].(string)))
	}
	return out
}

func (r *rig) name(id string) string {
	r.t.Helper()
	for _, a := range []string{"text", "content-desc", "resource-id", "class"} {
		if v, ok := r.must("GET", "/element/"+id+"/attribute/"+a, nil).(string); ok && v != "" {
			return v
		}
	}
	return ""
}

func rows(from, to int) []string {
	var out []string
	for i := from; i < to; i++ {
		out = append(out, fmt.Sprintf("Row %d", i))
	}
	return out
}

func TestStrategies(t *testing.T) {
	const header, quick = "devicePageHeader", uitest.App + ":id/home_header_quick_add"
	add := `Add "new" <device> & more`
	for _, c := range []struct {
		strategy, selector string
		want               []string
	}{
		{"id", quick, []string{add}},
		{"id", "home_header_quick_add", []string{add}},
		{"id", header, []string{"Devices"}},
		{"id", "nothing", []string{}},
		{"accessibility id", "Tab, Devices", []string{"Tab, Devices"}},
		{"accessibility id", "Tab", []string{}},
		{"class name", "android.widget.TextView", rows(0, 7)},
		{"class name", ".EditText", []string{"Search…"[:0] + "android.widget.EditText"}},
		{"xpath", "//android.widget.TextView", rows(0, 7)},
		{"xpath", "//android.widget.TextView[@text='Row 3']", rows(3, 4)},
		{"xpath", "//*[@resource-id='devicePageHeader']", []string{"Devices"}},
		{"xpath", "/hierarchy/android.widget.FrameLayout/android.widget.ScrollView/android.view.ViewGroup[2]/android.widget.TextView", rows(1, 2)},
		{"xpath", "//android.widget.ScrollView//android.widget.TextView[contains(@text,'Row') and not(contains(@text,'0'))][1]", rows(1, 7)},
		{"xpath", "(//android.widget.TextView)[last()]", rows(6, 7)},
		{"xpath", "(//android.widget.TextView)[position()<3]", rows(0, 2)},
		{"xpath", "//*[starts-with(@content-desc,'Tab')]", []string{"Tab, Devices"}},
		{"xpath", "//*[ends-with(@text,'4')]", rows(4, 5)},
		{"xpath", "//*[matches(@text,'^Row [56]$')]", rows(5, 7)},
		{"xpath", "//*[lower-case(@text)='row 2']", rows(2, 3)},
		{"xpath", "//*[translate(@text,'ROW','row')='row 2']", rows(2, 3)},
		{"xpath", "//*[normalize-space(@text)='Devices']", []string{"Devices"}},
		{"xpath", "//*[string-length(@text)=7]", []string{"Devices"}},
		{"xpath", "//*[count(android.view.ViewGroup)>3]", []string{"android.widget.ScrollView"}},
		{"xpath", "//android.widget.ImageView[@content-desc='icon of Row 2']/following-sibling::android.widget.TextView", rows(2, 3)},
		{"xpath", "//*[@text='Row 2']/ancestor::android.widget.ScrollView", []string{"android.widget.ScrollView"}},
		{"xpath", "//*[@text='Row 2']/preceding::android.widget.TextView", rows(0, 2)},
		{"xpath", "//*[@text='Row 2']/..", []string{"android.view.ViewGroup"}},
		{"xpath", "//*[@text='Row 5'] | //*[@text='Row 1']", []string{"Row 1", "Row 5"}},
		{"xpath", "//com.example.Outer.Inner", []string{"bad \x01 char \n tab"}},
		{"xpath", "//android.widget.EditText[@hint='Search']", []string{"android.widget.EditText"}},
		{"xpath", "//*[@clickable='true' and @enabled='true' and @selected='true']", []string{"Tab, Devices"}},
		{"xpath", "//*[@bounds='[0,100][1080,220]']", []string{"Devices"}},
		{"xpath", "//android.widget.TextView[text()='Row 1']", []string{}}, // texts are attributes
		{"xpath", "//*[@text='invisible']", []string{}},
		{"xpath", "//*/@text", []string{}},
		{"xpath", "count(//*)", []string{}},
		{"xpath", "/hierarchy", []string{}},
	} {
		t.Run(c.strategy+" "+c.selector, func(t *testing.T) {
			r := newRig(t)
			assert.Equal(t, c.want, r.all(c.strategy, c.selector, ""))
			if len(c.want) > 0 {
				assert.Equal(t, c.want[0], r.name(r.find(c.strategy, c.selector)))
			} else {
				assert.Equal(t, codeNoSuchElement, r.code("POST", "/element", find(c.strategy, c.selector, "")))
			}
		})
	}
}

func TestIDIsCompletedWithThePackageFirst(t *testing.T) {
	r := newRig(t)
	r.h.Extra = []*ui.Node{
		{Key: "bare", Class: "a.B", ResourceID: "home_header_quick_add", Displayed: true, Text: "bare"},
	}
	assert.NotEqual(t, []string{"bare"}, r.all("id", "home_header_quick_add", ""))
	r.must("POST", "/appium/settings", map[string]any{"settings": map[string]any{"disableIdLocatorAutocompletion": true}})
	assert.Equal(t, []string{"bare"}, r.all("id", "home_header_quick_add", ""))
}

func TestSearchBelowAnElement(t *testing.T) {
	r := newRig(t)
	row := r.find("xpath", "//*[@text='Row 2']/..")
	assert.Equal(t, rows(2, 3), r.all("class name", "android.widget.TextView", row))
	assert.Equal(t, rows(2, 3), r.all("xpath", ".//android.widget.TextView", row))
	assert.Equal(t, rows(2, 3), r.all("xpath", "//android.widget.TextView", row), "the document is limited to the element")
	assert.Equal(t, []string{"android.view.ViewGroup"}, r.all("xpath", "./android.view.ViewGroup", row))
	assert.Equal(t, []string{}, r.all("xpath", "./..", row))
	assert.Equal(t, rows(2, 3), r.all("-android uiautomator", `new UiSelector().className("android.widget.TextView")`, row))
	assert.Equal(t, []string{}, r.all("-android uiautomator", `new UiSelector().text("Row 3")`, row))

	r.must("POST", "/appium/settings", map[string]any{"settings": map[string]any{"limitXPathContextScope": false}})
	assert.Equal(t, []string{"android.widget.ScrollView"}, r.all("xpath", "./..", row))
	assert.Equal(t, rows(2, 3), r.all("xpath", "./android.widget.TextView", row))
	assert.Len(t, r.all("xpath", "//android.widget.TextView", row), 7)
}

func TestBadSelectors(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct{ strategy, selector string }{
		{"xpath", "//*["},
		{"xpath", "//*[@text='x'"},
		{"xpath", "//*[frobnicate(@text)]"},
		{"xpath", ""},
		{"xpath", "//*[matches(@text,'(')]"},
		{"xpath", strings.Repeat("(", 5000) + "//*" + strings.Repeat(")", 5000)},
		{"xpath", "//*[@text='" + strings.Repeat("x", maxExpression) + "']"},
		{"-android uiautomator", ""},
		{"-android uiautomator", `new UiSelector().text("x"`},
		{"-android uiautomator", `new UiSelector().frobnicate("x")`},
		{"-android uiautomator", `new UiSelector().textMatches("(")`},
		{"-android uiautomator", strings.Repeat("new UiSelector().childSelector(", 3000)},
		{"name", "x"},
		{"", ""},
	} {
		assert.Equal(t, codeInvalidSelector, r.code("POST", "/element", find(c.strategy, c.selector, "")), "%s %.60s", c.strategy, c.selector)
		assert.Equal(t, codeInvalidSelector, r.code("POST", "/elements", find(c.strategy, c.selector, "")), "%s %.60s", c.strategy, c.selector)
	}
}

func TestHostileSelectorsEnd(t *testing.T) {
	r := newRig(t)
	deep := &ui.Node{Key: "d", Class: "a.B", Displayed: true}
	for i := range 60 {
		deep = &ui.Node{Key: fmt.Sprint("d", i), Class: "a.B", Displayed: true, Children: []*ui.Node{deep}}
	}
	for i := range 300 {
		r.h.Extra = append(r.h.Extra, &ui.Node{Key: fmt.Sprint("w", i), Class: "a.B", Displayed: true})
	}
	r.h.Extra = append(r.h.Extra, deep)
	began := time.Now()
	_, err := r.command("POST", "/elements", find("xpath", "//*[count(//*[count(//*[count(//*)>1])>1])>1]", ""))
	assert.Error(t, err)
	chain := strings.Repeat(`new UiSelector().className("a.B").fromParent(`, 40) + `new UiSelector().text("none")` + strings.Repeat(")", 40)
	assert.Equal(t, []string{}, r.all("-android uiautomator", chain, ""))
	assert.Less(t, time.Since(began), 30*time.Second)
}

func TestCancelledContext(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := r.e.Command(ctx, "POST", "/element", []byte(`{"strategy":"id","selector":"x"}`))
	assert.ErrorIs(t, err, context.Canceled)
}

func TestSource(t *testing.T) {
	r := newRig(t)
	src := r.must("GET", "/source", nil).(string)
	assert.True(t, strings.HasPrefix(src, "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"+
		`<hierarchy index="0" class="hierarchy" rotation="0" width="1080" height="2028">`+"\n"+
		`  <android.widget.FrameLayout index="0" package="com.amazon.dee.app" class="android.widget.FrameLayout" text="" checkable="false"`), src[:300])
	assert.Contains(t, src, `<com.example.Outer.Inner index="5" package="com.amazon.dee.app" class="com.example.Outer$Inner" text="bad ? char &#10; tab"`)
	assert.Contains(t, src, `content-desc="Add &quot;new&quot; &lt;device&gt; &amp; more"`)
	assert.Contains(t, src, `bounds="[0,220][1080,300]" displayed="true" hint="Search"`)
	assert.NotContains(t, src, "invisible")
	assert.NotContains(t, src, "systemui")
	d := xml.NewDecoder(strings.NewReader(src))
	for {
		if _, err := d.Token(); err != nil {
			assert.ErrorContains(t, err, "EOF")
			break
		}
	}
}

func TestSettingsThatChangeTheTree(t *testing.T) {
	r := newRig(t)
	set := func(name string, v any) {
		r.must("POST", "/appium/settings", map[string]any{"settings": map[string]any{name: v, "noSuchSetting": 1}})
	}
	set("allowInvisibleElements", true)
	assert.Equal(t, []string{"invisible"}, r.all("xpath", "//*[@text='invisible']", ""))
	set("enableMultiWindows", true)
	assert.Len(t, r.all("xpath", "//*[@package='com.android.systemui']", ""), 1)
	assert.Contains(t, r.must("GET", "/source", nil), "com.android.systemui")
	set("snapshotMaxDepth", 2)
	assert.NotContains(t, r.must("GET", "/source", nil), "Row 1")
	assert.Equal(t, 2, r.must("GET", "/appium/settings", nil).(map[string]any)["snapshotMaxDepth"])
	for name, v := range map[string]any{"snapshotMaxDepth": 0, "waitForIdleTimeout": "soon", "enableMultiWindows": 1} {
		assert.Equal(t, codeInvalidArgument, r.code("POST", "/appium/settings", map[string]any{"settings": map[string]any{name: v}}), name)
	}
}

func TestDialogIsTheActiveWindow(t *testing.T) {
	r := newRig(t)
	title := r.find("id", "devicePageHeader")
	r.h.Dialog = "alert"
	assert.Equal(t, []string{}, r.all("id", "devicePageHeader", ""))
	assert.NotContains(t, r.must("GET", "/source", nil), "Row 1")
	assert.Equal(t, []string{"DELETE"}, r.all("-android uiautomator", `text("DELETE")`, ""))
	assert.Equal(t, "Devices", r.must("GET", "/element/"+title+"/text", nil), "a covered element is still there")
}

func TestElementReads(t *testing.T) {
	r := newRig(t)
	id := r.find("accessibility id", "Tab, Devices")
	assert.Equal(t, "Tab, Devices", r.must("GET", "/element/"+id+"/name", nil))
	assert.Equal(t, "", r.must("GET", "/element/"+id+"/text", nil))
	assert.Equal(t, rect{540, 1900, 540, 128}, r.must("GET", "/element/"+id+"/rect", nil))
	for name, want := range map[string]any{
		"class": "android.widget.LinearLayout", "className": "android.widget.LinearLayout", "content-desc": "Tab, Devices",
		"contentDescription": "Tab, Devices", "resource-id": nil, "resourceId": nil, "package": uitest.App, "text": "", "name": "",
		"bounds": "[540,1900][1080,2028]", "checkable": "false", "checked": "false", "clickable": "true", "enabled": "true",
		"focusable": "false", "focused": "false", "scrollable": "false", "long-clickable": "false", "longClickable": "false",
		"password": "false", "selected": "true", "displayed": "true", "hint": nil, "index": "6", "SELECTED": "true",
	} {
		assert.Equal(t, want, r.must("GET", "/element/"+id+"/attribute/"+name, nil), name)
	}
	assert.Equal(t, codeUnknownCommand, r.code("GET", "/element/"+id+"/attribute/value", nil))
	assert.Equal(t, id, r.find("xpath", "//*[@selected='true']"), "the same node has the same id")
}

func TestStale(t *testing.T) {
	r := newRig(t)
	byID := r.find("id", "devicePageHeader")
	many := r.must("POST", "/elements", find("-android uiautomator", `text("Row 1")`, "")).([]any)[0].(map[string]any)[elementKey].(string)
	row := r.find("xpath", `//*[@text="Row 2"]`)
	r.h.Replace()
	assert.Equal(t, "Devices", r.must("GET", "/element/"+byID+"/text", nil), "what was found alone is looked for again")
	assert.Equal(t, "Row 2", r.must("GET", "/element/"+row+"/text", nil))
	assert.Equal(t, codeStaleElement, r.code("GET", "/element/"+many+"/text", nil))
	assert.Equal(t, codeNoSuchElement, r.code("GET", "/element/none/text", nil))

	lazy := r.find("-android uiautomator", `new UiSelector().text("Row 1")`)
	r.h.Replace()
	assert.Equal(t, "Row 1", r.must("GET", "/element/"+lazy+"/text", nil), "a UiObject is looked for again")
	r.h.Dialog = "alert"
	r.h.Replace()
	assert.Equal(t, codeStaleElement, r.code("GET", "/element/"+byID+"/text", nil))
	assert.Equal(t, codeStaleElement, r.code("POST", "/element/"+row+"/click", nil))
	assert.Equal(t, codeStaleElement, r.code("GET", "/element/"+lazy+"/text", nil))
}

func TestClickTypeClear(t *testing.T) {
	r := newRig(t)
	r.must("POST", "/element/"+r.find("accessibility id", "Tab, Devices")+"/click", nil)
	assert.Equal(t, []string{"Tab, Devices"}, r.h.Clicked())
	touches := r.h.Touches()
	require.Len(t, touches, 2)
	assert.Equal(t, ui.Pointer{Kind: ui.PointerDown, X: 810, Y: 1964}, touches[0].Pointer)

	f := r.find("class name", "android.widget.EditText")
	r.must("POST", "/element/"+f+"/value", map[string]any{"text": "First ", "value": []string{"F"}})
	r.must("POST", "/element/"+f+"/value", map[string]any{"text": "light\n", "replace": false})
	assert.Equal(t, "First light", r.h.Field())
	assert.Equal(t, []string{"66"}, r.h.Keys())
	r.must("POST", "/element/"+f+"/value", map[string]any{"text": "x", "replace": true})
	assert.Equal(t, "x", r.h.Field())
	r.must("POST", "/element/"+f+"/clear", nil)
	assert.Equal(t, "", r.h.Field())
	assert.Equal(t, codeInvalidState, r.code("POST", "/element/"+r.find("id", "devicePageHeader")+"/value", map[string]any{"text": "x"}))

	assert.Equal(t, codeNoSuchElement, r.code("GET", "/element/active", nil))
	r.must("POST", "/element/"+f+"/click", nil)
	assert.Equal(t, f, r.must("GET", "/element/active", nil).(map[string]any)[elementKey])
	r.must("POST", "/keys", map[string]any{"text": "typed"})
	assert.Equal(t, "typed", r.h.Field())
}

func TestLatencyAndIdle(t *testing.T) {
	r := newRig(t)
	r.h.Costs = map[ui.Operation]time.Duration{ui.OpSource: time.Second, ui.OpFind: 100 * time.Millisecond, ui.OpXPath: 300 * time.Millisecond, ui.OpAttribute: 10 * time.Millisecond}
	took := func(f func()) time.Duration {
		began := r.h.Clock().Now()
		f()
		return r.h.Clock().Now().Sub(began)
	}
	assert.Equal(t, time.Second, took(func() { r.must("GET", "/source", nil) }))
	assert.Equal(t, 100*time.Millisecond, took(func() { r.find("id", "devicePageHeader") }))
	assert.Equal(t, 300*time.Millisecond, took(func() { r.find("xpath", "//*") }))
	r.h.Busy = r.h.Clock().Now().Add(5 * time.Second)
	assert.Equal(t, 5*time.Second, took(func() { r.find("id", "devicePageHeader") }))
	r.must("POST", "/appium/settings", map[string]any{"settings": map[string]any{"waitForIdleTimeout": 0}})
	r.h.Busy = r.h.Clock().Now().Add(5 * time.Second)
	assert.Equal(t, 100*time.Millisecond, took(func() { r.find("id", "devicePageHeader") }))
}

func TestAlerts(t *testing.T) {
	r := newRig(t)
	for _, p := range []string{"accept", "dismiss"} {
		assert.Equal(t, codeNoSuchAlert, r.code("POST", "/alert/"+p, nil))
	}
	assert.Equal(t, codeNoSuchAlert, r.code("GET", "/alert/text", nil))
	for _, c := range []struct {
		dialog, how string
		body        any
		want        string
	}{
		{"alert", "accept", nil, "android:id/button1"},
		{"alert", "dismiss", nil, "android:id/button2"},
		{"alert", "accept", map[string]any{"buttonLabel": "CANCEL"}, "android:id/button2"},
		{"permission", "accept", nil, "com.android.permissioncontroller:id/permission_allow_button"},
		{"permission", "dismiss", nil, "com.android.permissioncontroller:id/permission_deny_button"},
	} {
		r := newRig(t)
		r.h.Dialog = c.dialog
		r.must("POST", "/alert/"+c.how, c.body)
		assert.Equal(t, []string{c.want}, r.h.Clicked())
	}
	r.h.Dialog = "alert"
	assert.Equal(t, "Delete device\nAre you sure?", r.must("GET", "/alert/text", nil))
	assert.Equal(t, codeInvalidState, r.code("POST", "/alert/accept", map[string]any{"buttonLabel": "OK"}))
	r.h.Dialog = "permission"
	assert.Equal(t, "Allow Alexa to find nearby devices?", r.must("GET", "/alert/text", nil))
}

func TestDevice(t *testing.T) {
	r := newRig(t)
	info := r.must("GET", "/appium/device/info", nil).(map[string]any)
	assert.Equal(t, "ffscert-virtual", info["manufacturer"])
	assert.Equal(t, "1080x2160", info["realDisplaySize"])
	assert.Equal(t, 2.75, r.must("GET", "/appium/device/pixel_ratio", nil))
	assert.Equal(t, map[string]int{"statusBar": 66}, r.must("GET", "/appium/device/system_bars", nil))
	assert.Equal(t, map[string]int{"width": 1080, "height": 2160}, r.must("GET", "/window/current/size", nil))
	assert.Equal(t, "PORTRAIT", r.must("GET", "/orientation", nil))
	r.must("POST", "/orientation", map[string]string{"orientation": "LANDSCAPE"})
	assert.Equal(t, "LANDSCAPE", r.must("GET", "/orientation", nil))
	assert.Equal(t, map[string]int{"x": 0, "y": 0, "z": 90}, r.must("GET", "/rotation", nil))
	r.must("POST", "/rotation", map[string]int{"x": 0, "y": 0, "z": 180})
	assert.Equal(t, codeInvalidArgument, r.code("POST", "/rotation", map[string]int{"z": 45}))
	assert.Equal(t, codeInvalidArgument, r.code("POST", "/orientation", map[string]string{"orientation": "UP"}))
	r.must("POST", "/appium/device/set_clipboard", map[string]string{"content": "aGk=", "contentType": "plaintext"})
	assert.Equal(t, "aGk=", r.must("POST", "/appium/device/get_clipboard", nil))
	r.must("POST", "/appium/device/press_keycode", map[string]any{"keycode": "4"})
	r.must("POST", "/appium/device/long_press_keycode", map[string]any{"keycode": 3, "metastate": 1})
	r.must("POST", "/back", nil)
	assert.Equal(t, []string{"4", "3+1 long", "4"}, r.h.Keys())
	assert.Equal(t, codeUnknownCommand, r.code("GET", "/nonsense", nil))
	assert.Equal(t, codeUnknownCommand, r.code("POST", "/source", nil))
	assert.Equal(t, codeInvalidArgument, r.code("POST", "/element", []int{1}))
}

func BenchmarkSource(b *testing.B) {
	h := uitest.New()
	for i := range 2000 {
		h.Extra = append(h.Extra, &ui.Node{Key: fmt.Sprint(i), Class: "android.widget.TextView", Package: uitest.App, Text: fmt.Sprint("text ", i), Displayed: true})
	}
	e := NewEngine(h, uitest.App)
	for _, c := range []struct{ name, method, path, body string }{
		{"source", "GET", "/source", ""},
		{"xpath", "POST", "/element", `{"strategy":"xpath","selector":"//*[@text='text 1999']"}`},
		{"uiautomator", "POST", "/element", `{"strategy":"-android uiautomator","selector":"new UiSelector().text(\"text 1999\")"}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			for range b.N {
				if _, err := e.Command(context.Background(), c.method, c.path, []byte(c.body)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
