package consent

import (
	"slices"
	"strings"
	"unicode"

	"ffscert/drivers"
	"ffscert/drivers/screen"
)

// The numbers of WCAG 2.2, 1.4.3. Sizes are in CSS pixels, which are Android's
// dp: 18 pt are 24 px, 14 pt are 18.66 px.
const (
	enough       = 4.5
	enoughLarge  = 3.0
	largeSize    = 24.0
	boldSize     = 18.66
	pictureError = 0.1 // how much lower the contrast measured on a picture may be
)

// painted tells whether a text is letters on the screen that have to be legible:
// not a picture with words in it, not what a field holds, not what is disabled.
func (v *view) painted(t text) bool {
	n := t.node
	if n == nil || n.Text == "" && !inWebView(n) {
		return false
	}
	switch kind(n) {
	case "EditText", "Image", "ImageView", "ImageButton", "WebView", "ProgressBar":
		return false
	}
	if n.Text == "" && (len(n.Children()) > 0 || kind(n) != "View") {
		return false
	}
	if !n.Enabled || t.control != nil && !t.control.Enabled || len([]rune(label(t.says))) < 2 {
		return false
	}
	if t.control != nil && strings.Join(strings.Fields(t.says), " ") == buttonText {
		return false // Amazon's own button is a picture that may not be changed
	}
	return !v.covered(n)
}

func inWebView(n *screen.Node) bool {
	for ; n != nil; n = n.Parent() {
		if kind(n) == "WebView" {
			return true
		}
	}
	return false
}

// covered tells whether a smaller window lies over the window of a node: what is
// below a dialog is hidden or darkened.
func (v *view) covered(n *screen.Node) bool {
	root := n
	for root.Parent() != nil {
		root = root.Parent()
	}
	for _, w := range v.Tree.Windows {
		if w != root && w.Displayed && !systemPackage(packageOf(w)) && area(w.Bounds) > 0 && area(w.Bounds) < area(root.Bounds) && overlaps(w.Bounds, root.Bounds) {
			return !v.amazon || overlaps(w.Bounds, n.Bounds)
		}
	}
	for _, a := range v.above {
		if overlaps(a.Bounds, n.Bounds) {
			return true
		}
	}
	return false
}

// judgeContrast is LWA-CONTRAST. Source: WCAG 2.2, 1.4.3 Contrast (Minimum).
// It measures on the picture; where the document's styles are known, they are
// compared, and are exact. Between 3:1 and 4.5:1 the size decides: large text
// needs less.
func judgeContrast(s *subject, j *judgement) {
	measuredTexts, lowest := 0, 0.0
	for _, v := range s.views {
		m := v.measured()
		styles := v.dom.byText()
		if m.why != "" && len(styles) == 0 {
			j.lacks("%s", m.why)
			continue
		}
		refuse := v.refuseJudgedElsewhere()
		seen := 0
		for _, t := range v.texts {
			if !v.painted(t) || refuse != nil && (t.node == refuse || t.control == refuse) {
				continue
			}
			got := v.contrastOf(t, m, styles)
			if got.ratio == 0 || got.ratio < got.need && (v.cut(t) != "" || v.cutText(t)) {
				continue // of a text that is cut off, only edges may be seen
			}
			seen++
			if lowest == 0 || got.ratio < lowest {
				lowest = got.ratio
			}
			switch {
			case got.ratio+got.error < got.need:
				j.find(Warn, v, t.node.Bounds, "the contrast of %s is %.2f:1 %s, less than %.3g:1", quote(t.says), got.ratio, got.by, got.need)
			case got.doubtful:
				j.lacks("the contrast of %s on %s is %.2f:1, and it cannot be told whether it is large enough for that", quote(t.says), v.File, got.ratio)
			}
		}
		if len(v.texts) == 0 && v.dom != nil {
			seen += s.contrastOfDocument(j, v)
		}
		measuredTexts += seen
		if seen == 0 && len(v.texts) > 0 && m.why != "" {
			j.lacks("%s", m.why)
		}
	}
	switch {
	case measuredTexts > 0:
		j.pass("%d texts measured, the lowest contrast is %.1f:1", measuredTexts, lowest)
	case len(j.missing) == 0:
		j.lacks("no text could be measured")
	}
}

func (s *subject) contrastOfDocument(j *judgement, v *view) int {
	for _, st := range v.dom.styled {
		if r, need := contrast(st.foreground, st.background), st.need(); r < need {
			j.find(Warn, v, drivers.Rect{}, "the contrast of %s is %.2f:1 by its styles, less than %.3g:1", quote(st.says), r, need)
		}
	}
	return len(v.dom.styled)
}

// need is the contrast that a text of known style has to have.
func (st styled) need() float64 {
	if st.size >= largeSize || st.bold && st.size >= boldSize {
		return enoughLarge
	}
	return enough
}

func (d *document) byText() map[string]styled {
	if d == nil {
		return nil
	}
	styles := map[string]styled{}
	for _, st := range d.styled {
		key := normal(st.says)
		if old, ok := styles[key]; !ok || contrast(st.foreground, st.background) < contrast(old.foreground, old.background) {
			styles[key] = st
		}
	}
	return styles
}

