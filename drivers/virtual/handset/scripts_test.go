package handset_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/uiautomator"
	"ffscert/drivers/virtual/world"
)

// script speaks to the phone as published scripts do, through the server that
// UiAutomator2 has on a phone.
type script struct {
	t   *testing.T
	uia http.Handler
	id  string
}

func newScript(t *testing.T, app string) (*script, *world.World, *clock.Clock) {
	t.Helper()
	clk := clock.NewVirtual(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	cfg := world.Defaults()
	for _, name := range []string{"Attic lamp", "Cellar lamp", "Garden lamp", "Porch lamp", "Study lamp"} {
		cfg.Others = append(cfg.Others, world.OtherDevice{Name: name, Kind: world.Light})
	}
	w, err := world.New(cfg, clk, nil)
	if err != nil {
		t.Fatal(err)
	}
	models, err := handset.BuiltinModels(app)
	if err != nil {
		t.Fatal(err)
	}
	h, err := handset.New(handset.Config{}, w, models, clk)
	if err != nil {
		t.Fatal(err)
	}
	h.Launch(alexa, "", true)
	s := &script{t: t, uia: uiautomator.NewServer(h)}
	var session struct {
		SessionID string `json:"sessionId"`
	}
	s.call("POST", "/session", `{"capabilities":{"alwaysMatch":{"appPackage":"com.amazon.dee.app"}}}`, &session)
	s.id = "/session/" + session.SessionID
	return s, w, clk
}

func (s *script) call(method, path, body string, value any) bool {
	s.t.Helper()
	rec := httptest.NewRecorder()
	s.uia.ServeHTTP(rec, httptest.NewRequest(method, path, strings.NewReader(body)))
	var reply struct{ Value json.RawMessage }
	if err := json.NewDecoder(bytes.NewReader(rec.Body.Bytes())).Decode(&reply); err != nil {
		s.t.Fatalf("%s %s: %s", method, path, rec.Body)
	}
	if rec.Code >= 400 {
		s.t.Logf("%s %s %s: %s", method, path, body, rec.Body)
		return false
	}
	if value != nil {
		if err := json.Unmarshal(reply.Value, value); err != nil {
			s.t.Fatalf("%s %s: %s", method, path, rec.Body)
		}
	}
	return true
}

// find returns the element's id, or "".
func (s *script) find(strategy, selector string) string {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"strategy": strategy, "selector": selector, "context": "", "multiple": false})
	if err != nil {
		s.t.Fatal(err)
	}
	element := map[string]string{}
	if !s.call("POST", s.id+"/element", string(body), &element) {
		return ""
	}
	return element["ELEMENT"]
}

func (s *script) click(xpath string) {
	s.t.Helper()
	e := s.find("xpath", xpath)
	if e == "" {
		var source string
		s.call("GET", s.id+"/source", "", &source)
		s.t.Fatalf("no %s in\n%s", xpath, source)
	}
	if !s.call("POST", s.id+"/element/"+e+"/click", "{}", nil) {
		s.t.Fatalf("%s cannot be clicked", xpath)
	}
}

func (s *script) scrollTo(name string) {
	s.t.Helper()
	if s.find("-android uiautomator", `new UiScrollable(new UiSelector().className("android.widget.ScrollView").instance(0)).scrollIntoView(new UiSelector().text("`+name+`").instance(0));`) == "" {
		s.t.Fatalf("%s cannot be scrolled to", name)
	}
}

// swipe drags for a second between shares of the screen, as scripts do.
func (s *script) swipe(x1, y1, x2, y2 int) {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{"actions": []any{map[string]any{"type": "pointer", "id": "finger1", "parameters": map[string]string{"pointerType": "touch"}, "actions": []any{
		map[string]any{"type": "pointerMove", "duration": 0, "x": x1, "y": y1}, map[string]any{"type": "pointerDown", "button": 0},
		map[string]any{"type": "pointerMove", "duration": 1000, "x": x2, "y": y2}, map[string]any{"type": "pointerUp", "button": 0},
	}}}})
	if err != nil {
		s.t.Fatal(err)
	}
	if !s.call("POST", s.id+"/actions", string(body), nil) {
		s.t.Fatal("no swipe")
	}
}

func TestAScriptOf2023(t *testing.T) {
	s, w, clk := newScript(t, "alexa-2023.23")
	s.click(`//android.widget.LinearLayout[@content-desc="Tab, Devices"]`)
	if s.find("id", "devicePageHeader") == "" {
		t.Fatal("not on the devices page")
	}
	s.scrollTo("Study lamp")
	s.click(`//android.widget.TextView[@text="Study lamp"]`)
	s.click(`//android.widget.Button[@content-desc="Edit"]`)
	s.click(`//android.widget.Button[@content-desc="Delete"]`)
	s.click(`//android.widget.Button[@text="DELETE"]`)
	for _, d := range w.Devices() {
		if d.Name == "Study lamp" {
			t.Fatal("not deleted")
		}
	}
	s.scrollTo("First plug")
	s.click(`//android.widget.TextView[@text="First plug"]`)
	s.click(`//android.widget.Switch[@text="off"]`)
	if err := clk.Sleep(t.Context(), 4*time.Second); err != nil {
		t.Fatal(err)
	}
	if s.find("xpath", `//android.widget.Switch[@text="on"]`) == "" {
		t.Fatal("the plug did not answer")
	}
	s.click(`//android.widget.Button[@content-desc="Back"]`)
	w.Delete(w.Devices()[0].ID)
	s.swipe(540, 2340*30/100, 540, 2340*70/100)
	if err := clk.Sleep(t.Context(), 2*time.Second); err != nil {
		t.Fatal(err)
	}
	if s.find("xpath", `//android.widget.TextView[@text="Echo Dot"]`) != "" {
		t.Fatal("pulling down did not refresh")
	}
}

func TestAScriptOf2021(t *testing.T) {
	s, w, _ := newScript(t, "alexa-2021")
	s.click(`//android.widget.LinearLayout[@content-desc="Tab, Devices"]`)
	if s.find("xpath", `//android.view.View[@text="DEVICES"]`) == "" {
		t.Fatal("not on the devices page")
	}
	s.find("-android uiautomator", `new UiScrollable(new UiSelector().className("android.widget.HorizontalScrollView").instance(0)).setAsHorizontalList().scrollToEnd(5);`)
	s.click(`//android.widget.Button[@content-desc="All Devices"]`)
	if s.find("xpath", `//android.view.View[@text="ALL DEVICES"]`) == "" {
		t.Fatal("not on the page of all devices")
	}
	s.scrollTo("Study lamp")
	s.click(`//android.widget.TextView[@text="Study lamp"]`)
	if s.find("xpath", `//android.view.View[@text="STUDY LAMP"]`) == "" {
		t.Fatal("the title is not the name in upper case")
	}
	s.click(`//android.widget.Button[@content-desc="Edit"]`)
	s.click(`//android.widget.Button[@content-desc="Delete"]`)
	s.click(`//android.widget.Button[@text="DELETE"]`)
	if s.find("xpath", `//android.view.View[@text="DEVICES"]`) == "" {
		t.Fatal("deleting does not lead to the devices page")
	}
	for _, d := range w.Devices() {
		if d.Name == "Study lamp" {
			t.Fatal("not deleted")
		}
	}
}
