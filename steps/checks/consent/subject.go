package consent

import (
	"fmt"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"ffscert/drivers"
)

// subject is a capture with what several rules want to know about it.
type subject struct {
	a        *Auditor
	c        Capture
	o        Options
	language string
	pack     *pack   // of the capture's language; nil if there is none
	packs    []*pack // to find controls with: the language's own first
	views    []*view
	consent  []*view      // the consent pages, each part a screen of its own
	pages    []*wholePage // the consent pages, with all their parts
	first    int          // the first of Amazon's pages; -1 if there is none
	last     int          // the last of them
	request  url.Values
	badURL   error
}

func newSubject(a *Auditor, c Capture, o Options) *subject {
	s := &subject{a: a, c: c, o: o, language: languageOf(c.Locale), first: -1, last: -1}
	if s.pack = a.packs[s.language]; s.pack != nil {
		s.packs = append(s.packs, s.pack)
	}
	for _, code := range append([]string{"en"}, a.languages...) {
		if p := a.packs[code]; p != s.pack && (len(s.packs) == 0 || p != s.packs[len(s.packs)-1]) {
			s.packs = append(s.packs, p)
		}
	}
	for i := range c.Screens {
		v := newView(s, &c.Screens[i], i)
		s.views = append(s.views, v)
		if v.amazon {
			if s.first < 0 {
				s.first = i
			}
			s.last = i
		}
		if v.Role == Consent {
			s.consent = append(s.consent, v)
		}
	}
	s.joinParts()
	s.parseURL()
	return s
}

// measure measures the pictures of all screens, as many at a time as there are
// processors: most of the time of a judgement goes into unpacking them.
func (s *subject) measure() {
	var all sync.WaitGroup
	places := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, v := range s.views {
		places <- struct{}{}
		all.Go(func() {
			v.measured()
			<-places
		})
	}
	all.Wait()
}

// parseURL reads the parameters of the request.
func (s *subject) parseURL() {
	if s.c.RequestedURL == "" {
		return
	}
	u, err := url.Parse(s.c.RequestedURL)
	if err != nil {
		s.badURL = fmt.Errorf("the requested URL cannot be read: %w", err)
		return
	}
	if s.request, err = url.ParseQuery(u.RawQuery); err != nil {
		s.badURL = fmt.Errorf("the parameters of the requested URL cannot be read: %w", err)
	}
}

// own tells whether a screen is the partner app's.
func (s *subject) own(v *view) bool { return !v.amazon && v.Package == s.c.AppPackage }

// before are the app's screens before Amazon's pages; all of them, if Amazon
// has none.
func (s *subject) before() []*view {
	var views []*view
	for i, v := range s.views {
		if s.own(v) && (s.first < 0 || i < s.first) && v.Role != Refused && v.Role != Fallback {
			views = append(views, v)
		}
	}
	return views
}

// after are the screens after Amazon's pages; without any, those after the
// explanation or from the refusal on.
func (s *subject) after() []*view {
	if s.first >= 0 {
		return s.views[s.last+1:]
	}
	for i, v := range s.views {
		if v.Role == Refused || v.Role == Fallback {
			return s.views[i:]
		}
	}
	return nil
}

// anyPack tells whether one of the packs says so, the language's own first.
func (s *subject) anyPack(f func(*pack) bool) bool {
	for _, p := range s.packs {
		if f(p) {
			return true
		}
	}
	return false
}

// refuses tells whether a label in normal form refuses; allows, that it allows.
func (s *subject) refuses(l string) bool {
	l = s.withoutApp(l)
	return l != "" && s.anyPack(func(p *pack) bool { return p.Refuse.whole(l) })
}

func (s *subject) allows(l string) bool {
	l = s.withoutApp(l)
	return l != "" && s.anyPack(func(p *pack) bool { return p.Allow.whole(l) })
}

// withoutApp takes the app's name out of a label.
func (s *subject) withoutApp(l string) string {
	if name := normal(s.c.AppName); name != "" {
		l = label(strings.ReplaceAll(l, name, ""))
	}
	return l
}

// density is dots per inch divided by 160; 0 if unknown.
func (s *subject) density() float64 {
	if s.c.Density > 10 {
		return s.c.Density / 160
	}
	return s.c.Density
}

// judgement collects what a rule says.
type judgement struct {
	rule     rule
	subject  *subject
	findings []Finding
	worst    Outcome
	reasons  []string // why it passed
	missing  []string // why it could not be judged
	judged   bool
}

// find records a finding.
func (j *judgement) find(o Outcome, v *view, at drivers.Rect, format string, args ...any) {
	f := Finding{Rule: j.rule.ID, Severity: o.severity(), Message: fmt.Sprintf(format, args...), Bounds: boundsOf(at), Evidence: []string{"capture.json"}}
	if v != nil {
		f.Screen, f.Evidence = v.File, v.evidence()
	}
	if v != nil && v.Continues && slices.ContainsFunc(j.findings, func(o Finding) bool { return o.Message == f.Message }) {
		return // on two parts of a page: one fault is one finding
	}
	const most = 200 // per rule: a screen of a thousand faults is one fault
	if len(j.findings) < most {
		j.findings = append(j.findings, f)
	}
	if o.weight() > j.worst.weight() {
		j.worst = o
	}
	j.judged = true
}

// pass records what was found to be right.
func (j *judgement) pass(format string, args ...any) {
	j.reasons = append(j.reasons, fmt.Sprintf(format, args...))
	j.judged = true
}

// lacks records what could not be judged, and why. It never passes then.
func (j *judgement) lacks(format string, args ...any) {
	j.missing = append(j.missing, fmt.Sprintf(format, args...))
}

func (j *judgement) outcome() Outcome {
	switch {
	case len(j.findings) > 0:
		return j.worst
	case len(j.missing) > 0 || !j.judged:
		return NotRun
	}
	return Pass
}

func (j *judgement) why() string {
	switch j.outcome() {
	case Pass:
		return strings.Join(j.reasons, "; ")
	case NotRun:
		if len(j.missing) == 0 {
			return "there was nothing to judge"
		}
		return strings.Join(j.missing, "; ")
	}
	for _, f := range j.findings {
		if f.Severity == j.worst.severity() {
			if n := len(j.findings); n > 1 {
				return fmt.Sprintf("%s (and %d more)", f.Message, n-1)
			}
			return f.Message
		}
	}
	return ""
}

// quote shows foreign text in a message: short, in one line.
func quote(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	const most = 80
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return "“" + s + "”"
}
