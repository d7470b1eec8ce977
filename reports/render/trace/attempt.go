package trace

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/render"
)

// The types below are what the page's script reads. Texts that come again and
// again are places in the list of words.
type attemptData struct {
	Anchor   string      `json:"anchor"`
	Class    string      `json:"class"`
	Word     string      `json:"verdict"`
	Case     string      `json:"case,omitempty"`
	Title    string      `json:"title,omitempty"`
	Scenario string      `json:"scenario"`
	N        int         `json:"n"`
	Cause    string      `json:"cause,omitempty"`
	Code     string      `json:"code,omitempty"`
	Message  string      `json:"message,omitempty"`
	Hint     string      `json:"hint,omitempty"`
	Decided  []string    `json:"decided,omitempty"`
	Facts    [][2]string `json:"facts"`
	Seconds  float64     `json:"s"`
	Steps    []stepData  `json:"steps,omitempty"`
	Findings [][3]string `json:"findings,omitempty"`
	Seen     []seenData  `json:"seen,omitempty"`
	Files    [][2]string `json:"files,omitempty"`
	NoTrace  string      `json:"no_trace,omitempty"`

	Waits    []waitData    `json:"waits,omitempty"`
	Commands []commandData `json:"commands,omitempty"`
	Pictures []shotData    `json:"pictures,omitempty"`
	Trees    []treeData    `json:"trees,omitempty"`
	Log      []logData     `json:"log,omitempty"`
	LeftOut  []string      `json:"left_out,omitempty"`
}

type stepData struct {
	Text     string   `json:"text"`
	Location string   `json:"where,omitempty"`
	Status   string   `json:"status"`
	Message  string   `json:"message,omitempty"`
	Seconds  float64  `json:"s"`
	From     *float64 `json:"from,omitempty"` // not of a step that was not carried out
	To       *float64 `json:"to,omitempty"`
	Before   *int     `json:"before,omitempty"`
	After    *int     `json:"after,omitempty"`
}

type seenData struct {
	At   *float64 `json:"at,omitempty"`
	What string   `json:"what"`
}

type waitData struct {
	Step    int     `json:"step"`
	For     int     `json:"for"`
	From    float64 `json:"from"`
	To      float64 `json:"to"`
	Longest float64 `json:"longest"`
	Looks   int     `json:"looks,omitempty"`
	Outcome int     `json:"outcome"`
}

// commandData is a list, because there are many: step, from, to, name, detail,
// outcome, whether it is bad, count, total, most.
type commandData [10]any

type shotData struct {
	Step int     `json:"step"`
	At   float64 `json:"at"`
	ID   string  `json:"id"`
	W    int     `json:"w"`
	H    int     `json:"h"`
}

// treeData has its lines as stretches of the list of words: the first of each, and
// how many follow one another.
type treeData struct {
	At    float64 `json:"at"`
	Lines []int   `json:"lines"`
}

type logData struct {
	At   *float64 `json:"at,omitempty"`
	Text string   `json:"text"`
}

// words are texts that are kept once, whoever uses them.
type words struct {
	list  []string
	at    map[string]int
	texts map[string]int // by what they were before they were made harmless
	lines map[string]int
}

func newWords() *words {
	return &words{at: map[string]int{}, texts: map[string]int{}, lines: map[string]int{}}
}

func (w *words) put(s string) int {
	if i, ok := w.at[s]; ok {
		return i
	}
	w.at[s] = len(w.list)
	w.list = append(w.list, s)
	return len(w.list) - 1
}

func (w *words) text(s string) int { return w.once(w.texts, s, clean) }

func (w *words) line(s string) int { return w.once(w.lines, s, line) }

func (w *words) once(seen map[string]int, s string, harmless func(string) string) int {
	i, ok := seen[s]
	if !ok {
		i = w.put(harmless(s))
		seen[s] = i
	}
	return i
}

