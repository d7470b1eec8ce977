package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"ffscert/drivers/recording"
	"ffscert/drivers/secret"
)

// tape is the recording of one attempt while it is replayed. Between two acts
// the phone is only looked at: a look may come more or less often than it was
// recorded, an act must be the one that comes next.
type tape struct {
	events   []recording.Event
	requests [][]byte                   // the bodies, in one form
	located  map[string]map[string]bool // an element's id: the locators that found it
	next     int                        // the first event that was not answered yet
	epoch    int                        // the event after the last act that was answered
	stray    string                     // what was not in the recording; "" if nothing
}

func newTape(a *recording.Attempt) *tape {
	t := &tape{events: a.Events, located: map[string]map[string]bool{}}
	for i := range a.Events {
		e := &a.Events[i]
		var body []byte
		if e.Request != nil {
			body = oneForm(*e.Request)
		}
		t.requests = append(t.requests, body)
		t.locate(e, body)
	}
	return t
}

// elementKey is W3C's name for an element's id.
const elementKey = "element-6066-11e4-a52e-4f735466cecf"

// locate remembers which locator found an element: ids differ from one find to
// the next.
func (t *tape) locate(e *recording.Event, body []byte) {
	if e.Kind != recording.KindHTTP || e.Method != http.MethodPost || e.Response == nil ||
		!strings.HasSuffix(e.Path, "/element") && !strings.HasSuffix(e.Path, "/elements") {
		return
	}
	var v struct {
		Value json.RawMessage `json:"value"`
	}
	if json.Unmarshal(*e.Response, &v) != nil {
		return
	}
	type element map[string]json.RawMessage
	var found []element
	var one element
	if json.Unmarshal(v.Value, &found) != nil && json.Unmarshal(v.Value, &one) == nil {
		found = []element{one}
	}
	for i, el := range found {
		var id string
		if json.Unmarshal(el[elementKey], &id) != nil && json.Unmarshal(el["ELEMENT"], &id) != nil || id == "" {
			continue
		}
		if t.located[id] == nil {
			t.located[id] = map[string]bool{}
		}
		t.located[id][fmt.Sprintf("%s %d", body, i)] = true
	}
}

// request is what was asked.
type request struct {
	method, path string // the session as recording.SessionPath
	body         []byte
}

func (r request) String() string {
	s := r.method + " " + strings.TrimPrefix(r.path, recording.SessionPath)
	if len(r.body) > 0 && string(r.body) != "{}" {
		s += " " + clip(string(r.body), 160)
	}
	return s
}

