package suite_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/apps/partner"
	"ffscert/drivers/screen"
	"ffscert/drivers/testbed"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/steps/suite"
)

// once stops a run after its first attempt, also if that was blocked.
type once struct{ stop context.CancelFunc }

func (once) Stopped(string, certification.Attempt, string) {}

func (once) Began(string, certification.AttemptID, int)   {}
func (once) Waiting(string, string, time.Duration) func() { return func() {} }
func (o once) Ended(bed string, at certification.Attempt) { o.stop() }

// carry makes one attempt of a scenario with these sentences.
func (l lab) carry(t testing.TB, sentences ...string) certification.Attempt {
	t.Helper()
	text := "Feature: f\n  Scenario: s\n"
	for _, s := range sentences {
		text += "    * " + s + "\n"
	}
	all, problems := suite.Parse("own.feature", []byte(text))
	require.Empty(t, suite.Errors(problems))
	plan := certification.Plan{ID: "p", Protocol: "mss-wifi", Name: "p", Version: "1", Cases: []certification.Case{
		{ID: "A", Criterion: certification.Criterion{Kind: certification.All, Attempts: 1}}}}
	jobs, err := suite.Select(plan, all, suite.Selection{}, nil)
	require.NoError(t, err)
	j, err := journal.Create(t.Context(), t.TempDir(), journal.Header{Created: time.Now().UTC(), Plan: plan, ToolVersion: "test",
		Product: journal.Product{DeviceName: l.bed.Names.Device}, Scopes: suite.Scopes(jobs)})
	require.NoError(t, err)
	defer j.Close()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	require.ErrorIs(t, (&suite.Run{Jobs: jobs, Beds: []*testbed.Testbed{l.bed}, Journal: j, Listener: once{stop}}).Do(ctx), context.Canceled)
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	require.Len(t, rec.Attempts, 1)
	return rec.Attempts[0]
}

// What does not hold is not passed, and is blamed on whoever it is.
func TestNamedSentencesThatDoNotHold(t *testing.T) {
	l := newLab(t, 1, world.Defaults(), handset.NoProfile())
	for _, c := range []struct {
		sentences []string
		verdict   certification.Verdict
		cause     certification.Cause
		code      certification.Code
		says      string
	}{
		{[]string{`the Alexa app shows "First pluk"`}, certification.Blocked, certification.CauseRig, certification.AppElementMissing, `does not show "First pluk"`},
		{[]string{`the Alexa app shows "first plug"`}, certification.Blocked, certification.CauseRig, certification.AppElementMissing, ``},
		{[]string{`the Alexa app shows "First light"`}, certification.Blocked, certification.CauseRig, certification.AppElementMissing, ``},
		{[]string{`the Alexa app does not show "First plug"`}, certification.Blocked, certification.CauseRig, certification.RigLeftover, ``},
		{[]string{"the Alexa app shows these devices\n      | name |\n      | First plug |\n      | Nobody |"}, certification.Blocked, certification.CauseRig, certification.AppElementMissing, `"Nobody"`},
		{[]string{`I delete "Second plug" in the Alexa app`}, certification.Blocked, certification.CauseDefinition, certification.DefNames, `only the device under test`},
		{[]string{`the Alexa app is on its "home" page`}, certification.Blocked, certification.CauseAlexaApp, certification.AppElementMissing, `shows "devices"`},
		{[]string{`the Alexa app has "edit" on its "device" page`}, certification.Blocked, certification.CauseAlexaApp, certification.AppElementMissing, ``},
		{[]string{`the Alexa app shows the text "No such words"`}, certification.Blocked, certification.CauseAlexaApp, certification.AppElementMissing, ``},
		{[]string{`the Alexa app shows the text "First plu"`}, certification.Blocked, certification.CauseAlexaApp, certification.AppElementMissing, ``},
		{[]string{`I open "First plug" in the Alexa app`, `the Alexa app does not show the text "First plug"`}, certification.Blocked, certification.CauseAlexaApp, certification.AppElementMissing, ``},
		{[]string{`the partner app is on its "home" page`}, certification.Blocked, certification.CauseDefinition, certification.AppNotInForeground, `not in front`},
		{[]string{`the partner app does not show the text "x"`}, certification.Blocked, certification.CauseDefinition, certification.AppNotInForeground, ``},
		{[]string{`I open the list of devices in the partner app`, `the partner app is on its "account" page`}, certification.Failed, certification.CausePartnerApp, certification.PartnerPage, `shows "home"`},
		{[]string{`I open the list of devices in the partner app`, `the partner app shows the text "Nonsense"`}, certification.Failed, certification.CausePartnerApp, certification.PartnerText, ``},
		{[]string{`I open the list of devices in the partner app`, `the partner app does not show the text "Add device"`}, certification.Failed, certification.CausePartnerApp, certification.PartnerText, ``},
		{[]string{`I open the list of devices in the partner app`, `I tap "unlink" on the "account" page of the partner app`}, certification.Blocked, certification.CauseDefinition, certification.AppUnknownScreen, ``},
		{[]string{`the phone's language is "de"`}, certification.Blocked, certification.CauseRig, certification.RigLanguage, `en-US, not de`},
		{[]string{`I press the home key`, `the Alexa app is on its "devices" page`}, certification.Blocked, certification.CauseAlexaApp, certification.AppNotInForeground, ``},
		{[]string{`Amazon's page shows the text "Allow"`}, certification.Blocked, certification.CauseDefinition, certification.AppNotInForeground, ``},
	} {
		a := l.carry(t, c.sentences...)
		require.Equal(t, c.verdict, a.Verdict, "%v: %s", c.sentences, a.Message)
		require.Equal(t, c.cause, a.Cause, "%v: %s", c.sentences, a.Message)
		require.Equal(t, c.code, a.Code, "%v: %s", c.sentences, a.Message)
		require.Contains(t, a.Message, c.says)
	}
	require.NotContains(t, l.events.all(), "removed", "nothing was deleted")
}

