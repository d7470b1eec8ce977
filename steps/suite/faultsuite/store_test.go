package faultsuite

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/testbed"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/steps/suite"
)

// full is the environment variable of a process that makes attempts until its
// files may not grow any more; its value is the folder of the run.
const full = "FFSCERT_FAULTSUITE_FULL"

// begin makes a run of the lab, ready to go.
func (l *lab) begin(t testing.TB, dir string, attempts int) (*suite.Run, *journal.Journal) {
	t.Helper()
	plan, err := l.catalog.Plan(l.plan)
	require.NoError(t, err)
	jobs, err := suite.Select(plan, l.scenarios, suite.Selection{Attempts: attempts, Cases: []string{setUp}}, nil)
	require.NoError(t, err)
	j, err := journal.Create(t.Context(), dir, journal.Header{Created: time.Now().UTC(), Plan: plan, ToolVersion: "test",
		Product: journal.Product{DeviceName: l.bed.Names.Device}, Scopes: suite.Scopes(jobs)})
	require.NoError(t, err)
	return &suite.Run{Jobs: jobs, Beds: []*testbed.Testbed{l.bed}, Journal: j}, j
}

// A disk that becomes full stops the run with an error, and what was recorded
// until then is whole. A limit on the size of files stands for the disk.
func TestDiskFull(t *testing.T) {
	if dir := os.Getenv(full); dir != "" {
		untilFull(t, dir)
		return
	}
	if !canLimit {
		t.Skip("SKIPPED: the size of files cannot be limited here")
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestDiskFull$", "-test.v")
	cmd.Env = append(os.Environ(), full+"="+dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	said := map[string]int{}
	for s := bufio.NewScanner(strings.NewReader(string(out))); s.Scan(); {
		word, _, _ := strings.Cut(s.Text(), " ")
		said[word]++
	}
	require.NotZero(t, said["stopped"], "%s", out)
	require.NotZero(t, said["ended"], "no attempt ended before the disk was full: %s", out)
	rec, _, err := journal.Read(t.Context(), dir, journal.Latest)
	require.NoError(t, err)
	require.Len(t, rec.Attempts, said["ended"], "what was reported to be recorded is not")
	for _, a := range rec.Attempts {
		require.Equal(t, certification.Passed, a.Verdict)
	}
}

// untilFull is the process whose disk becomes full.
func untilFull(t *testing.T, dir string) {
	l := open(t, load(t), fault{name: "disk full"}, 1, nil)
	run, j := l.begin(t, dir, 500)
	defer j.Close()
	run.Listener = told{t}
	size := int64(0)
	require.NoError(t, filepath.Walk(j.Dir(), func(_ string, info os.FileInfo, err error) error {
		if err == nil {
			size = max(size, info.Size())
		}
		return err
	}))
	require.NoError(t, limitFiles(uint64(size)+100<<10))
	err := run.Do(t.Context())
	require.Error(t, err)
	os.Stdout.WriteString("stopped " + err.Error() + "\n")
}

// told prints what ended.
type told struct{ t testing.TB }

func (told) Began(string, certification.AttemptID, int)    {}
func (told) Waiting(string, string, time.Duration) func()  { return func() {} }
func (told) Stopped(string, certification.Attempt, string) {}
func (told) Ended(_ string, a certification.Attempt) {
	os.Stdout.WriteString("ended " + a.ID.String() + "\n")
}

// A journal that another process holds is refused, and the run that holds it
// goes on untouched.
func TestJournalLocked(t *testing.T) {
	l := open(t, load(t), fault{name: "journal locked"}, 1, nil)
	dir := t.TempDir()
	run, j := l.begin(t, dir, 2)
	defer j.Close()
	refused := 0
	run.Listener = began{func() {
		_, err := journal.Resume(context.Background(), dir, journal.Latest, journal.Session{Started: time.Now().UTC(), ToolVersion: "test"})
		require.ErrorIs(t, err, journal.ErrBusy)
		_, _, err = journal.Read(context.Background(), dir, journal.Latest)
		require.NoError(t, err, "reading meanwhile must work")
		refused++
	}}
	require.NoError(t, run.Do(t.Context()))
	require.Equal(t, 2, refused)
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	require.Len(t, rec.Attempts, 2)
	for _, a := range rec.Attempts {
		require.Equal(t, certification.Passed, a.Verdict, a.Message)
		l.passedTruly(t, fault{case_: setUp}, a)
	}
}

// began does something when an attempt begins.
type began struct{ then func() }

func (b began) Began(string, certification.AttemptID, int)  { b.then() }
func (began) Waiting(string, string, time.Duration) func()  { return func() {} }
func (began) Stopped(string, certification.Attempt, string) {}
func (began) Ended(string, certification.Attempt)           {}
