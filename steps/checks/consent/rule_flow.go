package consent

import (
	"slices"
	"strings"

	"ffscert/drivers"
)

// amazonViews are Amazon's pages of the journey.
func (s *subject) amazonViews() []*view {
	var views []*view
	for _, v := range s.views {
		if v.amazon {
			views = append(views, v)
		}
	}
	return views
}

// host is what shows one of Amazon's pages. A page in the partner app's own
// window is embedded, whatever is said to be in front.
func (v *view) host() host {
	app := v.subject.c.AppPackage
	if v.front == app || v.Package == app && len(v.above) == 0 {
		return hostEmbedded
	}
	if h := hostOf(v.front, app); h != hostUnknown {
		return h
	}
	if h := hostOf(v.Package, app); h != hostUnknown && v.front == v.Package {
		return h
	}
	return hostUnknown
}

// judgeFlow is LWA-FLOW. Source: LWA documentation for Android (single sign-on
// through the Shopping app, else the system's browser); Alexa's app-to-app
// account linking.
func judgeFlow(s *subject, j *judgement) {
	views := s.amazonViews()
	if len(views) == 0 {
		j.lacks("none of Amazon's pages was recorded")
		return
	}
	seen := map[host]bool{}
	var order []string
	for _, v := range views {
		h := v.host()
		if h == hostUnknown {
			j.find(Review, v, drivers.Rect{}, "the flow is not recognised: Amazon's page is shown by %s, which is no browser that is known, nor Amazon's", quote(v.front))
			continue
		}
		if !seen[h] {
			seen[h] = true
			order = append(order, string(h))
		}
	}
	if len(j.findings) > 0 {
		return
	}
	want := map[Journey]host{SSO: hostShopping, AppToApp: hostAlexa, Browser: hostBrowser}[s.c.Journey]
	if want != hostUnknown && !seen[want] && !seen[hostEmbedded] {
		j.find(Review, views[len(views)-1], drivers.Rect{}, "the journey is %s, but Amazon's pages were shown by %s, not by %s", s.c.Journey, strings.Join(order, " and "), want)
		return
	}
	if s.c.Journey == SSO {
		for _, v := range views {
			if v.Role == SignIn {
				j.find(Review, v, drivers.Rect{}, "the journey is %s, but Amazon asks to sign in on %s: the Shopping app was not signed in", s.c.Journey, v.File)
				return
			}
		}
	}
	j.pass("Amazon's pages are shown by %s", strings.Join(order, " and "))
}

// judgeWebView is LWA-WEBVIEW. Source: LWA documentation, "Risks for Using
// WebView for Mobile Applications"; RFC 8252, section 8.12.
func judgeWebView(s *subject, j *judgement) {
	views := s.amazonViews()
	if len(views) == 0 {
		j.lacks("none of Amazon's pages was recorded")
		return
	}
	for _, v := range views {
		switch h := v.host(); h {
		case hostEmbedded:
			j.find(Fail, v, drivers.Rect{}, "Amazon's page is shown inside the partner app (%s), which could read what is typed", s.c.AppPackage)
		case hostUnknown:
			j.lacks("%s, which shows %s, is no browser that is known, nor Amazon's", quote(v.front), v.File)
		default:
			j.pass("%s is shown by %s", v.File, h)
		}
	}
}

// judgeOverlay is LWA-OVERLAY. Source: Provisionee Certification Guide, "Device
// Details" (the app does not obfuscate the flow); RFC 9700, section 4.16.
func judgeOverlay(s *subject, j *judgement) {
	if len(s.consent) == 0 {
		j.lacks("no consent page was recorded")
		return
	}
	for _, v := range s.amazonViews() {
		for _, n := range v.above {
			j.find(Fail, v, n.Bounds, "something of the partner app (%s) lies over Amazon's page", quote(firstText(n)))
		}
	}
	for _, v := range s.consent {
		switch {
		case v.Dwell == nil:
			j.lacks("how long %s was seen was not recorded", v.File)
		case *v.Dwell <= 0:
			j.find(Fail, v, drivers.Rect{}, "the consent page was seen for %.3g s", *v.Dwell)
		case v == s.consent[len(s.consent)-1] && s.unanswered() && v.at+1 < len(s.views):
			j.find(Fail, v, drivers.Rect{}, "the consent page went away by itself: nobody tapped anything on it")
		default:
			j.pass("nothing over %s, seen for %.3g s", v.File, *v.Dwell)
		}
	}
}

// choice tells whether the customer answers the consent page by a tap.
func (s *subject) choice() bool {
	switch s.c.Journey {
	case Allow, Refuse, SSO, Browser, AppToApp, Revoked:
		return true
	}
	return false
}

