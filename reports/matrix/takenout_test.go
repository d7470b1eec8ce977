package matrix

import "testing"

// A testbed that was taken out is said to be, in the order of time.
func TestTakenOut(t *testing.T) {
	r := run(20, "ppbbbb")
	r.Attempts[5].TookOut, r.Attempts[5].Testbed = 4, "second"
	r.Attempts[3].TookOut = 2
	r.Attempts[3].Message = "the session\nis lost"
	m := Of(r)
	if len(m.Run.TakenOut) != 2 || m.Run.TakenOut[0].Attempt != 4 || m.Run.TakenOut[1].Testbed != "second" {
		t.Fatalf("%+v", m.Run.TakenOut)
	}
	want := "testbed bench, on 2026-11-22 16:18 UTC, after 2 blocked attempts in a row; the last was 3P2-DE-02, attempt 4: FFS-E402 the session is lost"
	if got := m.Run.TakenOut[0].Text(); got != want {
		t.Errorf("%s\n%s", got, want)
	}
	validate(t, m)
	if m = Of(run(20, "ppbb")); m.Run.TakenOut == nil || len(m.Run.TakenOut) != 0 {
		t.Errorf("%v: nothing was taken out", m.Run.TakenOut)
	}
}