// legibility is the contrast of a text.
type legibility struct {
	ratio, need float64
	error       float64 // how much higher it may be in truth
	by          string  // how it was found
	// doubtful says that it is enough for large text only, and that it cannot be
	// told whether the text is large.
	doubtful bool
}

// contrastOf is the contrast of a text. The styles are exact, but do not know
// what lies behind or above: where the picture shows something else, it is
// believed.
func (v *view) contrastOf(t text, m *measures, styles map[string]styled) legibility {
	got := m.of[t.node]
	if st, known := styles[normal(t.says)]; known {
		l := legibility{ratio: contrast(st.foreground, st.background), need: st.need(), by: "by its styles"}
		if got.ratio > 0 && (got.ratio > l.ratio*1.15 || got.ratio < l.ratio*0.6) {
			l.ratio, l.error, l.by = got.ratio, pictureError, "on the picture, other than its styles say,"
		}
		return l
	}
	l := legibility{ratio: got.ratio, need: enough, error: pictureError, by: "on the picture"}
	if l.ratio+l.error >= enoughLarge && l.ratio+l.error < enough {
		switch size := v.size(t, got); {
		case size >= largeSize*0.95:
			l.need = enoughLarge
		case size == 0 || size >= boldSize*0.95:
			l.need, l.doubtful = enoughLarge, true
		}
	} else if l.ratio+l.error < enoughLarge {
		if size := v.size(t, got); size >= boldSize*0.95 {
			l.need = enoughLarge
		}
	}
	return l
}

// size is the size of a text in dp, as its letters on the picture say; 0 if it
// cannot be told.
func (v *view) size(t text, m measure) float64 {
	d := v.subject.density()
	if d == 0 || m.height == 0 {
		return 0
	}
	return m.height / letters(t.says) / d
}

// letters is how high a line of a text is, as a part of its size: from capitals
// or ascenders down to the descenders, if it has any.
func letters(says string) float64 {
	high, low := false, false
	for _, r := range says {
		switch {
		case unspaced(r):
			return 0.92
		case strings.ContainsRune("gjpqy,;Qç()[]{}|", r):
			low = true
			high = high || r == 'Q' || strings.ContainsRune("()[]{}|", r)
		case unicode.IsUpper(r) || unicode.IsDigit(r) || strings.ContainsRune("bdfhklti", r):
			high = true
		case r > 0x7f && unicode.IsLetter(r):
			high = true
		}
	}
	switch {
	case high && low:
		return 0.93
	case high:
		return 0.73
	case low:
		return 0.72
	}
	return 0.53
}

// judgeProminence is LWA-PROMINENCE. Source: EDPB Guidelines 03/2022 on dark
// patterns ("hidden in plain sight"); WCAG 2.2, 1.4.3. The factor 0.6 is ours.
func judgeProminence(s *subject, j *judgement) {
	if len(s.consent) == 0 {
		j.lacks("no consent page was recorded")
		return
	}
	v := s.pages[0].first()
	ch := s.pages[0].choice()
	switch {
	case ch.allow == nil || ch.refuse == nil || ch.allow.node == nil || ch.refuse.node == nil:
		j.lacks("not both answers are seen on %s", v.File)
		return
	case ch.allow.cut() || ch.refuse.cut():
		j.lacks("not both answers are seen as a whole: the page is longer than the screen")
		return
	}
	// Of a page that is longer than the screen, each answer is taken from a part on
	// which it is whole: sizes and contrasts compare, places are not judged.
	v = ch.refuse.on
	for _, f := range v.faint(ch) {
		j.find(Warn, v, ch.refuse.bounds(), "%s", f)
	}
	part := float64(area(ch.refuse.bounds())) / float64(max(area(ch.allow.bounds()), 1))
	ratio, _ := v.refuseContrast(ch)
	if ratio == 0 {
		why := v.measured().why
		if why == "" {
			why = "the contrast of " + quote(ch.refuse.label) + " cannot be measured"
		}
		j.lacks("%s", why)
	}
	j.pass("%s has %.2f times the area of %s, and a contrast of %.1f:1", quote(ch.refuse.label), part, quote(ch.allow.label), ratio)
}

// refuseContrast is the contrast of the label of refusing, and the node of it.
func (v *view) refuseContrast(ch choice) (float64, *screen.Node) {
	m, styles := v.measured(), v.dom.byText()
	for _, t := range v.texts {
		if t.node == ch.refuse.node || ch.refuse.node.Has(t.node) {
			if got := v.contrastOf(t, m, styles); got.ratio > 0 {
				return got.ratio + got.error, t.node
			}
		}
	}
	if st, ok := styles[normal(ch.refuse.label)]; ok {
		return contrast(st.foreground, st.background), nil
	}
	return 0, nil
}