func (v *view) attempt(s render.Source, c chosen, a certification.Attempt, t *certification.Trace) *attemptData {
	r := c.row
	d := &attemptData{Case: clean(c.caseID), Title: clean(c.title), Scenario: clean(r.Scenario), N: r.N, Cause: clean(render.Words(string(r.Cause))), Code: clean(string(r.Code)),
		Message: clean(r.Message), Hint: clean(r.Hint), Seconds: number(a.Finished.Sub(a.Started).Seconds())}
	for _, l := range r.DecidedBy {
		d.Decided = append(d.Decided, clean(l))
	}
	fact := func(name, value string) { d.Facts = append(d.Facts, [2]string{name, value}) }
	fact("Testbed", clean(r.Testbed))
	fact("Started", moment(r.StartedUTC))
	if b := r.SetupTime; b != nil {
		fact("Set up", fmt.Sprintf("%.1f s after it got power; not before %.1f s, not after %.1f s", b.Value, b.Lo, b.Hi))
	}
	for _, p := range r.Phases {
		fact("Phase", fmt.Sprintf("%s, %.1f s", clean(p.Name), p.Seconds))
	}
	for _, f := range a.Findings {
		d.Findings = append(d.Findings, [3]string{clean(string(f.Severity)), clean(f.Rule), clean(f.Message)})
	}
	for _, o := range a.Observations {
		seen := seenData{What: clean(o.What)}
		if !o.At.IsZero() && !o.At.Before(a.Started) {
			at := number(o.At.Sub(a.Started).Seconds())
			seen.At = &at
		}
		d.Seen = append(d.Seen, seen)
	}
	for _, p := range render.EvidenceOf(a) {
		if link, ok := link(s.Base, p); ok && path.Ext(p) != certification.TraceExt {
			d.Files = append(d.Files, [2]string{strings.TrimPrefix(path.Ext(p), "."), link})
		}
	}
	passed := 0.0
	for i, st := range a.Steps {
		sd := stepData{Text: clean(st.Text), Location: clean(st.Location), Status: clean(st.Status), Message: clean(st.Message), Seconds: number(st.Seconds)}
		switch {
		case t != nil && i < len(t.Steps):
			from, to := number(t.Steps[i].From), number(t.Steps[i].To)
			sd.From, sd.To = &from, &to
			sd.Before, sd.After = place(t.Steps[i].Before, t), place(t.Steps[i].After, t)
		case t == nil && st.Status != "skipped":
			// What lay between the steps is not known: they stand one after the other.
			from := passed
			passed += sd.Seconds
			to := passed
			sd.From, sd.To = &from, &to
		}
		d.Steps = append(d.Steps, sd)
	}
	if t != nil {
		v.traced(d, t)
	}
	return d
}

func (v *view) traced(d *attemptData, t *certification.Trace) {
	text := v.words.text
	// They are kept as they end; one that holds others is told before them.
	waits := slices.SortedStableFunc(slices.Values(t.Waits), func(a, b certification.TraceWait) int { return cmp.Compare(a.From, b.From) })
	for _, w := range waits {
		d.Waits = append(d.Waits, waitData{int(w.Step), text(w.For), number(w.From), number(w.To), number(w.Longest), w.Looks, text(w.Outcome)})
	}
	for _, c := range t.Commands {
		d.Commands = append(d.Commands, commandData{int(c.Step), number(c.From), number(c.To), text(c.Name), text(c.Detail), text(c.Outcome),
			!strings.HasPrefix(c.Outcome, "2"), max(c.Count, 1), number(c.Total), number(c.Most)})
	}
	for _, tree := range t.Trees {
		td := treeData{At: number(tree.At), Lines: []int{}}
		for _, l := range tree.Lines {
			i, n := v.words.line(l), len(td.Lines)
			if n > 0 && td.Lines[n-2]+td.Lines[n-1] == i {
				td.Lines[n-1]++
			} else {
				td.Lines = append(td.Lines, i, 1)
			}
		}
		d.Trees = append(d.Trees, td)
	}
	for _, l := range t.Log {
		at := l.At
		if at != nil {
			n := number(*at)
			at = &n
		}
		d.Log = append(d.Log, logData{at, clean(l.Text)})
	}
	for _, l := range t.LeftOut {
		d.LeftOut = append(d.LeftOut, clean(l))
	}
	for _, p := range t.Pictures {
		id, size, err := v.pictures.add(len(v.blocks), p)
		if err != nil {
			d.LeftOut = append(d.LeftOut, fmt.Sprintf("the picture of %.1f s: %s", number(p.At), err))
			continue
		}
		d.Pictures = append(d.Pictures, shotData{int(p.Step), number(p.At), id, size.X, size.Y})
	}
}

// place is a place in the list of trees; nil for none.
func place(at *int, t *certification.Trace) *int {
	if at == nil || *at < 0 || *at >= len(t.Trees) {
		return nil
	}
	return at
}

// number is a number that JSON can hold.
func number(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return math.Round(f*1000) / 1000
}

// evidencePath is the form of a path that the journal gives to evidence and to
// recorded traffic.
var evidencePath = regexp.MustCompile(`^(?:evidence|wire)/(?:[0-9a-f]{32}/)?[0-9A-Za-z][0-9A-Za-z._-]{0,120}$`)

// link leads from the page to a file of the run's folder; not ok if the path leads
// anywhere else.
func link(base, p string) (string, bool) {
	if !evidencePath.MatchString(p) {
		return "", false
	}
	var segments []string
	for _, s := range strings.Split(path.Join(base, p), "/") {
		segments = append(segments, url.PathEscape(s))
	}
	to := strings.Join(segments, "/")
	if !strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "../") {
		to = "./" + to // so that no first segment reads as a scheme
	}
	return to, true
}
