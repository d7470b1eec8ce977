package consent

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"ffscert/drivers"
)

// choice is the two answers of a consent page.
type choice struct {
	allow, refuse *control
	// byPlace says that the refusal was recognised only because nothing else is
	// left that could be it.
	byPlace bool
}

// choice finds the two answers among the controls of a page: by their words,
// the language's own first; what is left of the buttons is the missing one.
func (v *view) choice() choice {
	s := v.subject
	var ch choice
	var left []*control
	var unclear *control
	for i := range v.controls {
		c := &v.controls[i]
		l := s.withoutApp(label(c.label))
		if l == "" || c.node != nil && (c.node.Checkable || kind(c.node) == "EditText" || !c.node.Enabled) {
			continue
		}
		unclearWords := s.anyPackNear(func(p *pack) bool {
			return p.Unclear.DoubleNegative.in(l) || p.Unclear.Shaming.in(l) || p.Unclear.Postponing.in(l)
		})
		switch {
		case s.anyPack(func(p *pack) bool { return p.Refuse.whole(l) }):
			if ch.refuse == nil {
				ch.refuse = c
			}
		case s.anyPack(func(p *pack) bool { return p.Allow.whole(l) }):
			if ch.allow == nil {
				ch.allow = c
			}
		case s.anyPack(func(p *pack) bool { return p.SecondLayer.whole(l) || p.Privacy.in(l) }), emailAddress.MatchString(c.label):
		case unclearWords:
			if unclear == nil {
				unclear = c
			}
		default:
			left = append(left, c)
		}
	}
	if ch.refuse == nil && unclear != nil {
		ch.refuse = unclear
	}
	left = s.byWords(&ch, left)
	s.byPlace(&ch, left)
	return ch
}

// anyPackNear asks the packs of the language and of English only: in others, a
// word may mean something else.
func (s *subject) anyPackNear(f func(*pack) bool) bool { return slices.ContainsFunc(s.nearPacks(), f) }

// byWords recognises longer labels by words in them, and returns the rest.
func (s *subject) byWords(ch *choice, left []*control) []*control {
	return slices.DeleteFunc(left, func(c *control) bool {
		l := s.withoutApp(label(c.label))
		switch {
		case ch.refuse == nil && s.anyPackNear(func(p *pack) bool { return p.Refuse.in(l) }):
			ch.refuse = c
		case ch.allow == nil && s.anyPackNear(func(p *pack) bool { return p.Allow.in(l) }):
			ch.allow = c
		default:
			return false
		}
		return true
	})
}

// byPlace takes what is left for the answer that is missing.
func (s *subject) byPlace(ch *choice, left []*control) {
	var buttons []*control
	for _, c := range left {
		if c.button || c.node != nil && ch.allow != nil && ch.allow.node != nil && c.node.Class == ch.allow.node.Class {
			buttons = append(buttons, c)
		}
	}
	switch {
	case ch.allow == nil && ch.refuse == nil && len(buttons) == 2:
		ch.allow, ch.refuse, ch.byPlace = buttons[0], buttons[1], true
	case ch.allow == nil && len(buttons) > 0:
		ch.allow = buttons[0]
	case ch.refuse == nil && len(buttons) == 1:
		ch.refuse, ch.byPlace = buttons[0], true
	}
}

// judgeRefuse is LWA-REFUSE. Source: EDPB Guidelines 03/2022 on dark patterns,
// and the French CNIL: refusing has to be as easy as accepting.
func judgeRefuse(s *subject, j *judgement) {
	if len(s.consent) == 0 {
		j.lacks("no consent page was recorded")
		return
	}
	page := s.pages[0]
	v := page.first()
	seen := page.controls()
	if len(seen) == 0 && !page.unseen {
		j.lacks("nothing that can be tapped is seen in the page source of %s", v.File)
		return
	}
	ch := page.choice()
	if ch.refuse == nil {
		if page.unseen {
			page.lacks(j, "nothing that is seen of the consent page refuses (%s)", labels(seen))
			return
		}
		for _, p := range s.pages[1:] {
			if p.choice().refuse != nil {
				j.find(Fail, v, drivers.Rect{}, "refusing is only possible one page further on, on %s", p.first().File)
				return
			}
		}
		j.find(Fail, v, drivers.Rect{}, "nothing on the consent page refuses (%s)", labels(seen))
		return
	}
	if s.c.Journey == Refuse {
		taps, known := 0, true
		for _, w := range s.consent {
			known = known && w.Taps != nil
			if w.Taps != nil {
				taps += *w.Taps
			}
		}
		if !known {
			j.lacks("how many taps it took to refuse was not recorded")
			return
		}
		if taps > 1 {
			j.find(Fail, ch.refuse.on, ch.refuse.bounds(), "refusing took %d taps, and allowing takes 1", taps)
			return
		}
	}
	j.pass("%s is on the same page as allowing: one tap", quote(ch.refuse.label))
}

// decimal writes a number with two places.
func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

func labels(controls []control) string {
	var all []string
	for _, c := range controls {
		if l := strings.TrimSpace(c.label); l != "" {
			all = append(all, quote(l))
		}
	}
	if len(all) == 0 {
		return "nothing there has a label"
	}
	return strings.Join(all[:min(len(all), 8)], ", ")
}

// judgeLabel is LWA-LABEL. Source: EDPB Guidelines 03/2022 on dark patterns
// ("emotional steering", "conflicting information").
func judgeLabel(s *subject, j *judgement) {
	if len(s.consent) == 0 {
		j.lacks("no consent page was recorded")
		return
	}
	for i, p := range s.pages {
		ch := p.choice()
		switch {
		case ch.refuse != nil:
			s.judgeLabelOf(j, ch.refuse.on, *ch.refuse)
		case i == 0 && p.unseen:
			p.lacks(j, "nothing on %s refuses", p.first().File)
		case i == 0:
			j.lacks("nothing on %s refuses", p.first().File)
		}
	}
}

