package steps

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/evidence"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
	"ffscert/steps/checks/consent"
	"ffscert/steps/checks/consent/captures"
)

// recording keeps what a customer sees on the way through Login with Amazon,
// screen by screen, for the rules of the consent audit.
type recording struct {
	capture consent.Capture
	sources [][]byte    // page sources of the screens, masked
	since   []time.Time // when each was seen first
	stage   int         // a page that comes again after an answer is another one
	stages  []int
	names   []string
	gap     bool   // a part of a page could not be recorded
	parts   []int  // of a page that is longer than the screen, which one; from 0
	open    bool   // whether the last screen is still shown
	told    string // why a web page could not be looked into, as it was said last
}

// record begins to record a journey.
func (a *Attempt) record(ctx context.Context, j consent.Journey) error {
	p, err := a.partner()
	if err != nil {
		return err
	}
	pages, err := a.amazon()
	if err != nil {
		return err
	}
	info, err := a.Bed.Phone.Open(ctx)
	if err != nil {
		return err
	}
	d, ok := a.Bed.Phone.(drivers.Diagnostics)
	if !ok {
		return cannot("say which language it speaks")
	}
	settings, err := d.DeviceInfo(ctx)
	if err != nil {
		return err
	}
	if settings.Locale == "" {
		return &certification.Trouble{Code: certification.RigLanguage, Cause: certification.CauseRig,
			Message: "the phone does not say which language it speaks: what it shows cannot be judged", Hint: "see the phone's language settings"}
	}
	a.rec = &recording{capture: consent.Capture{Journey: j, Locale: strings.ReplaceAll(settings.Locale, "_", "-"), Density: float64(info.Density), FontScale: a.fontScale(ctx, d),
		Simulated: info.Simulated, AppName: a.Bed.Declared.AppName, DeclaredScopes: a.Bed.Declared.Scopes, AppPackage: p.Map().Application().Package}}
	p.Watch = func(ctx context.Context, page string) {
		role := consent.Other
		if page == "explain" {
			role = consent.Explain
		}
		a.saw(ctx, role, page)
		if page == "explain" {
			a.left(1) // it is tapped on
		}
	}
	p.Below = func(ctx context.Context, page string) {
		if page == "explain" && a.below(ctx, page) {
			a.left(1)
		}
	}
	pages.Below = func(ctx context.Context, page string) { a.below(ctx, page) }
	whole := func(page string, whole bool) { a.rec.whole(page, whole) }
	p.Whole, pages.Whole = whole, whole
	pages.Watch = func(ctx context.Context, page string) {
		switch page {
		case "consent":
			a.saw(ctx, consent.Consent, page)
		case "sign_in", "code":
			a.saw(ctx, consent.SignIn, page)
			a.left(1)
			a.answered() // a page that refuses what was typed comes again
		default:
			a.saw(ctx, consent.Other, "amazon_"+page)
		}
	}
	return nil
}

// fontScale is how much larger than designed the phone shows letters; 0 if it does
// not tell: most servers carry no command out on the phone.
func (a *Attempt) fontScale(ctx context.Context, d drivers.Diagnostics) float64 {
	out, err := d.Shell(ctx, "settings", "get", "system", "font_scale")
	out = strings.TrimSpace(out)
	if err == nil && out == "null" {
		return 1 // nobody has ever changed it
	}
	scale, wrong := strconv.ParseFloat(out, 64)
	if err == nil && wrong == nil && scale >= consent.SmallestFontScale && scale <= consent.LargestFontScale {
		return scale
	}
	why := "it says " + strconv.Quote(clip(out, 40))
	switch {
	case drivers.NotAllowed(err):
		why = "the Appium server must be started with --allow-insecure=uiautomator2:adb_shell for that"
	case err != nil:
		why = err.Error()
	}
	a.Observe("the phone's font scale is not known: " + why)
	return 0
}

