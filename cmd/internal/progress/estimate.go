package progress

import (
	"fmt"
	"time"

	"ffscert/features/certification"
)

// span is how long the attempts of a scenario took.
type span struct {
	n       int
	sum     time.Duration
	longest time.Duration
}

func (s *span) mean() time.Duration { return s.sum / time.Duration(s.n) }

// Took is told how long an attempt took: one that has just ended, or one of an
// earlier session of the run.
func (r *Run) Took(id certification.AttemptID, d time.Duration) {
	if d < 0 {
		return // of a clock that was put back
	}
	k := key{id.Case, id.Scenario}
	if r.spans[k] == nil {
		r.spans[k] = &span{}
	}
	s := r.spans[k]
	s.n++
	s.sum += d
	s.longest = max(s.longest, d)
}

// Estimate is how long a run still takes.
type Estimate struct {
	// Known is false while nothing can be said.
	Known bool
	// AtLeast tells that more is needed than was measured: scenarios of which no
	// attempt has ended yet, or an attempt that takes longer than any before it.
	AtLeast bool
	Left    time.Duration
}

// Estimate says how long the run still takes if every attempt takes as long as
// those of its scenario took on average, and none has to be made again.
func (r *Run) Estimate(now time.Time) Estimate {
	beds := 0
	under := map[key][]time.Duration{}
	for _, b := range r.Beds {
		if b.State != OutOfRun {
			beds++
		}
		if b.Busy() {
			k := key{b.ID.Case, b.ID.Scenario}
			under[k] = append(under[k], now.Sub(b.Since))
		}
	}
	if beds == 0 {
		return Estimate{}
	}
	var work, longest time.Duration
	e := Estimate{Known: true}
	for _, o := range r.owed {
		k := key{o.Case, o.Scenario}
		going := under[k]
		if o.Needed == 0 && len(going) == 0 {
			continue
		}
		s := r.spans[k]
		if s == nil {
			e.AtLeast = true
			continue
		}
		for _, past := range going {
			left := s.mean() - past
			if left <= 0 {
				left = s.longest - past
			}
			if left <= 0 {
				left, e.AtLeast = 0, true
			}
			work += left
			longest = max(longest, left)
		}
		work += s.mean() * time.Duration(max(0, o.Needed-len(going)))
	}
	e.Left = max(work/time.Duration(beds), longest)
	if e.AtLeast && e.Left == 0 {
		return Estimate{}
	}
	return e
}

// String is the estimate for people.
func (e Estimate) String() string {
	switch {
	case !e.Known:
		return "time left unknown"
	case e.AtLeast:
		return "at least " + roughly(e.Left) + " left"
	}
	return "about " + roughly(e.Left) + " left"
}

// roughly is a duration without more digits than it deserves.
func roughly(d time.Duration) string {
	switch {
	case d < 90*time.Second:
		return fmt.Sprintf("%d s", int(d.Round(time.Second)/time.Second))
	case d < 90*time.Minute:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute)/time.Minute))
	}
	d = d.Round(10 * time.Minute)
	return fmt.Sprintf("%d h %02d min", int(d/time.Hour), int(d%time.Hour/time.Minute))
}

// elapsed is a duration as a clock shows it, 1:42 or 1:02:03.
func elapsed(d time.Duration) string {
	s := int(max(d, 0) / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}
