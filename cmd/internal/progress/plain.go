package progress

import (
	"fmt"
	"strings"
	"time"
)

// Status is how far the run is in plain lines: one on the run, one on each
// testbed.
func (r *Run) Status(now time.Time) []string {
	c := r.Count()
	head := fmt.Sprintf("%d of %d attempts done, %d to go, %s", c.Done, c.Done+c.ToGo, c.ToGo, r.Estimate(now))
	if c.Blocked > 0 {
		head += fmt.Sprintf(", %d blocked", c.Blocked)
	}
	lines := []string{head}
	for _, b := range r.Beds {
		lines = append(lines, "  "+b.status(now))
	}
	return lines
}

func (b *Bed) status(now time.Time) string {
	var s strings.Builder
	s.WriteString(clean(b.Name) + ": ")
	if !b.Busy() {
		fmt.Fprintf(&s, "%s for %s", stateWords(b.State), elapsed(now.Sub(b.Since)))
	} else {
		fmt.Fprintf(&s, "%s/%d for %s", clean(b.ID.String()), b.Of, elapsed(now.Sub(b.Since)))
	}
	var did []string
	for _, p := range b.doing(now) {
		did = append(did, p.text)
	}
	if len(did) > 0 {
		s.WriteString(", " + strings.Join(did, " "))
	}
	if b.Ended.ID.Case != "" {
		var marks strings.Builder
		for _, v := range b.Last[max(0, len(b.Last)-10):] {
			marks.WriteString(Look{}.mark(v))
		}
		fmt.Fprintf(&s, "; last %s %s", clean(string(b.Ended.Verdict)), marks.String())
	}
	return s.String()
}