// saw records the screen that is shown now. One that was recorded since the last
// answer takes the place of its earlier picture.
func (a *Attempt) saw(ctx context.Context, role consent.Role, name string) {
	r := a.rec
	if r == nil {
		return
	}
	from := a.Bed.Clock.Now()
	s, source, lacks := a.capture(ctx)
	for _, l := range lacks {
		a.Observe("recording the journey: " + l)
	}
	if s.Tree == nil {
		return
	}
	r.close(from, 0)
	s.Role = role
	if (role == consent.Explain || role == consent.Consent) && act.Scrolls(s.Tree) {
		s.Ends = new(bool) // until its end was seen
	}
	if role == consent.SignIn || role == consent.Consent || strings.HasPrefix(name, "amazon_") {
		a.enterWeb(ctx, &s)
	}
	at := -1
	for i := range r.names {
		if r.names[i] == name && r.stages[i] == r.stage {
			at = i
		}
	}
	if at >= 0 && at == len(r.names)-1 {
		old := r.capture.Screens[at]
		s.File, s.Taps, s.Continues, s.Ends = old.File, old.Taps, old.Continues, old.Ends
		r.capture.Screens[at], r.sources[at], r.open = s, source, true
		return
	}
	for ; at >= 0 && r.names[at] == name && r.stages[at] == r.stage; at-- { // it came again, and others were seen meanwhile
		r.remove(at)
	}
	s.File = strings.ReplaceAll(name, "_", "-")
	r.add(s, source, from, name, 0)
}

func (r *recording) add(s consent.Screen, source []byte, from time.Time, name string, part int) {
	r.capture.Screens, r.sources, r.parts = append(r.capture.Screens, s), append(r.sources, source), append(r.parts, part)
	r.since, r.names, r.stages, r.open = append(r.since, from), append(r.names, name), append(r.stages, r.stage), true
}

func (r *recording) remove(i int) {
	r.parts = slices.Delete(r.parts, i, i+1)
	r.capture.Screens, r.sources = slices.Delete(r.capture.Screens, i, i+1), slices.Delete(r.sources, i, i+1)
	r.since, r.names, r.stages = slices.Delete(r.since, i, i+1), slices.Delete(r.names, i, i+1), slices.Delete(r.stages, i, i+1)
}

// close ends the time of the last screen.
func (r *recording) close(now time.Time, taps int) {
	if !r.open {
		return
	}
	r.open = false
	i := len(r.since) - 1
	dwell := now.Sub(r.since[i]).Seconds()
	r.capture.Screens[i].Dwell, r.capture.Screens[i].Taps = &dwell, &taps
}

// left records that the last screen is left now, with so many taps.
func (a *Attempt) left(taps int) {
	if a.rec != nil {
		a.rec.close(a.Bed.Clock.Now(), taps)
	}
}

// judgedToo judges what was recorded so far where a journey ends with that code,
// which says more exactly than a rule why it does: err stands.
func (a *Attempt) judgedToo(ctx context.Context, err error, code certification.Code) error {
	if broken := a.brokenRule(ctx, err, code); broken != err && certification.TroubleOf(broken).Code != certification.PartnerConsent {
		return broken
	}
	return err
}

// untouched records that nothing was tapped on the last screen after all.
func (a *Attempt) untouched() {
	if r := a.rec; r != nil && len(r.capture.Screens) > 0 {
		r.capture.Screens[len(r.capture.Screens)-1].Taps = new(int)
	}
}

// answered begins another stage: what is seen from now on comes after it.
func (a *Attempt) answered() {
	if a.rec != nil {
		a.rec.stage++
	}
}

// capture takes the page source and the picture of what is shown, without what
// is secret and what tells who the customer is.
func (a *Attempt) capture(ctx context.Context) (s consent.Screen, source []byte, lacks []string) {
	cam := a.Bed.NewCamera(func(name string, data []byte) (string, error) {
		if strings.HasSuffix(name, ".png") {
			s.Picture = data
		} else {
			source = data
		}
		return name, nil
	})
	a.private(cam)
	lacks = cam.Take(ctx, "screen").Lacks
	if len(source) == 0 {
		return s, nil, lacks
	}
	t, err := screen.Parse(string(source))
	if err != nil {
		return s, nil, append(lacks, err.Error())
	}
	s.Tree, s.Context = t, consent.Native
	if len(t.Windows) > 0 {
		s.Package = t.Windows[0].Package
	}
	return s, source, lacks
}

