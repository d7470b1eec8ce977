package messages

import (
	"encoding/base64"
	"path"
	"strings"
	"time"

	"github.com/cucumber/messages/go/v21"

	"ffscert/reports/matrix"
	"ffscert/reports/render/safe"
)

// part is how many scenarios one feature file holds at most: a reader has to
// keep a file in memory as a whole.
const part = 2000

// feature writes a feature with its scenarios, and what came of them.
func (p *writer) feature(f feature) {
	list := f.attempts
	for first := true; first || len(list) > 0; first = false {
		n := min(len(list), part)
		p.file(f, list[:n], first)
		list = list[n:]
		f.uri += "+"
	}
}

// file writes one feature file: its source, its syntax tree, its pickles, and
// the results.
func (p *writer) file(f feature, rows []matrix.Attempt, first bool) {
	g := &gherkin{writer: p, uri: clean(f.uri)}
	g.begin(f)
	var all []scenario
	if first {
		all = append(all, f.verdictScenario())
	}
	for i := range rows {
		a, err := p.find.Whole(f.caseID, &rows[i])
		if err != nil && p.err == nil {
			p.err = err
			return
		}
		all = append(all, attemptScenario(&rows[i], &a))
	}
	var pickles []*messages.Pickle
	for i := range all {
		pickles = append(pickles, g.scenario(&all[i], f.tags))
	}
	p.put(messages.Envelope{Source: &messages.Source{Uri: g.uri, Data: g.text.String(), MediaType: messages.SourceMediaType_TEXT_X_CUCUMBER_GHERKIN_PLAIN}})
	p.put(messages.Envelope{GherkinDocument: &messages.GherkinDocument{Uri: g.uri, Feature: g.feature, Comments: []*messages.Comment{}}})
	for _, k := range pickles {
		p.put(messages.Envelope{Pickle: k})
	}
	for i := range all {
		p.result(&all[i], pickles[i])
	}
}

// gherkin builds a feature file line by line.
type gherkin struct {
	*writer
	uri     string
	text    strings.Builder
	line    int64
	feature *messages.Feature
}

func (g *gherkin) add(s string) *messages.Location {
	g.line++
	g.text.WriteString(s + "\n")
	return &messages.Location{Line: g.line, Column: int64(len(s)-len(strings.TrimLeft(s, " "))) + 1}
}

func (g *gherkin) tags(indent string, names []string) []*messages.Tag {
	list := []*messages.Tag{}
	if len(names) == 0 {
		return list
	}
	at := g.add(indent + strings.Join(names, " "))
	for _, n := range names {
		list = append(list, &messages.Tag{Location: at, Name: n, Id: g.id()})
	}
	return list
}

func (g *gherkin) begin(f feature) {
	tags := g.tags("", f.tags)
	at := g.add("Feature: " + clean(f.name))
	var lines []string
	for _, d := range f.description {
		if d = plain(d); d != "" {
			g.add("  " + d)
			lines = append(lines, "  "+d)
		}
	}
	g.feature = &messages.Feature{Location: at, Tags: tags, Language: "en", Keyword: "Feature", Name: clean(f.name), Description: strings.Join(lines, "\n"), Children: []*messages.FeatureChild{}}
}

// plain is a line of a description, which is read as Markdown and must not look
// like Gherkin.
func plain(s string) string {
	s = safe.Markdown(s, longest)
	for _, k := range []string{"Feature:", "Rule:", "Background:", "Scenario", "Example", `"""`} {
		if strings.HasPrefix(s, k) {
			return "\u200b" + s
		}
	}
	return s
}

