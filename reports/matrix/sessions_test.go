package matrix

import (
	"testing"
	"time"

	"ffscert/reports/journal"
)

func TestSessionsSayHowTheyEnded(t *testing.T) {
	r := run(20, "pp")
	r.Sessions = []journal.Session{
		{N: 1, Started: day, ToolVersion: "v1", Attempts: 2, Rigs: []journal.Rig{{Testbed: journal.Testbed{Name: "a", UDID: "R1"}}}},
		{N: 2, Started: day, Ended: day.Add(time.Hour), End: journal.Interrupted, ToolVersion: "v1", Remarks: []string{"x"},
			Rigs: []journal.Rig{{Testbed: journal.Testbed{Name: "a", UDID: "R2"}}, {Testbed: journal.Testbed{Name: "b"}}}},
		{N: 3, Started: day, ToolVersion: "v2"},
	}
	for state, want := range map[journal.State]SessionEnd{journal.Running: SessionRunning, journal.Interrupted: SessionDied} {
		r.State, r.AsOf = state, day.Add(time.Minute)
		m := Of(r)
		if s := m.Run.Sessions; len(s) != 3 || s[0].End != SessionDied || s[1].End != SessionInterrupted || s[2].End != want {
			t.Errorf("%s: %+v", state, s)
		}
		if (m.Run.AsOfUTC != nil) != (state == journal.Running) {
			t.Errorf("%s: as of %v", state, m.Run.AsOfUTC)
		}
		var said []string
		for _, c := range m.Run.Sessions[1].Changes {
			said = append(said, c.Text())
		}
		if len(said) != 2 || said[0] != "testbed a: udid was R1, is R2" || said[1] != "testbed b added" {
			t.Errorf("%q", said)
		}
		if s := m.Run.Sessions[0].Text(); s != "session 1: "+day.Format("2006-01-02 15:04")+" UTC, its process died, 2 attempts, ffscert v1" {
			t.Error(s)
		}
	}
}
