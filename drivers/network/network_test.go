package network_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ffscert/drivers"
	"ffscert/drivers/network"
	"ffscert/features/certification"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func requireTrouble(t *testing.T, err error, code certification.Code, says string) {
	t.Helper()
	var trouble *certification.Trouble
	require.ErrorAs(t, err, &trouble)
	require.Equal(t, code, trouble.Code, err)
	require.Contains(t, err.Error(), says)
	require.NotEmpty(t, trouble.Hint)
}

func TestFacts(t *testing.T) {
	for _, f := range network.Facts() {
		again, ok := network.FactOf(f.Situation)
		require.True(t, ok)
		require.Equal(t, f, again)
		require.NotEmpty(t, f.Is)
		require.NotEqual(t, f.Do, f.Undo)
	}
	_, ok := network.FactOf("flood")
	require.False(t, ok)
}

func TestCommand(t *testing.T) {
	dir := t.TempDir()
	said := filepath.Join(dir, "said")
	c := network.Command{Testbed: "bench 1; rm -rf /",
		Args: []string{"/bin/sh", "-c", `printf '%s|%s|%s|%s' "$1" "$FFSCERT_ACTION" "$FFSCERT_SITUATION" "$FFSCERT_TESTBED" > "$2"`, "x", "{action} {situation} {testbed}", said}}
	for action, do := range map[string]func(context.Context, network.Situation) error{"arrange": c.Arrange, "restore": c.Restore} {
		require.NoError(t, do(t.Context(), network.OnlyPasswordWrong))
		text, err := os.ReadFile(said)
		require.NoError(t, err)
		require.Equal(t, action+" only_password_wrong bench 1; rm -rf /|"+action+"|only_password_wrong|bench 1; rm -rf /", string(text))
	}

	fails := network.Command{Args: []string{"/bin/sh", "-c", "yes far too much | head -c 100000; printf '\\033[31mno such\\naccess point'; exit 3"}}
	err := fails.Arrange(t.Context(), network.FFSSwitchedOff)
	requireTrouble(t, err, certification.RigNetwork, "no such access point)")
	require.Less(t, len(err.Error()), 600)
	require.NotContains(t, err.Error(), "\x1b")
	requireTrouble(t, network.Command{Args: []string{filepath.Join(dir, "nothing")}}.Restore(t.Context(), network.FFSSwitchedOff), certification.RigNetwork, "could not be brought back")

	slow := network.Command{Args: []string{"/bin/sh", "-c", "sleep 60 & sleep 60"}, Timeout: 50 * time.Millisecond}
	requireTrouble(t, slow.Arrange(t.Context(), network.FFSSwitchedOff), certification.RigNetwork, "did not end within 50ms")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, slow.Arrange(ctx, network.FFSSwitchedOff), context.Canceled)
}

func TestHTTP(t *testing.T) {
	var got network.Request
	var token, answer string
	status := 204
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &got); err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%v %s %s", err, r.Method, body)
		}
		token = r.Header.Get("Authorization")
		if status == 302 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	defer srv.Close()
	h := network.HTTP{URL: srv.URL + "/network?x=1", Token: "t0ken", Testbed: "bench"}
	require.NoError(t, h.Arrange(t.Context(), network.NetworkNotNearby))
	require.Equal(t, network.Request{Action: "arrange", Situation: "network_not_nearby", Testbed: "bench"}, got)
	require.Equal(t, "Bearer t0ken", token)
	require.NoError(t, h.Restore(t.Context(), network.NetworkNotNearby))
	require.Equal(t, "restore", got.Action)

	status, answer = 500, "the access point\n is \x1b[31mgone"+strings.Repeat("!", 10000)
	err := h.Arrange(t.Context(), network.NetworkNotNearby)
	requireTrouble(t, err, certification.RigNetwork, "HTTP status 500 (the access point is [31mgone!!!")
	require.Less(t, len(err.Error()), 600)
	status, answer = 302, ""
	requireTrouble(t, h.Arrange(t.Context(), network.NetworkNotNearby), certification.RigNetwork, "HTTP status 302")

	srv.Close()
	err = h.Restore(t.Context(), network.NetworkNotNearby)
	requireTrouble(t, err, certification.RigNetwork, "refused")
	require.NotContains(t, err.Error(), "t0ken")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, h.Arrange(ctx, network.NetworkNotNearby), context.Canceled)
}

func TestHTTPThatDoesNotAnswer(t *testing.T) {
	stay := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-stay:
		case <-r.Context().Done():
		}
	}))
	defer srv.Close()
	defer close(stay)
	err := network.HTTP{URL: srv.URL, Timeout: 50 * time.Millisecond}.Arrange(t.Context(), network.FFSSwitchedOff)
	requireTrouble(t, err, certification.RigNetwork, "no answer within 50ms")
}