func shown(e *recording.Event) string {
	switch e.Kind {
	case recording.KindPower:
		return fmt.Sprintf("socket %q %s", clip(e.Power.Socket, 60), onOff(e.Power.On))
	case recording.KindNetwork:
		if e.Network.Restored {
			return fmt.Sprintf("the end of the situation %q", clip(string(e.Network.Situation), 60))
		}
		return fmt.Sprintf("the situation %q", clip(string(e.Network.Situation), 60))
	case recording.KindLog:
		return "a question to the device's log"
	}
	r := request{e.Method, e.Path, nil}
	if e.Request != nil {
		r.body = *e.Request
	}
	return r.String()
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func clip(s string, most int) string {
	s = strings.ToValidUTF8(s, "?")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

const sessionRoot = "/session"

func newSession(e *recording.Event) bool {
	return e.Kind == recording.KindHTTP && e.Method == http.MethodPost && e.Path == sessionRoot
}

func endSession(e *recording.Event) bool {
	return e.Kind == recording.KindHTTP && e.Method == http.MethodDelete && e.Path == recording.SessionPath
}

// matches tells whether a request is the one of event i.
func (t *tape) matches(i int, r request) bool {
	e := &t.events[i]
	if e.Kind != recording.KindHTTP || e.Method != r.method || !t.samePath(e.Path, r.path) {
		return false
	}
	return newSession(e) || alike(t.requests[i], r.body)
}

func (t *tape) samePath(recorded, asked string) bool {
	if recorded == asked {
		return true
	}
	a, b := strings.Split(recorded, "/"), strings.Split(asked, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && (i == 0 || a[i-1] != "element" || !t.sameElement(a[i], b[i])) {
			return false
		}
	}
	return true
}

func (t *tape) sameElement(a, b string) bool {
	for locator := range t.located[a] {
		if t.located[b][locator] {
			return true
		}
	}
	return false
}

// find is the event that answers a request: -1 if there is none. passed is how
// long ago the last act was, where the wall clock sets the pace; below 0 it
// does not. What comes before from is passed over.
func (t *tape) find(r request, act bool, passed time.Duration, from int) int {
	end := t.nextAct(from)
	if act {
		if end < len(t.events) && t.matches(end, r) {
			return end
		}
		return -1
	}
	found := -1
	for i := from; i < end; i++ {
		if !t.matches(i, r) {
			continue
		}
		if found < 0 {
			found = i
		}
		// Whoever asks less often than it was recorded must not fall behind.
		if passed >= 0 && t.events[i].At-t.epochAt() <= passed {
			found = i
		} else {
			break
		}
	}
	if found >= 0 || from > t.next {
		return found
	}
	for i := min(t.next, len(t.events)) - 1; i >= t.epoch; i-- { // asked more often: the last answer again
		if t.matches(i, r) {
			return i
		}
	}
	return -1
}

// findOther is the event for something that is no request, likewise.
func (t *tape) findOther(same func(*recording.Event) bool, act bool) int {
	end := t.nextAct(t.next)
	if act {
		if end < len(t.events) && same(&t.events[end]) {
			return end
		}
		return -1
	}
	for i := t.next; i < end; i++ {
		if same(&t.events[i]) {
			return i
		}
	}
	for i := min(t.next, len(t.events)) - 1; i >= t.epoch; i-- {
		if same(&t.events[i]) {
			return i
		}
	}
	return -1
}

// epochAt is when the last act was done, in the recording.
func (t *tape) epochAt() time.Duration {
	if t.epoch == 0 {
		return 0
	}
	e := &t.events[t.epoch-1]
	return e.At + e.Took
}

// nextAct is the first event from there on that is more than a look.
func (t *tape) nextAct(from int) int {
	for i := from; i < len(t.events); i++ {
		if t.events[i].Acts() {
			return i
		}
	}
	return len(t.events)
}

// answered moves on behind event i.
func (t *tape) answered(i int) {
	t.next = max(t.next, i+1)
	if t.events[i].Acts() {
		t.epoch = i + 1
	}
}

// expected says what the recording goes on with.
func (t *tape) expected() string {
	if t.next >= len(t.events) {
		return "nothing more"
	}
	s := shown(&t.events[t.next])
	if i := t.nextAct(t.next); i > t.next && i < len(t.events) {
		s += ", or later " + shown(&t.events[i])
	}
	return s
}

// left are the acts that were recorded and did not come.
func (t *tape) left() (n int, first string) {
	for i := t.next; i < len(t.events); i++ {
		e := &t.events[i]
		if !e.Acts() || newSession(e) || endSession(e) {
			continue
		}
		if n++; n == 1 {
			first = shown(e)
		}
	}
	return n, first
}

// oneForm is JSON with its keys sorted; what is no JSON stays as it is.
func oneForm(body []byte) []byte {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return bytes.TrimSpace(body)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return bytes.TrimSpace(body)
	}
	return bytes.TrimSpace(buf.Bytes())
}

// alike compares bodies; where the recording has masked a secret, anything may
// stand.
func alike(recorded, asked []byte) bool {
	if len(recorded) == 0 && string(asked) == "{}" || len(asked) == 0 && string(recorded) == "{}" {
		return true
	}
	parts := bytes.Split(recorded, []byte(secret.Mask))
	if len(parts) == 1 {
		return bytes.Equal(recorded, asked)
	}
	rest, ok := bytes.CutPrefix(asked, parts[0])
	if !ok {
		return false
	}
	for _, p := range parts[1 : len(parts)-1] {
		i := bytes.Index(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return bytes.HasSuffix(rest, parts[len(parts)-1])
}