// private makes a camera leave out what tells who the customer is, too.
func (a *Attempt) private(cam *evidence.Camera) {
	if a.Bed.Amazon != nil {
		cam.Secrets = append(cam.Secrets, a.Bed.Amazon.Account.Email)
	}
	if a.Bed.Partner != nil {
		cam.Secrets = append(cam.Secrets, a.Bed.Partner.Account.User)
	}
	cam.Private = func(n *screen.Node) bool {
		return slices.ContainsFunc([]string{n.Text, n.ContentDesc, n.Hint}, func(t string) bool { return consent.Mask(t) != t })
	}
}

// brokenRule is why the journey could not go on, if a journey is recorded: a
// rule that what was recorded breaks, such as that refusing is not there at all.
// Otherwise err stands, and if it has another code.
func (a *Attempt) brokenRule(ctx context.Context, err error, code certification.Code) error {
	if a.rec == nil || certification.TroubleOf(err).Code != code {
		return err
	}
	if broken := a.mustKeepRules(ctx); broken != nil {
		return broken
	}
	return err
}

// staysFor is how long Amazon's consent page is looked at without touching it.
const staysFor = 3 * time.Second

// consentStays makes sure, while a journey is recorded, that Amazon's consent
// page is not taken away from the customer: nobody touches it meanwhile.
func (a *Attempt) consentStays(ctx context.Context) error {
	if a.rec == nil {
		return nil
	}
	if err := drivers.Hold(ctx, a.Bed.Clock, "see whether Amazon's consent page stays", staysFor, a.keepAlive); err != nil {
		return err
	}
	page, err := a.Bed.Amazon.Stays(ctx)
	if err != nil || page == "consent" {
		return err
	}
	if n := len(a.rec.capture.Screens); n > 0 && a.rec.capture.Screens[n-1].Role == consent.Consent {
		a.rec.capture.Screens[n-1].Gone = true
	}
	a.saw(ctx, consent.Other, "instead_of_consent")
	if err := a.mustKeepRules(ctx); err != nil {
		return err
	}
	return &certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseDefinition,
		Message: "Amazon's consent page went away, and nobody had touched it", Hint: "see the picture of what came instead of it"}
}

// afterwards records what the app shows once Amazon's pages were left without a
// permission.
func (a *Attempt) afterwards(ctx context.Context) error {
	if a.rec == nil {
		return nil
	}
	page, err := a.Bed.Partner.Returned(ctx)
	if err != nil {
		return err
	}
	if page == act.Elsewhere {
		a.warn("LWA-FALLBACK", "the partner app did not come back by itself after Amazon's pages")
		if err := a.Bed.Partner.Open(ctx); err != nil {
			return err
		}
	}
	role := consent.Refused
	if page == "own_set_up" {
		role = consent.Fallback
	}
	a.saw(ctx, role, "refused")
	return nil
}

// overlaid is why Amazon's consent page was not dealt with although it is there:
// a rule that is broken by what lies over it. Otherwise err stands.
func (a *Attempt) overlaid(ctx context.Context, err error) error {
	if a.rec == nil || certification.TroubleOf(err).Code != certification.AppUnknownDialog {
		return err
	}
	s, _, _ := a.capture(ctx)
	if s.Tree == nil {
		return err
	}
	if page, perr := a.Bed.Amazon.Page(s.Tree); perr != nil || page != "consent" {
		return err
	}
	a.saw(ctx, consent.Consent, "consent")
	if herr := drivers.Hold(ctx, a.Bed.Clock, "see what lies over Amazon's consent page", staysFor, a.keepAlive); herr != nil {
		return herr
	}
	broken := a.brokenRule(ctx, err, certification.AppUnknownDialog)
	// The page is left, and with it what lies over it: it would be in the way of
	// whatever comes.
	if berr := a.Bed.Phone.Back(ctx); berr != nil {
		a.Observe("leaving Amazon's page: " + berr.Error())
	}
	a.Bed.LookAway()
	return broken
}

// startOwn starts the maker's own set-up. While a journey is recorded, the page
// on which nothing leads there is recorded, too. Whether the app has nothing or
// its screen map does not find it, only a person can tell where a control has no
// words.
func (a *Attempt) startOwn(ctx context.Context) error {
	p, err := a.partner()
	if err != nil {
		return err
	}
	switch err := p.StartOwnSetUp(ctx); {
	case err == nil:
		a.saw(ctx, consent.Fallback, "own_set_up")
		return nil
	case a.rec != nil && certification.TroubleOf(err).Code == certification.AppElementMissing:
		a.saw(ctx, consent.Refused, "no_way_on")
		if s := a.rec.capture.Screens; len(s) == 0 || wordless(s[len(s)-1].Tree) {
			return err
		}
		return a.brokenRule(ctx, err, certification.AppElementMissing)
	default:
		return err
	}
}

