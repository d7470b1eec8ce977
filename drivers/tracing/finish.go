package tracing

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/recording"
	"ffscert/drivers/screen"
	"ffscert/drivers/secret"
	"ffscert/features/certification"
)

// Bounds of a trace.
const (
	longestText   = 200 // characters of a locator or a name
	longestLine   = 400 // of a line of the device's log
	mostLines     = 400 // of the device's log
	mostTreeLines = 1500
	mostKept      = 400 // commands, repeated ones counted once
)

// Finish ends the attempt and makes its trace, without what is secret. Known are
// words that are secret anyway, private those that tell who the customer is; what
// the screens taught is secret everywhere. Log are lines of the device's log. It
// returns nil if no attempt was begun.
func (t *Tracer) Finish(rules recording.Rules, known *secret.Masker, private []string, log []drivers.LogLine) *certification.Trace {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	a := t.now
	t.now = nil
	t.mu.Unlock()
	if a == nil {
		return nil
	}
	f := &finishing{a: a, rules: rules, known: known, trees: map[*source]*int{}}
	f.words.Add(private...)
	end := t.Clock.Now()
	out := &certification.Trace{Schema: certification.TraceSchema, Case: a.id.Case, Scenario: a.id.Scenario, N: a.id.N,
		Started: a.began.UTC(), Seconds: f.since(end)}
	f.out = out
	// Page sources first: what they teach is masked everywhere else.
	for _, s := range a.steps {
		out.Steps = append(out.Steps, certification.TraceStep{From: f.since(s.from), To: f.since(s.to), Before: f.tree(s.before), After: f.tree(s.after)})
	}
	for _, s := range a.shots {
		f.picture(s)
	}
	for _, w := range a.waits {
		out.Waits = append(out.Waits, f.wait(w))
	}
	f.commands()
	f.log(log)
	for _, s := range out.Trees {
		for i, line := range s.Lines {
			s.Lines[i] = f.text(line, 2*longestText)
		}
	}
	if a.dropped > 0 {
		f.lacks("%d pictures were dropped, because there were too many: the first and the last ones are here", a.dropped)
	}
	if a.missed > 0 {
		f.lacks("%d commands and waits were not kept, because there were too many", a.missed)
	}
	return out
}

type finishing struct {
	a     *attempt
	rules recording.Rules
	known *secret.Masker
	words secret.Masker // learnt from the screens
	trees map[*source]*int
	out   *certification.Trace
}

func (f *finishing) lacks(format string, args ...any) {
	line := f.text(fmt.Sprintf(format, args...), longestLine)
	for _, said := range f.out.LeftOut {
		if said == line {
			return
		}
	}
	f.out.LeftOut = append(f.out.LeftOut, line)
}

// since is a moment as seconds of the attempt, to the millisecond.
func (f *finishing) since(at time.Time) float64 {
	return seconds(at.Sub(f.a.began))
}

func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1000) / 1000 }

// text is s without secrets, cut after so many characters.
func (f *finishing) text(s string, longest int) string {
	s = strings.ToValidUTF8(f.words.Text(f.known.Text(s)), "\uFFFD")
	for i := range s {
		if longest--; longest < 0 {
			return s[:i] + "…"
		}
	}
	return s
}

// tree is the place of a page source in the trace; nil if there is none.
func (f *finishing) tree(s *source) *int {
	if s == nil {
		return nil
	}
	if at, ok := f.trees[s]; ok {
		return at
	}
	var at *int
	masked, words, err := f.rules.Redact(s.text)
	f.words.Add(words...)
	if err == nil {
		var t *screen.Tree
		if t, err = screen.Parse(masked); err == nil {
			n := len(f.out.Trees)
			at = &n
			f.out.Trees = append(f.out.Trees, certification.TraceTree{At: f.since(s.at), Lines: outline(t)})
		}
	}
	if err != nil {
		f.lacks("a page source is left out: it cannot be read, so nobody knows what of it is secret")
	}
	f.trees[s] = at
	return at
}

