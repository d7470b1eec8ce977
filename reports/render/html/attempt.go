package html

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/matrix"
)

// attemptView is an attempt as it opens.
type attemptView struct {
	mark
	ID                               string // on the page
	N                                int
	Cause, Code, Message, Hint, Took string
	Facts                            []fact
	Steps                            []stepView
	Findings                         []findingView
	Observations                     []fact
	Decided                          []string // the lines that decided who is to blame
	Shots                            []shot
	Files                            []file
	Trace                            string // link to how it went; "" if there is none
}

type stepView struct{ Class, Letter, Status, Text, Location, Took, Message string }

// shot is a picture in its place; the picture itself is stored once.
type shot struct {
	Picture *picture
	Caption string
	Href    string // of the file as it was taken
}

// file is evidence that is no picture, or a picture that could not be taken in.
type file struct{ Text, Href, Reason string }

// mostDetailed bounds the attempts that are shown with their steps. Beyond it a
// page would be too large to open; what went wrong comes first in each case.
const mostDetailed = 1000

func (b *builder) attempt(id, caseID string, a matrix.Attempt) attemptView {
	v := attemptView{mark: markOf(a.Verdict), ID: id, N: a.N, Cause: words(string(a.Cause)), Code: clean(string(a.Code)),
		Message: clean(a.Message), Hint: clean(a.Hint), Took: span(a.FinishedUTC.Sub(a.StartedUTC))}
	if a.Verdict == certification.Passed && a.SetupTime != nil {
		v.Message = "set up in " + seconds(a.SetupTime.Value)
	}
	v.Facts = append(v.Facts, fact{"Testbed", clean(a.Testbed)}, fact{"Started", moment(a.StartedUTC)})
	if s := a.SetupTime; s != nil {
		v.Facts = append(v.Facts, fact{"Set up", fmt.Sprintf("%.1f s after it got power; not before %.1f s, not after %.1f s", s.Value, s.Lo, s.Hi)})
	}
	for _, p := range a.Phases {
		v.Facts = append(v.Facts, fact{"Phase", clean(p.Name) + ", " + seconds(p.Seconds)})
	}
	for _, line := range a.DecidedBy {
		v.Decided = append(v.Decided, clean(line))
	}
	r := b.recorded[key{caseID, a.Scenario, a.N, a.StartedUTC}]
	if r == nil {
		return v
	}
	if b.whole != nil {
		all, err := b.whole(r.ID)
		if err != nil {
			b.unread = errors.Join(b.unread, err)
			return v
		}
		r = &all
	}
	v.Trace = b.traceLink(r.ID, a.Verdict)
	shown := newEvidence(b)
	shown.add("when the attempt ended", r.Evidence)
	for i, s := range r.Steps {
		v.Steps = append(v.Steps, stepOf(s))
		shown.add(fmt.Sprintf("step %d", i+1), s.Evidence)
	}
	for _, f := range r.Findings {
		v.Findings = append(v.Findings, findingView{clean(string(f.Severity)), clean(f.Rule), clean(f.Message)})
		shown.add(clean(f.Rule), f.Evidence)
	}
	for _, o := range r.Observations {
		at := ""
		if !o.At.IsZero() {
			at = o.At.UTC().Format("15:04:05.0")
		}
		v.Observations = append(v.Observations, fact{at, clean(o.What)})
		shown.add(clean(o.What), o.Evidence)
	}
	v.Shots, v.Files = shown.shots, shown.files
	return v
}

func stepOf(s certification.Step) stepView {
	v := stepView{Status: words(s.Status), Text: clean(s.Text), Location: clean(s.Location), Message: clean(s.Message)}
	switch s.Status {
	case "passed":
		v.Class, v.Letter, v.Took = "s-passed", "✓", seconds(s.Seconds)
	case "skipped":
		v.Class, v.Letter = "s-skipped", "–"
	default:
		v.Class, v.Letter, v.Took = "s-failed", "F", seconds(s.Seconds)
	}
	return v
}

// evidence gathers what an attempt has to show, each file once, with every
// place that refers to it.
type evidence struct {
	b     *builder
	shots []shot
	files []file
	shot  map[string]int
	file  map[string]int
}

func newEvidence(b *builder) *evidence {
	return &evidence{b: b, shot: map[string]int{}, file: map[string]int{}}
}

func (e *evidence) add(place string, paths []string) {
	for _, p := range paths {
		if i, ok := e.shot[p]; ok {
			e.shots[i].Caption += ", " + place
			continue
		}
		if i, ok := e.file[p]; ok {
			e.files[i].Text += ", " + place
			continue
		}
		href, ok := e.b.href(p)
		if !ok {
			e.put(p, file{Text: clean(p) + ", " + place, Reason: "this is no path of an evidence file"})
			continue
		}
		if path.Ext(p) != ".png" && path.Ext(p) != ".jpg" {
			e.put(p, file{Text: kind(p) + ", " + place, Href: href})
			continue
		}
		pic, err := e.b.pictures.get(p)
		if err != nil {
			e.put(p, file{Text: "picture, " + place, Href: href, Reason: clean(err.Error())})
			continue
		}
		e.shot[p] = len(e.shots)
		e.shots = append(e.shots, shot{pic, place, href})
	}
}

func (e *evidence) put(p string, f file) {
	e.file[p] = len(e.files)
	e.files = append(e.files, f)
}

func kind(p string) string {
	switch ext := strings.TrimPrefix(path.Ext(p), "."); ext {
	case "xml":
		return "page source (xml)"
	case "gz":
		return "recorded traffic"
	case "trace":
		return "trace, as data"
	case "txt", "log":
		return "text (" + ext + ")"
	default:
		return "file (" + clean(ext) + ")"
	}
}

// evidencePath is the form of a path that the journal gives to evidence and to
// recorded traffic.
var evidencePath = regexp.MustCompile(`^(?:evidence|wire)/(?:[0-9a-f]{32}/)?[0-9A-Za-z][0-9A-Za-z._-]{0,120}$`)

// href is the link from the page to a file of the run's folder; not ok if the
// path leads anywhere else.
func (b *builder) href(p string) (string, bool) {
	if !evidencePath.MatchString(p) {
		return "", false
	}
	var segments []string
	for _, s := range strings.Split(path.Join(b.base, p), "/") {
		segments = append(segments, url.PathEscape(s))
	}
	link := strings.Join(segments, "/")
	if !strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "../") {
		link = "./" + link // so that no first segment reads as a scheme
	}
	return link, true
}

// notes say what the page leaves out.
func (b *builder) notes() []string {
	var list []string
	if b.bare > 0 {
		list = append(list, fmt.Sprintf("%s are listed without their steps, to keep this page small; the journal of the run has them.", plural(b.bare, "attempt")))
	}
	if n := b.pictures.tooMany; n > 0 {
		list = append(list, plural(n, "picture")+" linked instead of shown, to keep this page small.")
	}
	return list
}
