package progress

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/features/certification"
)

var start = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return start.Add(d) }

func id(scase string, n int) certification.AttemptID {
	return certification.AttemptID{Case: scase, Scenario: "s", N: n}
}

func ended(scase string, n int, v certification.Verdict) certification.Attempt {
	return certification.Attempt{ID: id(scase, n), Verdict: v}
}

func TestTheTimeLeftIsWhatWasMeasured(t *testing.T) {
	r := New("run", "plan", start, "a", "b")
	says := func(now time.Duration, want string) {
		t.Helper()
		require.Equal(t, want, r.Estimate(at(now)).String())
	}
	r.Owes([]Owed{{Case: "A", Scenario: "s", Needed: 10}})
	says(0, "time left unknown")
	r.Began("a", id("A", 1), 10, start)
	r.Began("b", id("A", 2), 10, start)
	says(time.Hour, "time left unknown")
	r.Owes([]Owed{{Case: "A", Scenario: "s", Made: 1, Done: 1, Needed: 9}})
	r.Ended("a", ended("A", 1, certification.Passed), at(2*time.Minute))
	// Nine at two minutes each on two testbeds; the one under way is as old as an
	// attempt gets, so that nothing is known of it.
	says(2*time.Minute, "at least 8 min left")
	r.Owes([]Owed{{Case: "A", Scenario: "s", Made: 2, Done: 2, Needed: 8}})
	r.Ended("b", ended("A", 2, certification.Blocked), at(4*time.Minute))
	says(4*time.Minute, "about 12 min left") // 8 × 3 min on two
	r.Began("a", id("A", 3), 10, at(4*time.Minute))
	says(5*time.Minute, "about 12 min left")
	r.Enters("b", OutOfRun, at(5*time.Minute))
	says(5*time.Minute, "about 23 min left")
	r.Owes([]Owed{{Case: "A", Scenario: "s", Made: 2, Done: 2, Needed: 8}, {Case: "B", Scenario: "s", Needed: 1}})
	says(5*time.Minute, "at least 23 min left") // how long B takes is not known
	r.Owes([]Owed{{Case: "A", Scenario: "s", Made: 9, Done: 9, Needed: 1}})
	says(5*time.Minute, "about 2 min left")
	says(7*time.Minute+30*time.Second, "about 30 s left") // longer than on average, not than the longest
	says(20*time.Minute, "time left unknown")
	r.Owes([]Owed{{Case: "A", Scenario: "s", Made: 10, Done: 10}})
	r.Ended("a", ended("A", 3, certification.Passed), at(21*time.Minute))
	says(21*time.Minute, "about 0 s left")
	r.Enters("a", OutOfRun, at(21*time.Minute))
	says(21*time.Minute, "time left unknown") // nobody is left to do anything
}

func TestEarlierSessionsAreMeasured(t *testing.T) {
	r := New("run", "plan", start, "a")
	r.Owes([]Owed{{Case: "A", Scenario: "s", Made: 3, Done: 2, Blocked: 1, Needed: 4}})
	r.Took(id("A", 1), time.Hour)
	r.Took(id("A", 2), -time.Hour) // of a clock that was put back: nothing
	require.Equal(t, "about 4 h 00 min left", r.Estimate(start).String())
	require.Equal(t, Count{Made: 3, Done: 2, Blocked: 1, ToGo: 4}, r.Count())
}

func TestDurations(t *testing.T) {
	for d, want := range map[time.Duration][2]string{
		0:                               {"0:00", "0 s"},
		-time.Second:                    {"0:00", ""},
		102 * time.Second:               {"1:42", "2 min"},
		3723 * time.Second:              {"1:02:03", "62 min"},
		26*time.Hour + 5*time.Minute:    {"26:05:00", "26 h 10 min"},
		95*time.Minute + 55*time.Second: {"1:35:55", "1 h 40 min"},
	} {
		require.Equal(t, want[0], elapsed(d))
		if want[1] != "" {
			require.Equal(t, want[1], roughly(d))
		}
	}
}

// a run in the middle, with names and words as hostile as they come.
func middle(beds int, name, text string) *Run {
	var names []string
	for i := range beds {
		names = append(names, fmt.Sprintf("%s%d", name, i+1))
	}
	r := New("20261127-144943-ca88", "mss-wifi-default", start, names...)
	r.Simulated = true
	r.Owes([]Owed{{Case: "3P2-DE-02", Scenario: "s", Made: 12, Done: 11, Blocked: 1, Needed: 9}})
	for i, b := range r.Beds {
		for n, v := range []certification.Verdict{certification.Passed, certification.Failed, certification.Warning, certification.Review, certification.Blocked, certification.Passed} {
			r.Began(b.Name, id("3P2-DE-02", n), 20, start)
			r.Ended(b.Name, certification.Attempt{ID: id("3P2-DE-02", n), Verdict: v, Code: certification.Code("FFS-E201"), Message: text}, at(2*time.Minute))
		}
		r.Began(b.Name, id("3P2-DE-02", 13), 20, at(2*time.Minute))
		r.Stepped(b.Name, 4, 7, text, at(3*time.Minute))
		r.Waiting(b.Name, text, at(3*time.Minute+20*time.Second))
		switch i {
		case 1:
			r.Asked(b.Name, true)
		case 2:
			r.Enters(b.Name, OutOfRun, at(3*time.Minute))
		case 3:
			r.Enters(b.Name, Mending, at(3*time.Minute))
		}
	}
	return r
}

