package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
)

// typist is a terminal at which somebody types the next answer whenever they
// are asked something.
type typist struct {
	mu      sync.Mutex
	said    bytes.Buffer
	answers []string
	in      *io.PipeWriter
}

// sit sits a typist down; with no answers left, they type no more.
func sit(t *testing.T, answers ...string) (*typist, io.Reader) {
	r, w := io.Pipe()
	t.Cleanup(func() { w.Close() })
	return &typist{answers: answers, in: w}, r
}

func (p *typist) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if strings.HasSuffix(string(b), ": ") && len(p.answers) > 0 {
		answer := p.answers[0]
		p.answers = p.answers[1:]
		go io.WriteString(p.in, answer+"\n")
	}
	return p.said.Write(b)
}

func (p *typist) all() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

const askedFeature = `Feature: f
  Scenario: asked
    Then I ask the operator "Is the \"light\" on?"
`

// attend runs a scenario at a terminal.
func attend(t *testing.T, s *state, answers ...string) (int, string) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "asked.feature"), []byte(askedFeature), 0o644))
	var stdout bytes.Buffer
	p, in := sit(t, answers...)
	s.Args, s.Stdin, s.Stdout, s.Stderr, s.Dir, s.Columns = []string{"run", "asked.feature"}, in, &stdout, p, dir, 100
	s.Getenv = os.Getenv
	s.Signals = func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithCancel(ctx) }
	status := Main(s)
	return status, p.all() + stdout.String()
}

func TestOperatorAtTheTerminal(t *testing.T) {
	status, said := attend(t, &state{Interactive: true, Terminal: true}, "", "what?", "y")
	require.Equal(t, 0, status, said)
	require.Contains(t, said, `Is the "light" on?`)
	require.Equal(t, 3, strings.Count(said, "yes, no or skip: "), "asked until the answer makes sense")
	require.Contains(t, said, "local #1 passed")

	status, said = attend(t, &state{Interactive: true, Terminal: true}, "no", "p", "partner_app", "it is dark")
	require.Equal(t, 1, status, said)
	require.Contains(t, said, "FFS-E792")
	require.Contains(t, said, "it is dark")
	require.Equal(t, 2, strings.Count(said, "who is to blame"), "p may be product or partner_app")

	status, said = attend(t, &state{Interactive: true, Terminal: true}, "skip", "later")
	require.Equal(t, 4, status, said)
	require.Contains(t, said, "review")
}

// Where nobody sits at a terminal, nothing passes by itself.
func TestOperatorIsNotThere(t *testing.T) {
	for _, s := range []*state{{}, {Interactive: true}, {Terminal: true}} {
		status, said := attend(t, s, "yes")
		require.Equal(t, 4, status, said)
		require.NotContains(t, said, "yes, no or skip: ")
		require.Contains(t, said, "nobody is at a terminal")
	}
}

func TestOperatorAnswersInTimeOrNotAtAll(t *testing.T) {
	p, in := sit(t)
	o := newOperator(&state{Stdin: in, Stderr: p}, 50*time.Millisecond)
	_, err := o.Ask(t.Context(), drivers.Question{Text: "?"})
	require.ErrorIs(t, err, drivers.ErrNobody)
	require.Contains(t, p.all(), "nobody answered within 50ms")

	// What was typed before the question was put is no answer to it.
	_, err = io.WriteString(p.in, "yes\n")
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(o.lines) == 1 }, 10*time.Second, time.Millisecond)
	_, err = o.Ask(t.Context(), drivers.Question{Text: "?"})
	require.ErrorIs(t, err, drivers.ErrNobody)

	// Nor is the end of the input, and a stopped run is stopped.
	o.limit = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = o.Ask(ctx, drivers.Question{Text: "?"})
	require.ErrorIs(t, err, context.Canceled)
	p.in.Close()
	_, err = o.Ask(t.Context(), drivers.Question{Text: "?"})
	require.ErrorIs(t, err, drivers.ErrNobody)
}

// A one-time code is asked for at the terminal, and is in no record. A wrong one
// is not guessed at for ever.
func TestTheOperatorTypesACode(t *testing.T) {
	t.Setenv("PW", "Rosen-4711")
	dir := t.TempDir()
	text := `version: 1
plan: mss-wifi-default
product: {device_name: First light}
testbeds:
  - name: v
    virtual: {latency: none}
    accounts: {amazon: {user: qa@example.com, password_env: PW, code: {prompt: true}}}
`
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ffscert.yaml"), []byte(text), 0o600))
	s, out, _ := testState(t, dir, "run", "--tags", "@journey:browser")
	p, in := sit(t, "817 263", "736-281")
	s.Interactive, s.Terminal, s.Stdin, s.Stderr = true, true, in, p
	require.Equal(t, exitOutside, Main(s), p.all())
	require.Equal(t, 2, strings.Count(p.all(), "Amazon asks for a one-time code."), p.all())
	require.Contains(t, out.String(), "FFS-E416")
	require.Contains(t, out.String(), "none is typed again")
	require.NoError(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, code := range []string{"817263", "736281", "817 263", "736-281"} {
			require.NotContains(t, string(data), code, path)
		}
		return err
	}))
}