// picture takes a screenshot into the trace, if what must be painted over is
// known from the page sources right before and after it.
func (f *finishing) picture(s *shot) {
	lacks := func(why string) { f.lacks("the picture of %.1f s is left out: %s", f.since(s.at), why) }
	data, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(s.encoded))
	switch {
	case err != nil || len(data) == 0:
		lacks("it is no picture")
		return
	case s.before == nil || s.after == nil:
		lacks("no page source was taken right before and after it, so nobody knows what must be painted over")
		return
	}
	painted, why := f.rules.Paint(data, s.before.text, s.after.text)
	if why != "" {
		lacks(why)
		return
	}
	p, err := shrink(painted)
	if err != nil {
		lacks(err.Error())
		return
	}
	p.Step, p.At = s.place, f.since(s.at)
	f.out.Pictures = append(f.out.Pictures, p)
}

func (f *finishing) wait(w wait) certification.TraceWait {
	out := certification.TraceWait{Step: w.place, For: f.text(w.For, longestText), From: f.since(w.From), To: f.since(w.To), Longest: seconds(w.Longest), Looks: w.Looks}
	_, late := w.Err.(*drivers.TimeoutError)
	switch {
	case w.Err == nil && w.Looks == 0:
		out.Outcome = "paused"
	case w.Err == nil:
		out.Outcome = "came"
	case late:
		out.Outcome = "late"
	default:
		out.Outcome = f.text(w.Err.Error(), longestText)
	}
	return out
}

func (f *finishing) commands() {
	var list []certification.TraceCommand
	for _, c := range f.a.commands {
		took := seconds(c.took)
		name := c.method + " " + c.path
		if c.path == "" {
			name = c.method + " session"
		}
		list = fold(append(list, certification.TraceCommand{Step: c.place, From: f.since(c.from), To: f.since(c.from.Add(c.took)),
			Name: f.text(name, longestText), Detail: f.text(detail(c), longestText), Outcome: f.text(outcome(c), longestText), Count: 1, Total: took, Most: took}))
	}
	if n := len(list) - mostKept; n > 0 {
		f.lacks("%d commands in the middle are left out, because there were too many", n)
		list = append(list[:mostKept/4:mostKept/4], list[len(list)-3*mostKept/4:]...)
	}
	f.out.Commands = list
}

// longestCycle is how many different commands make a round that repeats itself,
// at most.
const longestCycle = 8

// fold counts what repeats itself: if the last commands are those before them
// once more, they become one round.
func fold(list []certification.TraceCommand) []certification.TraceCommand {
	for n := 1; n <= longestCycle && 2*n <= len(list); n++ {
		before, again := list[len(list)-2*n:len(list)-n], list[len(list)-n:]
		if !same(before, again) {
			continue
		}
		for i := range before {
			b, c := &before[i], again[i]
			b.To, b.Count, b.Total, b.Most = c.To, b.Count+c.Count, math.Round((b.Total+c.Total)*1000)/1000, max(b.Most, c.Most)
		}
		return list[:len(list)-n]
	}
	return list
}

// same tells whether b is one round of what a is some rounds of.
func same(a, b []certification.TraceCommand) bool {
	rounds := a[0].Count / b[0].Count
	for i := range a {
		if a[i].Step != b[i].Step || a[i].Name != b[i].Name || a[i].Detail != b[i].Detail || a[i].Outcome != b[i].Outcome || rounds < 1 || a[i].Count != rounds*b[i].Count {
			return false
		}
	}
	return true
}

// detail is what a command asked for, in a few words. What is typed is nobody's
// business.
func detail(c command) string {
	var v struct {
		Using, Value, Script, Text, Name string
		Args                             json.RawMessage
	}
	if len(c.request) == 0 || len(c.request) > 1<<16 || json.Unmarshal(c.request, &v) != nil {
		return ""
	}
	switch {
	case v.Using != "":
		return v.Using + "=" + v.Value
	case v.Script != "" && !strings.HasPrefix(v.Script, "mobile: "):
		return "a script in a page of the web"
	case v.Script != "":
		if args := string(v.Args); args != "" && args != "[]" && args != "[{}]" && args != "null" {
			return v.Script + " " + args
		}
		return v.Script
	case v.Text != "":
		return "a text, which is not shown"
	case c.path == "context":
		return v.Name
	}
	return ""
}

