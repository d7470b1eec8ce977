package matrix

import (
	"fmt"
	"strings"

	"ffscert/reports/journal"
)

// sessionsOf says how the run came about: in one go, or continued after an
// interruption, on testbeds that may have changed meanwhile.
func sessionsOf(run journal.Record) []Session {
	list := []Session{}
	for i, s := range run.Sessions {
		x := Session{N: s.N, StartedUTC: s.Started.UTC(), ToolVersion: s.ToolVersion, Attempts: s.Attempts,
			Changes: []Change{}, Remarks: append([]string{}, s.Remarks...)}
		switch {
		case s.End == journal.Finished:
			x.End = SessionFinished
		case s.End == journal.Interrupted:
			x.End = SessionInterrupted
		case i == len(run.Sessions)-1 && run.State == journal.Running:
			x.End = SessionRunning
		default:
			x.End = SessionDied
		}
		if !s.Ended.IsZero() {
			end := s.Ended.UTC()
			x.EndedUTC = &end
		}
		for _, c := range run.Changes(s.N) {
			x.Changes = append(x.Changes, Change(c))
		}
		list = append(list, x)
	}
	return list
}

// Text says a change in one line. The words may come from outside: whoever
// shows them makes them harmless.
func (c Change) Text() string {
	was, is := c.Was, c.Is
	switch {
	case c.Field == "" && is == "":
		return "testbed " + c.Testbed + " no longer used"
	case c.Field == "":
		return "testbed " + c.Testbed + " added"
	case was == "":
		was = "nothing"
	case is == "":
		is = "nothing"
	}
	return fmt.Sprintf("testbed %s: %s was %s, is %s", c.Testbed, c.Field, short(was), short(is))
}

// Text says a session of a run that was continued in one line, without its
// changes and remarks.
func (s Session) Text() string {
	words := map[SessionEnd]string{SessionDied: "its process died", SessionRunning: "goes on"}
	end, ok := words[s.End]
	if !ok {
		end = string(s.End)
	}
	span := s.StartedUTC.Format("2006-01-02 15:04")
	if s.EndedUTC != nil {
		span += " to " + s.EndedUTC.Format("2006-01-02 15:04")
	}
	return fmt.Sprintf("session %d: %s UTC, %s, %s, ffscert %s", s.N, span, end, countOf(s.Attempts, "attempt"), s.ToolVersion)
}

// short keeps the line readable.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}