func (g *gherkin) scenario(s *scenario, inherited []string) *messages.Pickle {
	g.add("")
	tags := g.tags("  ", s.tags)
	name := clean(s.name)
	sc := &messages.Scenario{Id: g.id(), Location: g.add("  Scenario: " + name), Tags: tags, Keyword: "Scenario", Name: name, Steps: []*messages.Step{}, Examples: []*messages.Examples{}}
	k := &messages.Pickle{Id: g.id(), Uri: g.uri, Name: name, Language: "en", AstNodeIds: []string{sc.Id}, Steps: []*messages.PickleStep{}, Tags: []*messages.PickleTag{}}
	for _, t := range g.feature.Tags {
		k.Tags = append(k.Tags, &messages.PickleTag{Name: t.Name, AstNodeId: t.Id})
	}
	for _, t := range tags {
		k.Tags = append(k.Tags, &messages.PickleTag{Name: t.Name, AstNodeId: t.Id})
	}
	for i := range s.steps {
		text := clean(s.steps[i].text)
		st := &messages.Step{Id: g.id(), Location: g.add("    * " + text), Keyword: "* ", KeywordType: messages.StepKeywordType_UNKNOWN, Text: text}
		sc.Steps = append(sc.Steps, st)
		k.Steps = append(k.Steps, &messages.PickleStep{Id: g.id(), Text: text, AstNodeIds: []string{st.Id}, Type: messages.PickleStepType_UNKNOWN})
	}
	g.feature.Children = append(g.feature.Children, &messages.FeatureChild{Scenario: sc})
	return k
}

// result writes what came of a scenario.
func (p *writer) result(s *scenario, k *messages.Pickle) {
	ended := p.ended
	began := ended
	if s.attempt != nil {
		began, ended = s.attempt.Started, s.attempt.Finished
	}
	c := &messages.TestCase{Id: p.id(), PickleId: k.Id}
	for _, st := range k.Steps {
		c.TestSteps = append(c.TestSteps, &messages.TestStep{Id: p.id(), PickleStepId: st.Id, StepDefinitionIds: []string{}, StepMatchArgumentsLists: []*messages.StepMatchArgumentsList{}})
	}
	p.put(messages.Envelope{TestCase: c})
	started := p.id()
	p.put(messages.Envelope{TestCaseStarted: &messages.TestCaseStarted{Id: started, TestCaseId: c.Id, Timestamp: stamp(began)}})
	at := began
	for i := range s.steps {
		st, id := &s.steps[i], c.TestSteps[i].Id
		p.put(messages.Envelope{TestStepStarted: &messages.TestStepStarted{TestCaseStartedId: started, TestStepId: id, Timestamp: stamp(at)}})
		var lines []string
		for _, l := range st.lines {
			lines = append(lines, clean(l))
		}
		shown := map[string]bool{}
		for _, e := range st.evidence {
			if !shown[e] {
				shown[e] = true
				if note := p.evidence(started, id, e); note != "" {
					lines = append(lines, clean(note))
				}
			}
		}
		if len(lines) > 0 {
			p.attach(started, id, messages.Attachment{Body: strings.Join(lines, "\n"), MediaType: "text/x.cucumber.log+plain", ContentEncoding: messages.AttachmentContentEncoding_IDENTITY})
		}
		if d := time.Duration(min(max(st.seconds, 0), 1e9) * 1e9); at.Add(d).Before(ended) {
			at = at.Add(d)
		} else {
			at = ended
		}
		p.put(messages.Envelope{TestStepFinished: &messages.TestStepFinished{TestCaseStartedId: started, TestStepId: id, Timestamp: stamp(at),
			TestStepResult: &messages.TestStepResult{Status: st.status, Duration: duration(st.seconds), Message: clean(st.message)}}})
	}
	p.put(messages.Envelope{TestCaseFinished: &messages.TestCaseFinished{TestCaseStartedId: started, Timestamp: stamp(ended)}})
}

func (p *writer) attach(started, stepID string, a messages.Attachment) {
	a.TestCaseStartedId, a.TestStepId = started, stepID
	p.put(messages.Envelope{Attachment: &a})
}

// mostTaken bounds the pictures that are taken in, before they are encoded.
const mostTaken = 32 << 20

// evidence takes a picture in, once. Everything else is named: note says so.
func (p *writer) evidence(started, stepID, file string) (note string) {
	note = "evidence: " + file
	kind := map[string]string{".png": "image/png", ".jpg": "image/jpeg"}[path.Ext(file)]
	if kind == "" || p.attached[file] || p.taken >= mostTaken {
		return note
	}
	data, err := p.source.Evidence(file)
	if err != nil {
		return note + " (it cannot be read)"
	}
	if p.taken+len(data) > mostTaken {
		return note
	}
	p.attached[file] = true
	p.taken += len(data)
	p.attach(started, stepID, messages.Attachment{Body: base64.StdEncoding.EncodeToString(data), MediaType: kind, ContentEncoding: messages.AttachmentContentEncoding_BASE64, FileName: path.Base(file)})
	return ""
}
