package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// hostile are strings that do harm where they are shown as they are.
var hostile = []string{
	"\x1b[2J\x1b[31mPASSED\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07", "\u009b31mred", "\x1bPq\x1b\\",
	"evil\u202etxt.exe", "\u2066isolate\u2069", "mark\u200f\u061c", "zero\u200bwidth\ufeff", "\U000e0041tag",
	"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</style><svg/onload=alert(1)>", "javascript:alert(1)", "{{.}} ${7*7} {{constructor}}",
	"=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "a\r\nffscert: all passed\n  hint: believe it", "%s%n%d", "../../etc/passwd", "C:\\con\x00nul", "\xff\xfe not text",
	"' OR 1=1; DROP TABLE attempts;--", strings.Repeat("A", 3000), "👩\u200d💻 Küche 日本",
}

// A server and a phone that say all of that, on every page and in every error:
// nothing of it is obeyed by whatever shows it.
func TestHostileStringsAreHarmless(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	dir := t.TempDir()
	said := served(t, dir, "--listen", "127.0.0.1:0", "--speed", "50")
	u, err := url.Parse(said.Appium)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(u)
	n := 0
	proxy.ModifyResponse = func(r *http.Response) error {
		if r.Request.URL.Path != "/session" || r.StatusCode != 200 {
			return nil
		}
		var v struct {
			Value struct {
				SessionID    string         `json:"sessionId"`
				Capabilities map[string]any `json:"capabilities"`
			} `json:"value"`
		}
		if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
			return err
		}
		v.Value.Capabilities["deviceModel"] = strings.Join(hostile[:10], " ")
		v.Value.Capabilities["platformVersion"] = hostile[10]
		v.Value.Capabilities["automationName"] = hostile[0]
		b, err := json.Marshal(v)
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(string(b))), int64(len(b))
		r.Header.Set("Content-Length", strconv.Itoa(len(b)))
		return err
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The phone lists its devices, and then everything fails with words of its own.
		if strings.HasSuffix(r.URL.Path, "/click") {
			n++
			w.WriteHeader(500)
			json.NewEncoder(w).Encode(map[string]any{"value": map[string]any{"error": hostile[n%len(hostile)], "message": strings.Join(hostile[n%len(hostile):], " "), "stacktrace": hostile}})
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	text := fmt.Sprintf(`version: 1
plan: mss-wifi-default
product: {device_name: First light, brand: %q, model: %q, firmware: %q, hardware: %q, device_type_id: %q, amazon_customer_id: %q}
testbeds:
  - name: bench
    phone: {endpoint: %q, udid: %s}
    plugs: {device: First plug, provisioner: Second plug}
    provisioner: "<b>Echo</b>"
`, "<script>alert(1)</script>", "x onerror=alert(1)", "{{.}}", "=cmd|calc", "javascript:alert(1)", "' OR 1=1", srv.URL, said.Serial)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ffscert.yaml"), []byte(text), 0o600))
	features := filepath.Join(dir, "own")
	require.NoError(t, os.MkdirAll(features, 0o700))
	for i, h := range hostile[5:13] {
		require.NoError(t, os.WriteFile(filepath.Join(features, fmt.Sprintf("own%d.feature", i)),
			[]byte("Feature: "+h+"\n\n  Scenario: "+h+"\n    When I delete the device in the Alexa app\n"), 0o600))
	}
	for _, args := range [][]string{
		{"--log-level", "debug", "run", "own/own0.feature", "own/own5.feature", "own/own6.feature", "--features", "own", "--record"},
		{"--log-level", "debug", "--log-format", "json", "run", "own/own1.feature", "--features", "own", "--json"},
	} {
		s, out, errs := testState(t, dir, args...)
		status := Main(s)
		require.Contains(t, []int{exitFailed, exitOutside}, status, errs)
		mustBeHarmless(t, strings.Join(args, " ")+" stdout", out.String())
		mustBeHarmless(t, strings.Join(args, " ")+" stderr", errs.String())
		require.Positive(t, n, errs)
		for _, more := range [][]string{{"matrix"}, {"matrix", "--format", "json"}, {"matrix", "--format", "html"}, {"check", "--features", "own"}, {"check", "--features", "own", "--json"},
			{"run", "--features", "own", "--case", hostile[0]}, {"explain", hostile[1]}, {"plan", "show", hostile[2]}, {"matrix", hostile[5]}, {"run", "--plan", hostile[6]},
			{"run", "--testbed", hostile[7]}, {"run", hostile[3] + ".feature"}, {hostile[0]}, {"run", "--" + hostile[4]}, {"virtual", "serve", "--replay", hostile[5]}} {
			s, out, errs := testState(t, dir, more...)
			Main(s)
			mustBeHarmless(t, fmt.Sprintf("%q stdout", more), out.String())
			mustBeHarmless(t, fmt.Sprintf("%q stderr", more), errs.String())
		}
		for _, name := range []string{"matrix.json", "matrix.html"} {
			b, err := os.ReadFile(filepath.Join(dir, "runs", "latest", name))
			require.NoError(t, err)
			mustBeHarmless(t, name, string(b))
			if name == "matrix.json" {
				require.True(t, json.Valid(b))
			}
		}
	}
}

func mustBeHarmless(t *testing.T, where, text string) {
	t.Helper()
	for i, r := range text {
		if r != '\n' && r != '\t' && r != '\r' && r != '\u200d' && !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) {
			t.Errorf("%s holds %U: %q", where, r, text[max(0, i-60):min(len(text), i+30)])
			return
		}
	}
	if strings.Contains(where, "html") {
		for _, bad := range []string{"<script>alert", "<img src=x", "<svg/onload", "href=\"javascript", "<b>Echo"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s holds %s", where, bad)
			}
		}
	}
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "ffscert: all passed") {
			t.Errorf("%s holds a line that nobody wrote", where)
		}
	}
}
