package virtual_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/network"
	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
)

// Every situation that a testbed may be asked for is one that the lab knows.
func TestTheLabKnowsEverySituation(t *testing.T) {
	l, err := virtual.Open(virtual.Config{World: world.Defaults()})
	require.NoError(t, err)
	defer l.Close()
	for _, f := range network.Facts() {
		require.NoError(t, l.Network().Arrange(t.Context(), f.Situation))
		require.Equal(t, string(f.Situation), string(l.World.Situation()))
		require.NoError(t, l.Network().Restore(t.Context(), f.Situation))
		require.Empty(t, l.World.Situation())
	}
	err = l.Network().Arrange(t.Context(), "flood")
	require.Equal(t, certification.RigNetwork, certification.TroubleOf(err).Code)
}

func TestTheControlEndpoint(t *testing.T) {
	l, err := virtual.Open(virtual.Config{World: world.Defaults()})
	require.NoError(t, err)
	defer l.Close()
	ln, err := virtual.Listen("127.0.0.1:0")
	require.NoError(t, err)
	at := l.ServeControl(ln)
	defer http.DefaultClient.CloseIdleConnections()
	ask := func(method, path, contentType, body string) (int, string) {
		t.Helper()
		req, err := http.NewRequest(method, at+path, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", contentType)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, strings.TrimSpace(string(text))
	}
	for _, c := range []struct {
		method, path, contentType, body string
		status                          int
		says                            string
	}{
		{"GET", "/network", "", "", 200, `{"situation":""}`},
		{"POST", "/network", "application/json; charset=utf-8", `{"action":"arrange","situation":"ffs_switched_off","testbed":"x"}`, 200, `{"situation":"ffs_switched_off"}`},
		{"GET", "/network", "", "", 200, `{"situation":"ffs_switched_off"}`},
		{"POST", "/network", "text/plain", `{"action":"restore"}`, 415, "Content-Type"},
		{"POST", "/network", "application/json", `{"action":"arrange","situation":"flood"}`, 422, "no situation"},
		{"POST", "/network", "application/json", `{"action":"break"}`, 400, `no action "break"`},
		{"POST", "/network", "application/json", `{"action":`, 400, "no request"},
		{"POST", "/network", "application/json", strings.Repeat(" ", 1<<20) + "{}", 400, "no request"},
		{"GET", "/network", "", "", 200, `{"situation":"ffs_switched_off"}`},
		{"POST", "/network", "application/json", `{"action":"restore"}`, 200, `{"situation":""}`},
		{"PUT", "/network", "application/json", `{}`, 405, ""},
		{"GET", "/elsewhere", "", "", 404, ""},
	} {
		status, said := ask(c.method, c.path, c.contentType, c.body)
		require.Equal(t, c.status, status, "%s %s: %s", c.method, c.body, said)
		require.Contains(t, said, c.says)
	}
	for _, d := range l.World.Devices() {
		if d.Name == "First plug" {
			l.World.Switch(d.ID, true)
		}
	}
	require.NoError(t, l.Clock.Sleep(t.Context(), 100e9))
	status, said := ask("GET", "/device-log", "", "")
	require.Equal(t, 200, status)
	require.Regexp(t, `^\d{4}-\d\d-\d\dT[0-9:.]+Z commissioning state ADVERTISING\n`, said)
	require.Contains(t, said, "COMMISSIONING_COMPLETE")
}