// wordless tells whether something on a screen can be tapped that has no words.
func wordless(t *screen.Tree) bool {
	found := false
	t.Each(func(n *screen.Node) bool {
		if n.Displayed && n.Clickable {
			says := false
			t.Each(func(m *screen.Node) bool {
				says = says || n.Has(m) && (m.Text != "" || m.ContentDesc != "")
				return !says
			})
			found = found || !says
		}
		return !found
	})
	return found
}

var auditor = sync.OnceValues(consent.New)

// mustKeepRules keeps what was recorded, judges it, and takes over what the
// rules found.
func (a *Attempt) mustKeepRules(ctx context.Context) error {
	r := a.rec
	if r == nil || len(r.capture.Screens) == 0 {
		return outOfOrder("what the customer saw keeps to the consent rules", "what the customer sees is recorded as the journey …")
	}
	a.left(0)
	a.stopRecording()
	rules, err := auditor()
	if err != nil {
		return err
	}
	for i := range r.capture.Screens {
		s := &r.capture.Screens[i]
		s.File = fmt.Sprintf("%02d-%s", i+1, s.File)
	}
	kept, err := a.keepCapture(r)
	if err != nil {
		return err
	}
	report := rules.Judge(r.capture, consent.Options{})
	a.Observe(fmt.Sprintf("the journey %s was judged by the rule set %s: %s", r.capture.Journey, report.RuleSet, report.Verdict), kept[consentIndex])
	var first *consent.Finding
	for i, f := range report.Findings {
		where := f.Screen
		if where != "" {
			where += ": "
		}
		finding := certification.Finding{Rule: f.Rule, Severity: f.Severity, Message: clip(where+f.Message, longestText), Evidence: []string{}}
		for _, name := range f.Evidence {
			if path, ok := kept[name]; ok {
				finding.Evidence = append(finding.Evidence, path)
			}
		}
		a.Findings = append(a.Findings, finding)
		if f.Severity == certification.SeverityFail && first == nil {
			first = &report.Findings[i]
		}
	}
	for _, rule := range report.Rules {
		if rule.Outcome == consent.NotRun && rule.Required {
			a.review(rule.ID, NotJudged+rule.Why, kept[consentIndex])
		}
	}
	if first != nil {
		return &certification.Trouble{Code: certification.PartnerConsent, Cause: certification.CausePartnerApp,
			Message: fmt.Sprintf("%s on the journey %s: %s", first.Rule, r.capture.Journey, first.Message),
			Hint:    "see the findings and the pictures; `ffscert consent audit --capture` judges the folder of " + kept[consentIndex] + " again"}
	}
	return nil
}

// NotJudged begins the message of a finding that says which rule could not be
// judged: nobody is to blame for that but the rig.
const NotJudged = "could not be judged: "

const consentIndex = captures.Index

// keepCapture writes the capture into the evidence, in a folder of its own, and
// returns the paths by the names of its files.
func (a *Attempt) keepCapture(r *recording) (map[string]string, error) {
	files, err := captures.Files(r.capture, func(i int) []byte { return r.sources[i] })
	if err != nil || a.Save == nil {
		return nil, err
	}
	sum := sha256.New()
	for _, f := range files {
		fmt.Fprintf(sum, "%s %d\n", f.Name, len(f.Data))
		sum.Write(f.Data)
	}
	folder := hex.EncodeToString(sum.Sum(nil))[:32]
	kept := map[string]string{}
	for _, f := range files {
		path, err := a.save(folder+"/"+f.Name, f.Data)
		if err != nil {
			return nil, err
		}
		kept[f.Name] = path
	}
	return kept, nil
}

func (a *Attempt) stopRecording() {
	a.rec = nil
	if a.Bed.Partner != nil {
		a.Bed.Partner.Watch, a.Bed.Partner.Below, a.Bed.Partner.Whole = nil, nil, nil
	}
	if a.Bed.Amazon != nil {
		a.Bed.Amazon.Watch, a.Bed.Amazon.Below, a.Bed.Amazon.Whole = nil, nil, nil
	}
}
