package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"
)

// Session is one stretch of a run: from its beginning, or from where somebody
// continued it, to its end, its interruption or the death of its process.
type Session struct {
	// N counts from 1.
	N       int       `json:"n"`
	Started time.Time `json:"started_utc"`
	// Ended is zero while the session goes on, and if its process died.
	Ended time.Time `json:"ended_utc,omitzero"`
	// End is Finished or Interrupted; empty while the session goes on, and if
	// its process died.
	End State `json:"end,omitempty"`
	// ToolVersion is that of the ffscert which carried it out.
	ToolVersion string `json:"tool_version"`
	// Remarks are what a reader must know of the continuation, such as what
	// could not be compared with the run's beginning.
	Remarks []string `json:"remarks,omitempty"`

	// Rigs are the testbeds as they were in this session, by name.
	Rigs []Rig `json:"-"`
	// Attempts is how many were recorded in this session.
	Attempts int `json:"-"`
}

// Rig is a testbed as it was in one session.
type Rig struct {
	Testbed
	// Settings are what the configuration says of it. They hold no secrets.
	Settings []Setting `json:"settings,omitempty"`
}

// Setting is one value of a testbed's configuration, such as phone.endpoint.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func putSession(ctx context.Context, tx *sql.Tx, s Session) error {
	s.Started, s.Ended = s.Started.UTC().Round(0), s.Ended.UTC().Round(0)
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO session (n, data, sum) VALUES (?, ?, ?)
		ON CONFLICT (n) DO UPDATE SET data = excluded.data, sum = excluded.sum`, s.N, string(data), sessionSeal(s.N, string(data)))
	return err
}

// Change is something about a testbed that differs from one session to the next.
type Change struct {
	Testbed string
	// Field is what changed, such as "udid" or "phone.endpoint"; empty if the
	// testbed came or went as a whole.
	Field   string
	Was, Is string // empty for what was not, or is not, there
}

// Changes are what people have changed about the testbeds before session n
// (from 2) continued the run, compared with the last session before it that
// came as far as its testbeds.
func (r Record) Changes(n int) []Change {
	var now, before *Session
	for i := range r.Sessions {
		s := &r.Sessions[i]
		switch {
		case s.N == n:
			now = s
		case s.N < n && len(s.Rigs) > 0:
			before = s
		}
	}
	if now == nil || before == nil || len(now.Rigs) == 0 {
		return nil
	}
	was, is := map[string]Rig{}, map[string]Rig{}
	var names []string
	for _, g := range before.Rigs {
		was[g.Name] = g
		names = append(names, g.Name)
	}
	for _, g := range now.Rigs {
		is[g.Name] = g
		if _, known := was[g.Name]; !known {
			names = append(names, g.Name)
		}
	}
	var list []Change
	for _, name := range names {
		old, had := was[name]
		new, has := is[name]
		switch {
		case !has:
			list = append(list, Change{Testbed: name, Was: "used"})
		case !had:
			list = append(list, Change{Testbed: name, Is: "used"})
		default:
			if old.Settings == nil { // an older version did not keep them: what they were is not known
				new.Settings = nil
			}
			for _, d := range differences(old.fields(), new.fields()) {
				list = append(list, Change{name, d.Field, d.Was, d.Is})
			}
		}
	}
	return list
}

// fields are what is known of a testbed, one by one.
func (g Rig) fields() []field {
	list := flatten("", g.Testbed)
	for i, f := range list {
		list[i].value = plain(f.value)
	}
	for _, s := range g.Settings {
		list = append(list, field{s.Name, s.Value})
	}
	return list
}

// Settings takes anything that JSON can hold apart, value by value, each with
// its path below name. What is empty is left out.
func Settings(name string, v any) []Setting {
	var list []Setting
	for _, f := range flatten(name, v) {
		list = append(list, Setting{f.path, plain(f.value)})
	}
	return list
}

// plain is a JSON value as people write it.
func plain(value string) string {
	var s string
	if json.Unmarshal([]byte(value), &s) == nil {
		return s
	}
	return value
}