// faint says in which ways refusing stands back behind allowing.
func (v *view) faint(ch choice) []string {
	var faults []string
	what := quote(ch.refuse.label)
	if part := float64(area(ch.refuse.bounds())) / float64(max(area(ch.allow.bounds()), 1)); part < 0.6 {
		faults = append(faults, what+" has "+decimal(part)+" times the area of "+quote(ch.allow.label)+", less than 0.6")
	}
	if r, _ := v.refuseContrast(ch); r > 0 && r < enough {
		faults = append(faults, "the contrast of "+what+" is "+decimal(r)+":1, less than 4.5:1")
	}
	if ch.allow.button && !ch.refuse.button {
		faults = append(faults, what+" is a link, and "+quote(ch.allow.label)+" a button")
	}
	return faults
}

// refuseJudgedElsewhere is the control of refusing, if LWA-PROMINENCE has found
// that it stands back: one fault is one finding.
func (v *view) refuseJudgedElsewhere() *screen.Node {
	s := v.subject
	if v.Role != Consent || !slices.Contains(s.pages[0].views, v) {
		return nil
	}
	ch := s.pages[0].choice()
	if ch.allow == nil || ch.refuse == nil || ch.allow.node == nil || ch.refuse.node == nil || ch.allow.cut() || ch.refuse.cut() || len(ch.refuse.on.faint(ch)) == 0 {
		return nil
	}
	for _, c := range v.controls {
		if c.node != nil && c.key() == ch.refuse.key() {
			return c.node
		}
	}
	return nil
}

// judgeTarget is LWA-TARGET. Source: Android accessibility guidance, touch
// targets of 48 dp; WCAG 2.2, 2.5.8 Target Size (Minimum), 24 CSS pixels.
func judgeTarget(s *subject, j *judgement) {
	d := s.density()
	if d == 0 {
		j.lacks("the screen's density is not known")
		return
	}
	count := 0
	for _, v := range s.views {
		refuse := v.refuseJudgedElsewhere()
		for _, c := range v.controls {
			n := c.node
			if n == nil || !n.Enabled || n == refuse || v.covered(n) || partOfLarger(n, d) || v.scrolledOff(n) || v.inSentence(n) {
				continue
			}
			count++
			w, h := float64(n.Bounds.Width)/d, float64(n.Bounds.Height)/d
			need := v.needs(n)
			// Half a dp of rounding is allowed.
			if w >= need.wide-0.5 && h >= need.high-0.5 {
				continue
			}
			what := "a control without a label"
			if c.label != "" {
				what = quote(c.label)
			}
			worse := ""
			if min(w, h) < 24 {
				worse = "; below 24 dp it also fails WCAG 2.2, 2.5.8"
			}
			j.find(Warn, v, n.Bounds, "%s measures %.0f × %.0f dp, less than %.0f × %.0f dp%s", what, w, h, need.wide, need.high, worse)
		}
	}
	if count == 0 {
		j.lacks("nothing that can be tapped is seen in the page sources")
		return
	}
	j.pass("%d controls measured", count)
}

// partOfLarger tells whether a control is the only one in a larger one, such as
// the box in a row that can be tapped as a whole.
func partOfLarger(n *screen.Node, d float64) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if !p.Clickable || float64(p.Bounds.Height)/d > 200 {
			continue
		}
		inner := 0
		some(p, func(x *screen.Node) bool {
			if x != p && x.Clickable {
				inner++
			}
			return inner > 1
		})
		return inner == 1
	}
	return false
}

// scrolledOff tells whether what scrolls has cut a node off: its bounds are then
// only the part that is seen.
func (v *view) scrolledOff(n *screen.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if !p.Scrollable && kind(p) != "WebView" && !strings.HasSuffix(kind(p), "ScrollView") && kind(p) != "RecyclerView" {
			continue
		}
		if n.Bounds.Y <= p.Bounds.Y || n.Bounds.Y+n.Bounds.Height >= p.Bounds.Y+p.Bounds.Height {
			return true
		}
	}
	return false
}

// inSentence tells whether a link stands within a text, which WCAG excepts.
func (v *view) inSentence(n *screen.Node) bool {
	p := n.Parent()
	if p == nil || kind(n) == "Button" || !inWebView(n) {
		return false
	}
	return slices.ContainsFunc(p.Children(), func(x *screen.Node) bool {
		b := x.Bounds
		return x != n && !x.Clickable && nodeLabel(x) != "" && b.Y < n.Bounds.Y+n.Bounds.Height && n.Bounds.Y < b.Y+b.Height
	})
}

// needed is how large a control has to be, in dp.
type needed struct{ wide, high float64 }

// needs is 48 dp each way; where a control touches an edge of the screen, 32 dp
// are enough towards that edge, because a finger cannot miss it on that side.
func (v *view) needs(n *screen.Node) needed {
	w, h := v.Tree.Width, v.Tree.Height
	for _, root := range v.Tree.Windows {
		w, h = max(w, root.Bounds.X+root.Bounds.Width), max(h, root.Bounds.Y+root.Bounds.Height)
	}
	need := needed{48, 48}
	if b := n.Bounds; b.X <= 0 || b.X+b.Width >= w {
		need.wide = 32
	}
	if b := n.Bounds; b.Y <= 0 || b.Y+b.Height >= h {
		need.high = 32
	}
	return need
}