// person answers as it is told to.
type person struct {
	answer drivers.Answer
	err    error
	asked  []drivers.Question
	waits  time.Duration
}

func (p *person) Ask(ctx context.Context, q drivers.Question) (drivers.Answer, error) {
	p.asked = append(p.asked, q)
	select {
	case <-time.After(p.waits):
	case <-ctx.Done():
		return drivers.Answer{}, ctx.Err()
	}
	return p.answer, p.err
}

func TestOperator(t *testing.T) {
	ask := func(p *person) error {
		return network.Operator{Testbed: "bench", Who: func() drivers.Operator { return p }}.Arrange(t.Context(), network.FirstPasswordWrong)
	}
	p := &person{answer: drivers.Answer{Yes: true}}
	require.NoError(t, ask(p))
	require.Equal(t, "bench", p.asked[0].Testbed)
	require.True(t, p.asked[0].Request)
	require.Contains(t, p.asked[0].Text, "Please save two Wi-Fi networks")
	requireTrouble(t, ask(&person{answer: drivers.Answer{Note: "no\nrouter"}}), certification.RigNetwork, "cannot be done: no router")
	requireTrouble(t, ask(&person{err: drivers.ErrNobody}), certification.RigNetwork, "nobody answered")

	nobody := network.Operator{Who: func() drivers.Operator { return nil }}
	requireTrouble(t, nobody.Restore(t.Context(), network.FFSSwitchedOff), certification.RigNobody, "switch Frustration-Free Setup on in the Amazon account, and nobody was there")

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	slow := network.Operator{Who: func() drivers.Operator { return &person{waits: time.Hour} }}
	require.ErrorIs(t, slow.Arrange(ctx, network.FFSSwitchedOff), context.DeadlineExceeded)
}

// fake notes what it was asked.
type fake struct {
	asked []string
	fails error
}

func (f *fake) Arrange(_ context.Context, s network.Situation) error {
	f.asked = append(f.asked, "arrange "+string(s))
	return f.fails
}

func (f *fake) Restore(_ context.Context, s network.Situation) error {
	f.asked = append(f.asked, "restore "+string(s))
	return f.fails
}

func TestKeeper(t *testing.T) {
	note := filepath.Join(t.TempDir(), "deep", "note")
	lab := &fake{}
	k, err := network.NewKeeper(lab, note)
	require.NoError(t, err)
	require.NoError(t, k.Restore(t.Context()))
	require.NoError(t, k.Arrange(t.Context(), network.FFSSwitchedOff))
	require.Equal(t, network.FFSSwitchedOff, k.Arranged())
	require.NoError(t, k.Arrange(t.Context(), network.DeviceNotRegistered))
	require.Equal(t, []string{"arrange ffs_switched_off", "restore ffs_switched_off", "arrange device_not_registered"}, lab.asked)

	// Another process takes it up.
	k, err = network.NewKeeper(lab, note)
	require.NoError(t, err)
	require.Equal(t, network.DeviceNotRegistered, k.Arranged())
	lab.fails = errors.New("stuck")
	err = k.Restore(t.Context())
	requireTrouble(t, err, certification.RigNotRestored, "still in the situation device_not_registered (the device is not registered to the account): stuck")
	require.Equal(t, network.DeviceNotRegistered, k.Arranged())
	lab.fails = nil
	require.NoError(t, k.Restore(t.Context()))
	require.Empty(t, k.Arranged())
	require.NoFileExists(t, note)

	// An arrangement that failed may have changed something, unless it was never
	// begun.
	lab.fails = errors.New("half")
	require.Error(t, k.Arrange(t.Context(), network.FFSSwitchedOff))
	require.Equal(t, network.FFSSwitchedOff, k.Arranged())
	require.FileExists(t, note)
	lab.fails = nil
	require.NoError(t, k.Restore(t.Context()))
	for _, code := range []certification.Code{certification.RigNobody, certification.DefConfiguration} {
		lab.fails = &certification.Trouble{Code: code}
		require.Error(t, k.Arrange(t.Context(), network.FFSSwitchedOff))
		require.Empty(t, k.Arranged())
		require.NoFileExists(t, note)
	}

	// What cannot be noted is not done.
	lab.fails, lab.asked = nil, nil
	k, err = network.NewKeeper(lab, filepath.Join(note, "in-a-file"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(note, nil, 0o600))
	require.Error(t, k.Arrange(t.Context(), network.FFSSwitchedOff))
	require.Empty(t, lab.asked)
	_, err = network.NewKeeper(lab, note)
	require.ErrorContains(t, err, "holds no situation")

	var nothing *network.Keeper
	require.NoError(t, nothing.Restore(t.Context()))
	require.Empty(t, nothing.Arranged())
}