func outcome(c command) string {
	switch {
	case c.failure != "":
		return "no answer: " + c.failure
	case c.trouble != "":
		return fmt.Sprintf("%d %s", c.status, c.trouble)
	}
	return fmt.Sprint(c.status)
}

// errorOf is the error code of an answer (W3C WebDriver, "Handling errors").
func errorOf(response []byte) string {
	var v struct {
		Value struct{ Error string }
	}
	_ = json.Unmarshal(response, &v) // what has none of the form has no code
	if len(v.Value.Error) > longestText {
		return v.Value.Error[:longestText]
	}
	return v.Value.Error
}

func textOf(response []byte) (string, bool) {
	var v struct{ Value *string }
	if json.Unmarshal(response, &v) != nil || v.Value == nil {
		return "", false
	}
	return *v.Value, true
}

func (f *finishing) log(lines []drivers.LogLine) {
	if n := len(lines) - mostLines; n > 0 {
		f.lacks("%d older lines of the device's log are left out", n)
		lines = lines[n:]
	}
	for _, line := range lines {
		l := certification.TraceLine{Text: f.text(line.Text, longestLine)}
		at, ok := line.At, !line.At.IsZero()
		if !ok {
			at, ok = written(line.Text, f.a.began)
		}
		if ok {
			s := f.since(at)
			l.At = &s
		}
		f.out.Log = append(f.out.Log, l)
	}
}

// written is when a line of a log was written, if it begins with a date and a
// time of RFC 3339 that lies near the attempt.
func written(line string, near time.Time) (time.Time, bool) {
	first, _, _ := strings.Cut(strings.TrimLeft(line, "[ "), " ")
	at, err := time.Parse(time.RFC3339Nano, strings.TrimRight(first, "]:,"))
	if err != nil || at.Sub(near).Abs() > 24*time.Hour {
		return time.Time{}, false
	}
	return at, true
}

// systemUI is the package of Android's status and navigation bars.
const systemUI = "com.android.systemui"

// outline is a tree, one line an element, indented by its depth. The system's
// bars are left out: their clock changes by itself.
func outline(t *screen.Tree) []string {
	var lines []string
	t.Each(func(n *screen.Node) bool {
		if n.Package == systemUI {
			return true
		}
		if len(lines) == mostTreeLines {
			lines = append(lines, "… more elements")
			return false
		}
		lines = append(lines, element(n))
		return true
	})
	return lines
}

func element(n *screen.Node) string {
	var b strings.Builder
	for p := n.Parent(); p != nil; p = p.Parent() {
		b.WriteByte(' ')
	}
	b.WriteString(n.Class[strings.LastIndexByte(n.Class, '.')+1:])
	quoted := func(name, s string) {
		if s != "" {
			b.WriteString(name + "\"" + clip(s) + "\"")
		}
	}
	quoted(" ", n.Text)
	quoted(" desc=", n.ContentDesc)
	quoted(" hint=", n.Hint)
	if n.ResourceID != "" {
		b.WriteString(" #" + clip(n.ResourceID[strings.LastIndexByte(n.ResourceID, '/')+1:]))
	}
	for _, flag := range []struct {
		on   bool
		name string
	}{{n.Checked, "checked"}, {n.Selected, "selected"}, {n.Focused, "focused"}, {n.Clickable, "clickable"}, {n.Scrollable, "scrollable"},
		{n.Password, "password"}, {!n.Enabled, "disabled"}, {!n.Displayed, "hidden"}} {
		if flag.on {
			b.WriteString(" " + flag.name)
		}
	}
	r := n.Bounds
	fmt.Fprintf(&b, " [%d,%d %d×%d]", r.X, r.Y, r.Width, r.Height)
	return b.String()
}

func clip(s string) string {
	if r := []rune(s); len(r) > longestText/2 {
		return string(r[:longestText/2]) + "…"
	}
	return s
}
