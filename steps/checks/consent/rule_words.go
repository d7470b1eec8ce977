package consent

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ffscert/drivers"
	"ffscert/drivers/screen"
)

// judgeReadable is LWA-READABLE. Source: R. Flesch, "A new readability
// yardstick", Journal of Applied Psychology 32 (1948). It is for English alone:
// the formula holds for no other language.
func judgeReadable(s *subject, j *judgement) {
	if s.language != "en" {
		j.lacks("the formula holds for English, not for %s", languageName(s.language))
		return
	}
	long := 0
	for _, v := range s.views {
		c := count(v.sentences())
		if c.words < 25 {
			continue
		}
		long++
		f := math.Round(c.flesch()*10) / 10
		switch {
		case f < 30:
			j.find(Review, v, drivers.Rect{}, "the text is very hard to read: Flesch %.1f, less than 30", f)
		case f < 60:
			j.find(Warn, v, drivers.Rect{}, "the text is hard to read: Flesch %.1f, less than 60", f)
		}
		if c.longest > 25 {
			j.find(Warn, v, drivers.Rect{}, "a sentence has %d words, more than 25: %s", c.longest, quote(c.longestSays))
		}
		j.pass("%s: Flesch %.1f, longest sentence %d words", v.File, f, c.longest)
	}
	if long == 0 {
		j.pass("no screen has 25 words of prose")
	}
}

// unended is how many words make a text without a sentence's end prose: fewer
// are a heading, an entry of a list or a line such as who is signed in.
const unended = 10

// sentences are the texts of a screen that are prose: they stand outside of
// controls and have a sentence's end, or many words. A text in another language
// is LWA-LOCALE's.
func (v *view) sentences() []string {
	var all []string
	for _, t := range v.texts {
		says := strings.TrimSpace(t.says)
		if t.control != nil || len(strings.Fields(says)) < unended && !strings.ContainsAny(says, ".!?") {
			continue
		}
		if _, ok := v.subject.a.foreign(v.subject.withoutNames(says), v.subject.language); !ok {
			all = append(all, says)
		}
	}
	return all
}

// judgeLocale is LWA-LOCALE. Source: Provisionee Certification Guide, "Device
// Details" (messaging is clear); WCAG 2.2, 3.1.1 and 3.1.2. A text of one or
// two words is judged only if a phrase pack knows it.
func judgeLocale(s *subject, j *judgement) {
	if s.pack == nil {
		j.lacks("there is no phrase pack for the language of %s", s.c.Locale)
		return
	}
	seen := 0
	for _, v := range s.views {
		offers := v.offers()
		for _, t := range v.texts {
			plain := s.withoutNames(t.says)
			if plain == "" || t.control != nil && slices.ContainsFunc(offers, func(c control) bool { return c.node == t.control }) {
				continue // Amazon's button is judged by LWA-BUTTON
			}
			seen++
			if other, ok := s.a.foreign(plain, s.language); ok && !(other == anotherLanguage && titled(t.says)) {
				j.find(Review, v, t.node.Bounds, "%s seems to be in %s; the phone's language is %s", quote(t.says), languageName(other), languageName(s.language))
			}
		}
	}
	if seen == 0 {
		j.lacks("nothing that can be read is in the page sources")
		return
	}
	j.pass("%d texts are in %s, as far as that can be told", seen, languageName(s.language))
}

