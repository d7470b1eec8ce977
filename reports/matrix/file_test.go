package matrix

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/render/safe"
)

// TestWriteIsPlainJSON holds what is written bit by bit against what the
// encoder makes of the whole.
func TestWriteIsPlainJSON(t *testing.T) {
	same := func(m Matrix, fatal func(...any)) {
		var got, want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		if err := e.Encode(m); err != nil {
			fatal(err)
		}
		if err := Write(&got, m); err != nil {
			fatal(err)
		}
		if !bytes.Equal(got.Bytes(), safe.JSON(want.Bytes())) {
			fatal(got.String() + "\n" + want.String())
		}
	}
	rapid.Check(t, func(t *rapid.T) { same(Of(anyRun(t)), t.Fatal) })
	r := run(2, "pf")
	r.Plan.Cases = append(r.Plan.Cases, r.Plan.Cases[0])
	r.Plan.Cases[1].ID, r.Plan.Cases[1].Title = "other", "\n      \"attempt_list\": [],\n"
	r.Scopes = append(r.Scopes, journal.Scope{Case: "other", Required: 1}, journal.Scope{Case: certification.LocalCase, Required: 1, Scenarios: []string{"l", "m"}})
	for _, s := range []string{"l", "m"} {
		a := attempt(s, 1, 'f')
		a.ID.Case, a.Message = certification.LocalCase, "<b>&\u2028\u202e\x1b"
		r.Attempts = append(r.Attempts, a)
	}
	same(Of(r), t.Fatal)
	same(Matrix{}, t.Fatal)
}
