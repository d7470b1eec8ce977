package screen

import (
	"fmt"
	"hash/fnv"
	"io"
	"strings"
)

// Fingerprint stands for what a person would see: two screens that look the
// same have the same one.
type Fingerprint uint64

// Fingerprint is made of texts, descriptions, places and flags. The system's
// bars are left out: their clock changes by itself.
func (t *Tree) Fingerprint() Fingerprint {
	h := fnv.New64a()
	var b []byte
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.Package == systemUI || !n.Displayed {
			continue
		}
		b = b[:0]
		for _, s := range []string{n.Class, n.ResourceID, n.Text, n.ContentDesc} {
			b = append(append(b, s...), 0)
		}
		for _, v := range []int{n.Bounds.X, n.Bounds.Y, n.Bounds.Width, n.Bounds.Height} {
			b = append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
		}
		var flags byte
		for bit, f := range []bool{n.Checked, n.Enabled, n.Focused, n.Selected, n.Password} {
			if f {
				flags |= 1 << bit
			}
		}
		b = append(b, flags)
		h.Write(b)
	}
	return Fingerprint(h.Sum64())
}

// diffLines bounds what Diff says.
const diffLines = 8

// Diff tells people in a few lines what is new, gone or changed in after. It
// is empty when both look the same.
func (t *Tree) Diff(after *Tree) string {
	if t.Fingerprint() == after.Fingerprint() {
		return ""
	}
	gone, came, moved := t.compare(after)
	var b strings.Builder
	lines, more := 0, 0
	say := func(w io.Writer, sign string, items []string) {
		for _, it := range items {
			if lines == diffLines {
				more++
				continue
			}
			fmt.Fprintf(w, "%s %s\n", sign, it)
			lines++
		}
	}
	say(&b, "-", gone)
	say(&b, "+", came)
	if moved > 0 {
		fmt.Fprintf(&b, "~ %d moved or changed their size\n", moved)
	}
	if more > 0 {
		fmt.Fprintf(&b, "… and %d more\n", more)
	}
	if b.Len() == 0 {
		return "~ the order of the elements"
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// compare lists what only one of the two shows, and counts what both show in
// different places.
func (t *Tree) compare(after *Tree) (gone, came []string, moved int) {
	was := t.shown()
	for _, it := range after.shownInOrder() {
		at := was[it.words]
		if len(at) == 0 {
			came = append(came, it.words)
			continue
		}
		if at[0] != it.where {
			moved++
		}
		was[it.words] = at[1:]
	}
	for _, it := range t.shownInOrder() {
		if len(was[it.words]) > 0 {
			gone = append(gone, it.words)
			was[it.words] = was[it.words][1:]
		}
	}
	return gone, came, moved
}

type shown struct {
	words string
	where area
}

func (t *Tree) shown() map[string][]area {
	m := make(map[string][]area)
	for _, it := range t.shownInOrder() {
		m[it.words] = append(m[it.words], it.where)
	}
	return m
}

func (t *Tree) shownInOrder() []shown {
	var list []shown
	for i := range t.nodes {
		n := &t.nodes[i]
		if n.Package == systemUI || !n.Displayed || !n.solid() && n.ResourceID == "" {
			continue
		}
		words := n.kind() + " " + quote(n.Label())
		for _, f := range []struct {
			name string
			on   bool
		}{{"checked", n.Checked}, {"disabled", !n.Enabled}, {"focused", n.Focused}, {"selected", n.Selected}} {
			if f.on {
				words += " " + f.name
			}
		}
		list = append(list, shown{words, area(n.Bounds)})
	}
	return list
}