func (s *subject) judgeLabelOf(j *judgement, v *view, c control) {
	if s.pack == nil {
		j.lacks("there is no phrase pack for the language of %s", s.c.Locale)
		return
	}
	l := s.withoutApp(label(c.label))
	for _, p := range s.nearPacks() {
		u := &p.Unclear
		switch {
		case p.Refuse.whole(l):
			j.pass("%s is a plain refusal", quote(c.label))
			return
		case u.DoubleNegative.in(l):
			j.find(Review, v, c.bounds(), "the label %s says no twice", quote(c.label))
			return
		case u.Shaming.in(l):
			j.find(Review, v, c.bounds(), "the label %s shames who refuses, or warns of a loss", quote(c.label))
			return
		case u.Postponing.in(l):
			j.find(Review, v, c.bounds(), "the label %s puts the question off, and does not refuse", quote(c.label))
			return
		}
	}
	// What is said in another language is LWA-LOCALE's to find, and no second
	// fault: here it counts what the label says there.
	if other, ok := s.a.foreign(s.withoutNames(c.label), s.language); ok {
		if s.refuses(label(c.label)) {
			j.pass("%s is a plain refusal in %s", quote(c.label), languageName(other))
		} else {
			j.lacks("the label %s is not in %s: whether it is plain cannot be told", quote(c.label), languageName(s.language))
		}
		return
	}
	j.find(Review, v, c.bounds(), "the label %s is none of the plain refusals that the phrase pack for %s knows", quote(c.label), languageName(s.language))
}

// judgeIdentity is LWA-IDENTITY. Source: LWA documentation, consent page: it
// shows the name and the privacy notice of the security profile.
func judgeIdentity(s *subject, j *judgement) {
	if len(s.consent) == 0 {
		j.lacks("no consent page was recorded")
		return
	}
	page := s.pages[0]
	v := page.first()
	switch ok := slices.ContainsFunc(page.views, (*view).name); {
	case s.c.AppName == "":
		j.lacks("the name of the app in the product's profile is not known")
	case len(v.texts) == 0 && (v.dom == nil || len(v.dom.prose) == 0):
		j.lacks("nothing that can be read is in the page source of %s", v.File)
		return
	case !ok && page.unseen:
		page.lacks(j, "what is seen of the consent page does not name the app as the profile does: %s", quote(s.c.AppName))
	case !ok:
		j.find(Fail, v, drivers.Rect{}, "the consent page does not name the app as the profile does: %s", quote(s.c.AppName))
	default:
		j.pass("the page names %s", quote(s.c.AppName))
	}
	for _, w := range s.consent {
		for _, c := range w.controls {
			if l := normal(c.label + " " + strings.Join(c.named, " ")); s.anyPack(func(p *pack) bool { return p.Privacy.in(l) }) {
				j.pass("the privacy notice is reachable (%s)", quote(c.label))
				return
			}
		}
		if w.dom != nil && slices.ContainsFunc(w.dom.links, func(l string) bool {
			return s.anyPack(func(p *pack) bool { return p.Privacy.in(normal(l)) })
		}) {
			j.pass("the privacy notice is a link of the document")
			return
		}
	}
	if page.unseen {
		page.lacks(j, "nothing that is seen of the consent page leads to the privacy notice")
		return
	}
	for _, v := range page.views {
		if s.privacyText(j, v) {
			return
		}
	}
	j.find(Fail, v, drivers.Rect{}, "nothing on the consent page leads to the privacy notice")
}

// privacyText finds a privacy notice that cannot be tapped.
func (s *subject) privacyText(j *judgement, v *view) bool {
	for _, t := range v.texts {
		if says := normal(t.says); len(says) < 60 && s.anyPack(func(p *pack) bool { return p.Privacy.in(says) }) {
			j.find(Fail, v, t.node.Bounds, "%s cannot be tapped: the privacy notice is not reachable", quote(t.says))
			return true
		}
	}
	return false
}

// name finds the app's name in the prose of the page. A longer name that begins
// or ends with it is another name.
func (v *view) name() bool {
	name := v.subject.c.AppName
	for _, t := range v.texts {
		if t.control == nil && namedIn(t.says, name) {
			return true
		}
	}
	if v.readsDocument() {
		for _, says := range v.dom.prose {
			if namedIn(says, name) {
				return true
			}
		}
	}
	return false
}

func namedIn(says, name string) bool {
	if name == "" {
		return false
	}
	says, name = strings.Join(strings.Fields(says), " "), strings.Join(strings.Fields(name), " ")
	for from := 0; ; {
		at := strings.Index(says[from:], name)
		if at < 0 {
			return false
		}
		at += from
		end := at + len(name)
		if border(says, at) && border(says, end) && !goesOn(says[end:]) {
			return true
		}
		from = end
	}
}

// goesOn tells whether the name goes on with what follows: a digit, or a short
// word in capitals, such as Pro or Home in a row of capitalised words.
func goesOn(rest string) bool {
	rest, spaced := strings.CutPrefix(rest, " ")
	if !spaced || rest == "" {
		return false
	}
	word, after, _ := strings.Cut(rest, " ")
	first := []rune(word)[0]
	if unicode.IsDigit(first) {
		return true
	}
	// "Lumen Pro" alone; "Lumen Pro would like to" cannot be told from
	// "Lumen Datenschutz ist", and is given the benefit of the doubt.
	return unicode.IsUpper(first) && after == ""
}
