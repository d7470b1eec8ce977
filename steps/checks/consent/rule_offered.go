package consent

import (
	"strings"

	"ffscert/drivers"
)

// buttonText is the alternative text of Amazon's button (LWA documentation).
const buttonText = "Login with Amazon"

// offers are the controls of a screen that offer Amazon's login, the exact
// button first.
func (v *view) offers() []control {
	var exact, others []control
	for _, c := range v.controls {
		switch {
		case exactButton(c):
			exact = append(exact, c)
		case v.subject.offer(c):
			others = append(others, c)
		}
	}
	return append(exact, others...)
}

func exactButton(c control) bool {
	for _, s := range c.named {
		if strings.Join(strings.Fields(s), " ") == buttonText {
			return true
		}
	}
	return false
}

// offer tells whether a control leads to Amazon's login, whatever its words.
func (s *subject) offer(c control) bool {
	l := label(c.label)
	id := ""
	if c.node != nil {
		id = strings.ToLower(c.node.ResourceID)
	}
	if strings.Contains(id, "login_with_amazon") || strings.Contains(id, "loginwithamazon") {
		return !s.anyPack(func(p *pack) bool { return l != "" && p.LoggedOut.whole(l) })
	}
	if !strings.Contains(l, "amazon") || len(strings.Fields(l)) > 8 {
		return false
	}
	if s.anyPack(func(p *pack) bool {
		return p.LoggedOut.in(l) || p.Privacy.in(l) || p.Meaning.Undo.in(l) || p.SecondLayer.whole(l) || p.Refuse.whole(l)
	}) {
		return false
	}
	return s.anyPack(func(p *pack) bool { return p.Offer.in(l) })
}

// judgeOffered is LWA-OFFERED. Source: Provisionee Certification Guide, "Device
// Details" (the app supports Login with Amazon); LWA documentation, button
// (hidden, or replaced by a log-out, once signed in).
func judgeOffered(s *subject, j *judgement) {
	before := s.before()
	var offered *view
	for _, v := range before {
		if len(v.offers()) > 0 {
			offered = v
			break
		}
	}
	switch {
	case offered != nil && !(s.c.Journey == Returning && s.first < 0):
		j.pass("offered on the screen %s", offered.File)
	case s.c.Journey == Returning && len(before) > 0:
		// The account is linked: nothing has to be offered any more.
	case len(before) == 0 && s.c.Journey != Returning:
		j.lacks("no screen of the app before Amazon's pages was recorded")
		return
	case len(before) > 0:
		last := before[len(before)-1]
		j.find(Fail, last, drivers.Rect{}, "“Login with Amazon” is not offered on any screen of the app before Amazon's pages (%s)", files(before))
		return
	}
	s.stillOffered(j)
}

// stillOffered judges the last screen of the app after the link was made.
func (s *subject) stillOffered(j *judgement) {
	if s.c.Journey.broken() {
		return
	}
	after := s.after()
	switch {
	case s.first < 0 && s.c.Journey.asks():
		j.lacks("the journey did not get as far as Amazon's pages: whether it is gone once linked cannot be told")
		return
	case s.first < 0:
		after = s.views
	}
	var last *view
	for _, v := range after {
		if s.own(v) {
			last = v
		}
	}
	if last == nil {
		if j.judged {
			j.pass("no screen of the app after the link was recorded")
		} else {
			j.lacks("no screen of the app after the link was recorded")
		}
		return
	}
	if offers := last.offers(); len(offers) > 0 {
		j.find(Warn, last, offers[0].bounds(), "the account is linked, and %s is still offered", quote(offers[0].label))
		return
	}
	j.pass("gone on %s, once linked", last.File)
}

func files(views []*view) string {
	var names []string
	for _, v := range views {
		names = append(names, v.File)
	}
	return strings.Join(names, ", ")
}

// judgeButton is LWA-BUTTON. Source: LWA documentation, button guidelines:
// Amazon's own images, unmodified, with the alternative text "Login with Amazon".
func judgeButton(s *subject, j *judgement) {
	var first *view
	var found control
	for _, v := range s.before() {
		for _, c := range v.offers() {
			if exactButton(c) {
				j.pass("the button on %s says “%s”", v.File, buttonText)
				return
			}
			if first == nil {
				first, found = v, c
			}
		}
	}
	if first == nil {
		j.lacks("no button for Amazon's login was found")
		return
	}
	if label(found.label) == "" {
		j.find(Warn, first, found.bounds(), "the button has neither text nor alternative text; it should be “%s”", buttonText)
		return
	}
	j.find(Warn, first, found.bounds(), "the button says %s, not “%s”", quote(found.label), buttonText)
}
