package progress

import (
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/rivo/uniseg"

	"ffscert/features/certification"
	"ffscert/reports/render/safe"
)

// Look is how a terminal wants to be written to.
type Look struct {
	Width, Height int
	Color         bool
	// ASCII asks for letters instead of marks, for terminals without Unicode.
	ASCII bool
}

// Block is what stands at a terminal: a line on the run, and two on each
// testbed as long as there is room, else one. No line is wider than the
// terminal, nor the block higher.
func (r *Run) Block(now time.Time, l Look) []string {
	l.Width = max(l.Width-1, 10) // the last column makes some terminals begin a new line
	rows := max(l.Height-1, 1)
	lines := []string{l.line(append(r.head(now, l), r.about()...))}
	if l.Width < narrow && rows > len(r.Beds)+1 {
		lines = []string{l.line(r.head(now, l)), l.line(r.about())}
	}
	most := rows - len(lines)
	two := 2*len(r.Beds) <= most
	for i, b := range r.Beds {
		if !two && i == most-1 && len(r.Beds) > most {
			lines = append(lines, l.line(parts{{text: fmt.Sprintf("… and %d more testbeds", len(r.Beds)-i)}}))
			break
		}
		if !two && i >= most {
			break
		}
		what := b.doing(now)
		if !two {
			lines = append(lines, l.line(append(append(b.title(now, nameWidth(l.Width)), b.marks(l)), what...)))
			continue
		}
		lines = append(lines, l.line(append(b.title(now, nameWidth(l.Width)), b.last(l)...)), l.line(append(parts{{text: " "}}, what...)))
	}
	return lines
}

// narrow is the width below which the line on the run becomes two.
const narrow = 64

// nameWidth is the room for a testbed's name.
func nameWidth(width int) int { return min(max(width/4, 8), 30) }

// part is a piece of a line; there is a blank between two.
type part struct {
	text  string
	style style
	marks []certification.Verdict // shown instead of the text, the newest that fit
}

type parts []part

// style is an ANSI "select graphic rendition" parameter.
type style string

const (
	plain   style = ""
	bold    style = "1"
	green   style = "32"
	yellow  style = "33"
	red     style = "31"
	magenta style = "35"
)

// head is how far the run is.
func (r *Run) head(now time.Time, l Look) parts {
	c := r.Count()
	left := r.Estimate(now).String()
	if l.Width < narrow {
		left = strings.Replace(left, "about ", "~", 1)
	}
	p := parts{{text: fmt.Sprintf("%d/%d done,", c.Done, c.Done+c.ToGo), style: bold}, {text: fmt.Sprintf("%d to go,", c.ToGo)}, {text: left}}
	if r.Interrupting {
		p = append(parts{{text: "INTERRUPTING", style: yellow}}, p...)
	}
	return p
}

// about is what the run is.
func (r *Run) about() parts {
	var p parts
	if c := r.Count(); c.Blocked > 0 {
		p = append(p, part{text: fmt.Sprintf("%d blocked", c.Blocked), style: magenta})
	}
	if r.Simulated {
		p = append(p, part{text: "SIMULATED", style: yellow})
	}
	if r.Partial {
		p = append(p, part{text: "PARTIAL", style: yellow})
	}
	return append(p, part{text: clean(r.Plan)}, part{text: r.ID})
}

// title names a testbed and its attempt.
func (b *Bed) title(now time.Time, room int) parts {
	p := parts{{text: Clip(clean(b.Name), room), style: bold}}
	if b.Busy() {
		return append(p, part{text: clean(b.ID.String()) + fmt.Sprintf("/%d", b.Of)}, part{text: elapsed(now.Sub(b.Since))})
	}
	return append(p, part{text: stateWords(b.State)}, part{text: elapsed(now.Sub(b.Since))})
}

func stateWords(s State) string {
	switch s {
	case OutOfRun:
		return "taken out of the run"
	case Idle:
		return "nothing left to do"
	case Mending:
		return "is being mended"
	}
	return string(s)
}

