package steps

import (
	"context"
	"fmt"
	"strings"
)

// below records a further part of the page that was recorded last: it was
// scrolled on.
func (a *Attempt) below(ctx context.Context, name string) bool {
	r := a.rec
	if r == nil || len(r.names) == 0 || r.names[len(r.names)-1] != name || r.stages[len(r.names)-1] != r.stage {
		return false
	}
	from := a.Bed.Clock.Now()
	s, source, lacks := a.capture(ctx)
	for _, l := range lacks {
		a.Observe("recording the journey: " + l)
	}
	if s.Tree == nil {
		r.gap = true
		return false
	}
	r.open = true
	r.close(from, 0) // scrolling is no tap
	last := len(r.names) - 1
	s.Role, s.Continues = r.capture.Screens[last].Role, true
	part := r.parts[last] + 1
	s.File = fmt.Sprintf("%s-part-%d", strings.ReplaceAll(name, "_", "-"), part+1)
	r.add(s, source, from, name, part)
	return true
}

// whole records whether all of the page that was recorded last was seen. Where
// there was nothing to be scrolled, the tree must tell.
func (r *recording) whole(name string, whole bool) {
	if r == nil || len(r.names) == 0 || r.names[len(r.names)-1] != name {
		return
	}
	last := &r.capture.Screens[len(r.names)-1]
	whole = whole && !r.gap
	last.Ends, r.gap = &whole, false
	if whole && !last.Continues {
		last.Ends = nil
	}
}