// An element that is what deletes a device is not touched, whatever a map of the
// user's calls it.
func TestGuardedElementsAreNotTouchedUnderAnotherName(t *testing.T) {
	l := newLab(t, 1, world.Defaults(), handset.NoProfile())
	text, err := os.ReadFile("../../drivers/screen/maps/partner-demo.yaml")
	require.NoError(t, err)
	own := strings.Replace(string(text), "  home:\n    title: list of devices", "  odd:\n    shown_by: [go_on]\n    elements:\n      go_on:\n        locators:\n          - {id: \"com.example.lumen:id/remove\"}\n\n  home:\n    title: list of devices", 1)
	m, err := screen.LoadMap("own.yaml", []byte(own))
	require.NoError(t, err)
	account := l.bed.Partner.Account
	l.bed.Partner = partner.New(l.phone, l.bed.Clock, m)
	l.bed.Partner.Account = account
	a := l.carry(t, "the device is switched off", "I switch the device on", "the Alexa app shows the device by its exact name within 300 seconds",
		"the partner app shows the device within 60 seconds", "the partner app says that the device is online",
		`the partner app is on its "odd" page`, `I tap "go on" on the "odd" page of the partner app`)
	require.Equal(t, certification.Blocked, a.Verdict, a.Message)
	require.Equal(t, certification.DefNames, a.Code, a.Message)
	require.Contains(t, a.Message, "odd.go_on is device.remove")
}

// person answers questions.
type person struct {
	answer drivers.Answer
	err    error
	asked  []drivers.Question
}

func (p *person) Ask(_ context.Context, q drivers.Question) (drivers.Answer, error) {
	p.asked = append(p.asked, q)
	return p.answer, p.err
}