// withoutNames takes names, brands, addresses and numbers out of a text; what is
// left is empty if there is nothing to be in a language.
func (s *subject) withoutNames(says string) string {
	plain := " " + normal(says) + " "
	for _, name := range append([]string{s.c.AppName}, names()...) {
		if name = normal(name); name == "" {
			continue
		}
		for from := 0; ; {
			at := strings.Index(plain[from:], name)
			if at < 0 {
				break
			}
			at += from
			if border(plain, at) && border(plain, at+len(name)) {
				plain = plain[:at] + " " + plain[at+len(name):]
				from = at + 1
			} else {
				from = at + len(name)
			}
		}
	}
	words := slices.DeleteFunc(strings.Fields(plain), func(w string) bool {
		return strings.Contains(w, "::") || strings.Contains(w, "@") || strings.Contains(w, "://") || strings.Count(w, ".") > 1 || strings.HasPrefix(w, "www.") ||
			!strings.ContainsFunc(w, unicode.IsLetter)
	})
	plain = strings.Join(words, " ")
	letters := 0
	for _, r := range plain {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters < 2 {
		return ""
	}
	return plain
}

// titled tells whether a text looks like a name: few words of Latin letters,
// each with a capital.
func titled(says string) bool {
	words := strings.Fields(says)
	return len(words) <= 4 && !slices.ContainsFunc(words, func(w string) bool {
		r, _ := utf8.DecodeRuneInString(w)
		return !unicode.IsUpper(r) && !unicode.IsDigit(r)
	})
}

// names are names and brands that stand in texts of every language.
func names() []string {
	return []string{buttonText, "Frustration-Free Setup", "Frustration Free Setup", "Amazon.com", "Amazon", "Alexa", "Echo Dot", "Echo Show", "Echo Pop", "Echo Spot", "Echo Studio", "Echo Plus", "Echo Hub", "Echo", "Fire TV", "Google Home", "Apple Home", "Home Assistant", "Wi-Fi", "WiFi", "WLAN", "Bluetooth",
		"Matter", "Zigbee", "Thread", "Android", "Google", "Chrome", "iOS", "QR", "LED", "Skills", "Skill", "Smart Home", "Prime", "Kindle", "Ring", "App"}
}

// judgeClipped is LWA-CLIPPED. Source: WCAG 2.2, 1.4.4 Resize Text; Android
// accessibility guidance on font scale. A capture shows one font scale; both
// are judged by two captures.
func judgeClipped(s *subject, j *judgement) {
	seen := 0
	for _, v := range s.views {
		for _, t := range v.texts {
			n := t.node
			if n.Text == "" && !inWebView(n) || kind(n) == "EditText" || strings.HasPrefix(kind(n), "Image") || v.covered(n) {
				continue
			}
			seen++
			if why := v.cut(t); why != "" {
				j.find(Warn, v, n.Bounds, "%s is cut off: %s", quote(t.says), why+", at "+s.c.scale())
			}
		}
	}
	if seen == 0 {
		j.lacks("no texts are seen in the page sources")
		return
	}
	larger := ""
	if s.c.FontScale < enoughScale {
		larger = fmt.Sprintf("; font scale %.1f takes another capture", enoughScale)
	}
	j.pass("%d texts, at %s%s", seen, s.c.scale(), larger)
}

// enoughScale is how large WCAG 2.2, 1.4.4 wants letters to become; it is also
// Android's largest.
const enoughScale = 2.0

// scale says at which font scale a capture was recorded.
func (c Capture) scale() string {
	if c.FontScale == 0 {
		return "a font scale that is not known"
	}
	text := strconv.FormatFloat(c.FontScale, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return "font scale " + text
}

// smallest is the smallest size of a text that is designed to be read, in sp.
const smallest = 11

// cut says why a text is cut off; "" if nothing shows that it is.
func (v *view) cut(t text) string {
	n, s := t.node, v.subject
	says := strings.TrimSpace(t.says)
	switch {
	case ellipsis(says) && !v.goesOn(says), strings.HasPrefix(says, "…"):
		return "it is ellipsised"
	}
	w := v.Tree.Width
	for _, root := range v.Tree.Windows {
		w = max(w, root.Bounds.X+root.Bounds.Width)
	}
	if b := n.Bounds; v.Tree.Width > 0 && b.X+b.Width > v.Tree.Width+2 || b.X < -2 {
		return "it goes beyond the edge of the screen"
	}
	if p := n.Parent(); p != nil && !inWebView(n) && len(n.Children()) == 0 && !p.Scrollable && !p.Clickable && beyond(n.Bounds, p.Bounds) {
		return "it goes beyond what it stands in"
	}
	d := s.density()
	if d == 0 || v.scrolledOff(n) || len(n.Children()) > 0 || v.tooSmall(t.control, d) {
		return ""
	}
	scale := s.c.FontScale
	if scale == 0 {
		scale = 1
	}
	em := smallest * scale * d
	need := 0.0
	for _, r := range says {
		switch {
		case unspaced(r):
			need += 0.95 * em
		case unicode.IsSpace(r) || strings.ContainsRune("iljtfr.,:;'!|I()", r):
			need += 0.25 * em
		default:
			need += 0.45 * em
		}
	}
	b := n.Bounds
	lines := math.Floor(float64(b.Height)/(1.1*em) + 0.15)
	switch {
	case float64(b.Height) < 0.8*em:
		return fmt.Sprintf("its area is %d px high, less than a line of %d sp", b.Height, smallest)
	case need > max(lines, 1)*float64(b.Width)*1.05:
		return fmt.Sprintf("even with letters of %d sp it does not fit into %d × %d px", smallest, b.Width, b.Height)
	}
	return ""
}

// tooSmall tells whether a control is too small to be tapped, which LWA-TARGET
// says: that its label does not fit either is the same fault.
func (v *view) tooSmall(n *screen.Node, d float64) bool {
	if n == nil {
		return false
	}
	need := v.needs(n)
	return float64(n.Bounds.Width)/d < need.wide-0.5 || float64(n.Bounds.Height)/d < need.high-0.5
}

// goesOn tells whether the dots at the end of a text mean that something is
// under way or that more comes, and not that it is cut off.
func (v *view) goesOn(says string) bool {
	s := v.subject
	if s.anyPack(func(p *pack) bool { return p.SecondLayer.whole(label(says)) }) {
		return true
	}
	if v.Role == Explain || v.Role == Consent {
		return false
	}
	return s.underWay(says)
}

func beyond(in, out drivers.Rect) bool {
	const slack = 4
	return in.X < out.X-slack || in.Y < out.Y-slack || in.X+in.Width > out.X+out.Width+slack || in.Y+in.Height > out.Y+out.Height+slack
}

// Texts are what can be read on each screen of a capture, in reading order, as
// a baseline keeps them: without the customer's e-mail address.
func (a *Auditor) Texts(c Capture) []ScreenTexts {
	var all []ScreenTexts
	for _, v := range newSubject(a, c, Options{}).views {
		all = append(all, ScreenTexts{Screen: v.File, Role: v.Role, Texts: v.lines()})
	}
	return all
}

// ScreenTexts are the texts of one screen.
type ScreenTexts struct {
	Screen string
	Role   Role
	Texts  []string
}

func (v *view) lines() []string {
	var lines []string
	for _, t := range v.texts {
		lines = append(lines, strings.Join(strings.Fields(mask(t.says)), " "))
	}
	return lines
}

// judgeBaseline is LWA-BASELINE. It is ours: a text that was approved once is
// not approved any more after a change.
func judgeBaseline(s *subject, j *judgement) {
	if s.o.Baseline == nil {
		j.lacks("no approved texts are stored (ffscert consent approve stores them)")
		return
	}
	for _, v := range s.views {
		approved, ok := s.o.Baseline.Approved(s.c.Locale, v.File)
		switch now := v.lines(); {
		case !ok:
			j.lacks("no approved texts are stored for %s in %s", v.File, s.c.Locale)
		case !slices.Equal(approved, now):
			d := Diff(approved, now)
			j.find(Review, v, drivers.Rect{}, "the texts are not the approved ones: %s", d.Summary())
		default:
			j.pass("%s as approved", v.File)
		}
	}
}