// marks are the verdicts of the last attempts.
func (b *Bed) marks(l Look) part {
	return part{marks: b.Last[max(0, len(b.Last)-max(l.Width/8, 3)):]}
}

// last are the verdicts of the last attempts, and the newest in words.
func (b *Bed) last(l Look) parts {
	if b.Ended.ID.Case == "" {
		return nil
	}
	words := part{text: clean(string(b.Ended.Verdict)), style: colorOf(b.Ended.Verdict)}
	if b.Ended.Code != "" {
		words.text += " " + clean(string(b.Ended.Code))
	}
	return parts{b.marks(l), words}
}

// doing is what a testbed does just now.
func (b *Bed) doing(now time.Time) parts {
	var p parts
	switch {
	case b.Step.N > 0:
		p = parts{{text: fmt.Sprintf("%d/%d", b.Step.N, b.Step.Of)}, {text: elapsed(now.Sub(b.Step.Since))}}
		if b.State == Asking {
			p = append(p, part{text: "a person is asked:", style: yellow})
		}
		p = append(p, part{text: clean(b.Step.Text)})
	case b.State == Attempt:
		p = parts{{text: "getting the testbed ready"}}
	case b.State == OutOfRun:
		p = parts{{text: clean(b.Ended.Message)}}
	}
	if what, since := b.WaitsFor(); what != "" {
		p = append(p, part{text: "· waits " + elapsed(now.Sub(since)) + ": " + clean(what)})
	}
	return p
}

// line writes parts beside each other, as many as fit; the last one is cut.
func (l Look) line(all parts) string {
	var b strings.Builder
	used := 0
	for _, p := range all {
		if used > 0 && used < l.Width {
			b.WriteByte(' ')
			used++
		}
		room := l.Width - used
		if room <= 0 {
			break
		}
		if p.marks != nil {
			for _, v := range p.marks[max(0, len(p.marks)-room):] {
				b.WriteString(l.paint(colorOf(v), l.mark(v)))
				used++
			}
			continue
		}
		t := l.plain(Clip(p.text, room))
		used += Width(t)
		b.WriteString(l.paint(p.style, safe.Isolate(t)))
	}
	return strings.TrimRight(b.String(), " ")
}

// mark is a verdict in one column; its shape tells it, not its colour.
func (l Look) mark(v certification.Verdict) string {
	marks, ok := map[certification.Verdict][2]string{
		certification.Passed: {"✓", "P"}, certification.Failed: {"✗", "F"}, certification.Warning: {"!", "W"},
		certification.Review: {"?", "R"}, certification.Blocked: {"B", "B"},
	}[v]
	switch {
	case !ok:
		return "-"
	case l.ASCII:
		return marks[1]
	}
	return marks[0]
}

func colorOf(v certification.Verdict) style {
	switch v {
	case certification.Passed:
		return green
	case certification.Failed:
		return red
	case certification.Blocked:
		return magenta
	}
	return yellow
}

func (l Look) paint(s style, t string) string {
	if !l.Color || s == plain || t == "" {
		return t
	}
	return "\x1b[" + string(s) + "m" + t + "\x1b[0m"
}

// plain writes what is ours in ASCII where there is nothing else. Words of the
// user's stay: whoever has such names has a terminal for them.
func (l Look) plain(t string) string {
	if !l.ASCII {
		return t
	}
	return strings.NewReplacer("…", ">", "·", "-").Replace(t)
}

// longest bounds a piece of text from outside, in characters.
const longest = 300

func clean(s string) string { return safe.Text(s, longest) }

// Width is how many columns a text takes at a terminal. Unicode's isolates, which
// keep what is written from right to left in its place, take none.
func Width(s string) int {
	return text.StringWidthWithoutEscSequences(strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s))
}

// Clip cuts a text to so many columns, at least one, between what people take for
// characters.
func Clip(s string, columns int) string {
	if Width(s) <= columns {
		return s
	}
	used, at := 0, 0
	for rest, state := s, -1; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		used += Width(cluster)
		if used > columns-1 {
			break
		}
		at += len(cluster)
	}
	return s[:at] + "…"
}
