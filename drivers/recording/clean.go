package recording

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"ffscert/drivers/devicelog"
	"ffscert/drivers/secret"
)

// clean takes out of an attempt what is secret. What is learnt at the end, such
// as a code that a field showed, is taken out everywhere. It says what was left
// out.
func clean(a *Attempt, known *secret.Masker, rules Rules, sessions []string) []string {
	c := &cleaning{rules: rules, known: known, done: map[*Body]*Body{}}
	// Pictures first: they need the sources as they were.
	for i := range a.Events {
		if e := &a.Events[i]; e.is(http.MethodGet, "/screenshot") && e.answered() {
			c.picture(a.Events, i)
		}
	}
	for i := range a.Events {
		if e := &a.Events[i]; e.is(http.MethodGet, "/source") && e.answered() {
			e.Response = c.source(e.Response)
		}
	}
	var pairs []string
	for _, id := range sessions {
		pairs = append(pairs, id, "recorded")
	}
	ids := strings.NewReplacer(pairs...)
	text := func(s string) string { return c.words.Text(known.Text(ids.Replace(s))) }
	done := map[*Body]*Body{}
	body := func(b *Body) *Body {
		if b == nil {
			return nil
		}
		if out, ok := done[b]; ok {
			return out
		}
		out := Body(c.words.Bytes(known.Bytes([]byte(ids.Replace(string(*b))))))
		done[b] = &out
		return &out
	}
	for i := range a.Events {
		e := &a.Events[i]
		e.Path, e.Detail, e.LeftOut = text(e.Path), text(e.Detail), text(e.LeftOut)
		e.Request, e.Response = body(e.Request), body(e.Response)
		for _, t := range e.troubles() {
			t.Message, t.Hint = text(t.Message), text(t.Hint)
		}
		if e.Log != nil {
			e.Log.Lines = devicelog.Redact(e.Log.Lines)
			for j, line := range e.Log.Lines {
				e.Log.Lines[j] = text(line)
			}
		}
	}
	a.Header.Session, a.Header.Status = *body(&a.Header.Session), *body(&a.Header.Status)
	a.Header.Endpoint = text(a.Header.Endpoint)
	a.End.Message = text(a.End.Message)
	return c.left
}

type cleaning struct {
	rules Rules
	known *secret.Masker
	words secret.Masker // learnt from the screens
	done  map[*Body]*Body
	left  []string
}

func (e *Event) is(method, path string) bool {
	return e.Kind == KindHTTP && e.Method == method && e.Path == SessionPath+path
}

func (e *Event) answered() bool { return e.Response != nil && e.Status >= 200 && e.Status < 300 }

func (e *Event) troubles() (list []*Trouble) {
	if e.Power != nil && e.Power.Error != nil {
		list = append(list, e.Power.Error)
	}
	if e.Network != nil && e.Network.Error != nil {
		list = append(list, e.Network.Error)
	}
	if e.Log != nil && e.Log.Error != nil {
		list = append(list, e.Log.Error)
	}
	return list
}

// textual matches what a source that cannot be parsed may say.
var textual = regexp.MustCompile(`(?s)\b(text|content-desc|tooltip-text|pane-title|state-description|error|value|label)(\s*=\s*)("[^"]*"?|'[^']*'?)`)

// source is an answer with a page source, without what is secret. One that
// cannot be parsed keeps its form only: nobody knows which of its fields are
// secret.
func (c *cleaning) source(response *Body) *Body {
	if out, ok := c.done[response]; ok {
		return out
	}
	out := response
	if s, ok := value(*response); ok {
		masked, words, err := c.rules.Redact(s)
		if err != nil {
			masked = textual.ReplaceAllString(s, `$1$2"`+secret.Mask+`"`)
		}
		c.words.Add(words...)
		if masked != s {
			b := withValue(*response, masked)
			out = &b
		}
	}
	c.done[response] = out
	return out
}

// picture replaces a screenshot by one on which the secrets of the looks before
// and after it are painted over, or leaves it out.
func (c *cleaning) picture(events []Event, at int) {
	e := &events[at]
	encoded, _ := value(*e.Response)
	png, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(encoded))
	if err != nil || len(png) == 0 {
		c.leaveOut(e, "it is no picture")
		return
	}
	before, ok := neighbour(events, at, -1)
	after, too := neighbour(events, at, +1)
	if !ok || !too {
		c.leaveOut(e, "no page source was taken right before and after it, so nobody knows what must be painted over")
		return
	}
	painted, why := c.rules.Paint(png, before, after)
	if why != "" {
		c.leaveOut(e, why)
		return
	}
	if !bytes.Equal(painted, png) {
		b := withValue(*e.Response, base64.StdEncoding.EncodeToString(painted))
		e.Response = &b
	}
}

// neighbour is the page source before (step -1) or after (+1) a place, if
// nothing was done to the phone in between.
func neighbour(events []Event, at, step int) (source string, ok bool) {
	for i := at + step; i >= 0 && i < len(events); i += step {
		e := &events[i]
		if e.is(http.MethodGet, "/source") && e.answered() {
			return value(*e.Response)
		}
		if e.Acts() {
			return "", false
		}
	}
	return "", false
}

// leaveOut replaces a picture by the error that says so.
func (c *cleaning) leaveOut(e *Event, why string) {
	e.LeftOut = "the picture was left out of the recording: " + why
	e.Status = http.StatusInternalServerError
	b, _ := json.Marshal(map[string]any{"value": map[string]string{"error": "unable to capture screen", "message": e.LeftOut, "stacktrace": ""}})
	body := Body(b)
	e.Response = &body
	for _, said := range c.left {
		if said == e.LeftOut {
			return
		}
	}
	c.left = append(c.left, e.LeftOut)
}

// value is the text that an answer holds.
func value(response []byte) (string, bool) {
	var v struct {
		Value *string `json:"value"`
	}
	if json.Unmarshal(response, &v) != nil || v.Value == nil {
		return "", false
	}
	return *v.Value, true
}

// withValue is an answer with another text.
func withValue(response []byte, text string) Body {
	var v map[string]json.RawMessage
	_ = json.Unmarshal(response, &v) // it was read before
	v["value"] = quote(text)
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // raw messages that were read can be written
	return bytes.TrimRight(buf.Bytes(), "\n")
}

// Acts tells whether an event may change what the phone shows next; the others
// only look.
func (e *Event) Acts() bool {
	if e.Kind != KindHTTP {
		return e.Kind != KindLog || e.Log.Mark
	}
	below := strings.TrimPrefix(e.Path, SessionPath)
	switch {
	case e.Method == http.MethodGet, below == "/element", below == "/elements", strings.HasSuffix(below, "/element"), strings.HasSuffix(below, "/elements"):
		return false
	case below == "/execute/sync" && e.Request != nil:
		var v struct {
			Script string `json:"script"`
			Args   []struct {
				Command string `json:"command"`
			} `json:"args"`
		}
		if json.Unmarshal(*e.Request, &v) != nil {
			return true
		}
		switch v.Script {
		case "mobile: shell":
			return len(v.Args) != 1 || v.Args[0].Command != "dumpsys" && v.Args[0].Command != "getprop"
		case "mobile: isLocked", "mobile: isKeyboardShown", "mobile: queryAppState", "mobile: getCurrentPackage", "mobile: getCurrentActivity",
			"mobile: deviceInfo", "mobile: batteryInfo", "mobile: getDeviceTime", "mobile: listApps", "mobile: getPermissions":
			return false
		}
	}
	return true
}

func quote(s string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string can always be written
	return bytes.TrimRight(buf.Bytes(), "\n")
}