func TestABlockAtThreeWidths(t *testing.T) {
	r := middle(2, "bench-", "the Alexa app shows the device by its exact name within 300 seconds")
	now := at(3*time.Minute + 42*time.Second)
	for width, want := range map[int][]string{
		40: {
			"11/20 done, 9 to go, ~7 min left",
			"1 blocked SIMULATED mss-wifi-default 2…",
			"bench-1 3P2-DE-02 #13/20 1:42 !?B✓ pas…",
			"  4/7 0:42 the Alexa app shows the dev…",
			"bench-2 3P2-DE-02 #13/20 1:42 !?B✓ pas…",
			"  4/7 0:42 a person is asked: the Alex…",
		},
		80: {
			"11/20 done, 9 to go, about 7 min left 1 blocked SIMULATED mss-wifi-default 202…",
			"bench-1 3P2-DE-02 #13/20 1:42 ✓✗!?B✓ passed FFS-E201",
			"  4/7 0:42 the Alexa app shows the device by its exact name within 300 seconds",
			"bench-2 3P2-DE-02 #13/20 1:42 ✓✗!?B✓ passed FFS-E201",
			"  4/7 0:42 a person is asked: the Alexa app shows the device by its exact name…",
		},
		200: {
			"11/20 done, 9 to go, about 7 min left 1 blocked SIMULATED mss-wifi-default 20261127-144943-ca88",
			"bench-1 3P2-DE-02 #13/20 1:42 ✓✗!?B✓ passed FFS-E201",
			"  4/7 0:42 the Alexa app shows the device by its exact name within 300 seconds · waits 0:22: the Alexa app shows the device by its exact name within 300 seconds",
			"bench-2 3P2-DE-02 #13/20 1:42 ✓✗!?B✓ passed FFS-E201",
			"  4/7 0:42 a person is asked: the Alexa app shows the device by its exact name within 300 seconds · waits 0:22: the Alexa app shows the device by its exact name within 300 seconds",
		},
	} {
		require.Equal(t, want, r.Block(now, Look{Width: width, Height: 24}), "%d columns", width)
	}
	ascii := strings.Join(r.Block(now, Look{Width: 80, Height: 24, ASCII: true}), "\n")
	require.Contains(t, ascii, "PFWRBP")
	for _, c := range ascii {
		require.Less(t, c, rune(128))
	}
	coloured := strings.Join(r.Block(now, Look{Width: 80, Height: 24, Color: true}), "\n")
	require.Contains(t, coloured, "\x1b[31m✗\x1b[0m")
	require.NotContains(t, strings.Join(r.Block(now, Look{Width: 80, Height: 24}), ""), "\x1b")
}

// Whatever is shown on whatever terminal, no line is wider than it, the block is
// not higher, and nothing in it is obeyed.
func TestNothingMovesABlock(t *testing.T) {
	for _, text := range []string{"plain", "\x1b[2J\x1b[31mred\r\n\x07", "灯がつきました、とても長い名前の機器です", "👩‍🔧👩‍🔧 e\u0301e\u0301", "\u202eevil שלום", strings.Repeat("x", 5000), "\xff\xfe", ""} {
		for _, beds := range []int{1, 4, 30} {
			r := middle(beds, text, text)
			for _, width := range []int{1, 2, 11, 20, 40, 79, 80, 200} {
				for _, height := range []int{1, 2, 5, 24, 100} {
					lines := r.Block(at(4*time.Minute), Look{Width: width, Height: height})
					require.LessOrEqual(t, len(lines), max(height-1, 1), "%q, %d×%d", text, width, height)
					for _, l := range lines {
						require.LessOrEqual(t, Width(l), max(width-1, 10), "%q, %d×%d: %q", text, width, height, l)
						require.False(t, strings.ContainsAny(l, "\x1b\r\n\x07\u202e"), "%q", l)
					}
				}
			}
			for _, l := range r.Status(at(4 * time.Minute)) {
				require.False(t, strings.ContainsAny(l, "\x1b\r\n\x07\u202e"), "%q", l)
			}
		}
	}
}

func TestPlainLines(t *testing.T) {
	r := middle(4, "bench-", "the Alexa app shows the device")
	require.Equal(t, []string{
		"11 of 20 attempts done, 9 to go, about 5 min left, 1 blocked",
		"  bench-1: 3P2-DE-02 #13/20 for 1:42, 4/7 0:42 the Alexa app shows the device · waits 0:22: the Alexa app shows the device; last passed ✓✗!?B✓",
		"  bench-2: 3P2-DE-02 #13/20 for 1:42, 4/7 0:42 a person is asked: the Alexa app shows the device · waits 0:22: the Alexa app shows the device; last passed ✓✗!?B✓",
		"  bench-3: taken out of the run for 0:42, the Alexa app shows the device; last passed ✓✗!?B✓",
		"  bench-4: is being mended for 0:42; last passed ✓✗!?B✓",
	}, r.Status(at(3*time.Minute+42*time.Second)))
}