// unanswered tells whether the consent page went away by itself, or was left
// without the tap that the journey is about. The latter cannot be told where no
// taps were counted at all.
func (s *subject) unanswered() bool {
	if n := len(s.consent); n > 0 && s.consent[n-1].Gone {
		return true
	}
	counted := false
	for _, v := range s.views {
		counted = counted || v.Taps != nil && *v.Taps > 0
	}
	if !s.choice() || !counted || len(s.consent) == 0 {
		return false
	}
	last := s.consent[len(s.consent)-1]
	return last.Taps != nil && *last.Taps == 0
}

// judgeFallback is LWA-FALLBACK. Source: Provisionee Certification Guide,
// "Device Details": if FFS fails, "your device's existing non-FFS set up flow
// starts up and attempts to set up the device for the customer".
func judgeFallback(s *subject, j *judgement) {
	if !s.c.Journey.broken() {
		j.lacks("the journey %s does not end without a permission", s.c.Journey)
		return
	}
	if s.unanswered() {
		j.lacks("nobody answered the consent page: nothing was refused")
		return
	}
	var end, setup *view
	for _, v := range s.after() {
		if s.own(v) {
			end = v
			if v.Role == Fallback {
				setup = v
			}
		}
	}
	switch {
	case end == nil && s.stuck():
		j.lacks("what lies over Amazon's page kept the journey from going on")
	case end == nil && s.first < 0 && s.c.Journey != Offline:
		j.lacks("the journey did not get as far as Amazon's pages")
	case end == nil:
		last := s.views[len(s.views)-1]
		j.find(Fail, last, drivers.Rect{}, "nothing of the app comes after Amazon's pages: the maker's own set-up is not reachable")
	case setup == nil:
		if c, ok := s.leadsToSetup(end); ok {
			j.lacks("%s on %s may lead to the maker's own set-up; no screen of it was recorded", quote(c.label), end.File)
			return
		}
		j.find(Fail, end, drivers.Rect{}, "the way ends on %s: nothing leads to the maker's own set-up", end.File)
	default:
		s.setupWorks(j, setup)
	}
}

// stuck tells whether the journey ends on a page of Amazon's that something of
// the partner app lies over: that is LWA-OVERLAY's, and what would have come
// afterwards was not seen.
func (s *subject) stuck() bool {
	last := s.views[len(s.views)-1]
	return last.amazon && len(last.above) > 0
}

// leadsToSetup finds a control that leads on without Amazon.
func (s *subject) leadsToSetup(v *view) (control, bool) {
	for _, c := range v.controls {
		l := label(c.label)
		if strings.Contains(l, "amazon") && !s.anyPack(func(p *pack) bool { return p.OwnSetup.in(l) && p.Meaning.DeviceSetup.in(l) }) {
			continue
		}
		if s.anyPack(func(p *pack) bool { return p.OwnSetup.in(l) }) {
			return c, true
		}
	}
	return control{}, false
}

// setupWorks judges a screen of the maker's own set-up: something can be done
// on it or is under way, and it does not say that it fails.
func (s *subject) setupWorks(j *judgement, v *view) {
	for _, t := range v.texts {
		if t.control == nil && s.saysFailure(normal(t.says)) {
			j.find(Fail, v, t.node.Bounds, "the maker's own set-up does not work: %s", quote(t.says))
			return
		}
	}
	if v.busy() {
		j.pass("the maker's own set-up is under way on %s", v.File)
		return
	}
	for _, c := range v.controls {
		l := label(c.label)
		if c.node == nil || !c.node.Enabled || s.anyPack(func(p *pack) bool { return l != "" && p.SecondLayer.whole(l) || p.Refuse.whole(l) }) {
			continue
		}
		if _, amazon := s.onlyAmazon(c); amazon {
			continue
		}
		j.pass("the maker's own set-up is on %s, with %s", v.File, quote(c.label))
		return
	}
	if len(v.controls) == 0 && len(v.texts) > 0 {
		j.lacks("%s shows the maker's own set-up, and nothing that tells whether it works", v.File)
		return
	}
	j.find(Fail, v, drivers.Rect{}, "nothing on %s starts or goes on with the maker's own set-up", v.File)
}

// saysFailure tells whether a sentence of a text in normal form says that the
// set-up fails, in the capture's language or in English.
func (s *subject) saysFailure(text string) bool {
	for sentence := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(".!?。", r) }) {
		if s.pack != nil && s.pack.Condition.in(sentence) {
			continue
		}
		if slices.ContainsFunc(s.nearPacks(), func(p *pack) bool { return p.fails(sentence) }) {
			return true
		}
	}
	return false
}

func (s *subject) onlyAmazon(c control) (string, bool) { return c.label, s.offer(c) || exactButton(c) }