// What a person decides passes by their yes alone.
func TestOperatorDecides(t *testing.T) {
	l := newLab(t, 1, world.Defaults(), handset.NoProfile())
	ask := `I ask the operator "Is the \"light\" on?"`
	do := "the operator does what is written below\n      \"\"\"\n      Press it\n        twice.\n      \"\"\""
	for _, c := range []struct {
		sentence string
		person   *person
		verdict  certification.Verdict
		cause    certification.Cause
		code     certification.Code
	}{
		{ask, nil, certification.Review, certification.CauseRig, ""},
		{ask, &person{err: drivers.ErrNobody}, certification.Review, certification.CauseRig, ""},
		{ask, &person{answer: drivers.Answer{Skipped: true}}, certification.Review, certification.CauseRig, ""},
		{ask, &person{answer: drivers.Answer{Yes: true}}, certification.Passed, "", ""},
		{ask, &person{answer: drivers.Answer{Blame: drivers.BlameProduct, Note: "dark"}}, certification.Failed, certification.CauseProduct, certification.ProductByOperator},
		{ask, &person{answer: drivers.Answer{Blame: drivers.BlamePartnerApp}}, certification.Failed, certification.CausePartnerApp, certification.PartnerByOperator},
		{ask, &person{answer: drivers.Answer{Blame: drivers.BlameOther}}, certification.Blocked, certification.CauseRig, certification.RigByOperator},
		{ask, &person{answer: drivers.Answer{}}, certification.Blocked, certification.CauseRig, certification.RigByOperator},
		{do, nil, certification.Blocked, certification.CauseRig, certification.RigNobody},
		{do, &person{answer: drivers.Answer{Yes: true}}, certification.Passed, "", ""},
		{do, &person{answer: drivers.Answer{Note: "stuck"}}, certification.Blocked, certification.CauseRig, certification.RigByOperator},
		{"the package shows its outer barcode with proper contrast", &person{answer: drivers.Answer{Yes: true}}, certification.Review, certification.CauseDefinition, ""},
		{"the box holds the inner barcode", nil, certification.Review, certification.CauseDefinition, ""},
	} {
		l.bed.Operator = nil
		if c.person != nil {
			l.bed.Operator = c.person
		}
		a := l.carry(t, c.sentence)
		require.Equal(t, c.verdict, a.Verdict, "%s %+v: %s", c.sentence, c.person, a.Message)
		require.Equal(t, c.cause, a.Cause, a.Message)
		require.Equal(t, c.code, a.Code, a.Message)
		require.Equal(t, c.verdict, matrix.Judge(a).Verdict)
		if c.person != nil && len(c.person.asked) > 0 {
			q := c.person.asked[0]
			require.Equal(t, map[bool]string{false: `Is the "light" on?`, true: "Press it\n  twice."}[q.Request], q.Text)
			require.Equal(t, l.bed.Name, q.Testbed)
		}
		if c.sentence == ask {
			kept := append([]string{}, a.Evidence...)
			for _, s := range a.Steps {
				kept = append(kept, s.Evidence...)
			}
			require.NotEmpty(t, kept, "the picture of what was asked about")
		}
	}
}

// A wait is a wait on the testbed's clock, and says why.
func TestWaitBecause(t *testing.T) {
	l := newLab(t, 1, world.Defaults(), handset.NoProfile())
	a := l.carry(t, `I wait 3600 seconds because "an hour is \"long\""`)
	require.Equal(t, certification.Passed, a.Verdict, a.Message)
	require.Equal(t, "waited: an hour is \"long\"", a.Phases[0].Name)
	require.InDelta(t, 3600, a.Phases[0].Seconds, 1)
}

// Devices of every kind of name can be meant.
func TestOddNamesInSentences(t *testing.T) {
	for _, name := range []string{`O'Brien's "best" lamp`, "灯 🙂 ランプ", "مصباح", `a\b|c<d>`} {
		w := world.Defaults()
		w.Device.Name = name
		l := newLab(t, 1, w, handset.NoProfile())
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name)
		cell := strings.NewReplacer(`\`, `\\`, `|`, `\|`).Replace(name)
		a := l.carry(t, "the device is switched off", "I switch the device on", "the Alexa app shows the device by its exact name within 300 seconds",
			fmt.Sprintf("the Alexa app shows \"%s\"", quoted), fmt.Sprintf("the Alexa app says that \"%s\" is responsive", quoted),
			"the Alexa app shows these devices\n      | "+cell+" |", fmt.Sprintf("I delete \"%s\" in the Alexa app", quoted),
			fmt.Sprintf("the Alexa app does not show \"%s\"", quoted))
		require.Equal(t, certification.Passed, a.Verdict, "%s: %s", name, a.Message)
	}
}
