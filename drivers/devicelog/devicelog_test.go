package devicelog_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ffscert/drivers"
	"ffscert/drivers/devicelog"
	"ffscert/features/certification"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var _ drivers.DeviceLog = devicelog.File("")

// What is new in a log, whoever keeps it and however much of it.
func TestLinesSinceTheMark(t *testing.T) {
	for name, c := range map[string]struct {
		before, now string
		want        []string
	}{
		"appended":                      {"a\nb\n", "a\nb\nc\n", []string{"c"}},
		"nothing new":                   {"a\nb\n", "a\nb\n", nil},
		"from nothing":                  {"", "a\nb\n", []string{"a", "b"}},
		"the same lines again":          {"a\na\n", "a\na\na\n", []string{"a"}},
		"only its end is kept":          {"a\nb\nc\n", "b\nc\nd\ne\n", []string{"d", "e"}},
		"only its end, with repetition": {"x\ny\nx\ny\n", "y\nx\ny\nz\n", []string{"z"}},
		"begun anew":                    {"a\nb\n", "boot\nb\n", []string{"boot", "b"}},
		"emptied":                       {"a\nb\n", "", nil},
		"a line that was half written":  {"a\nb", "a\nbc\nd\n", []string{"bc", "d"}},
		"half written at the end":       {"a\n", "a\nb", []string{"b"}},
		"carriage returns":              {"a\r\n", "a\r\nb\r\n", []string{"b"}},
		"control characters":            {"", "\x1b[31mred\x00\tx\u202e\n", []string{"[31mred x"}},
		"not text":                      {"", "\xff\xfe\n", []string{"�"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "device.log")
			l := devicelog.File(path)
			require.NoError(t, os.WriteFile(path, []byte(c.before), 0o600))
			require.NoError(t, l.Mark(t.Context()))
			require.NoError(t, os.WriteFile(path, []byte(c.now), 0o600))
			got, err := l.Lines(t.Context())
			require.NoError(t, err)
			require.Equal(t, append([]string{}, c.want...), append([]string{}, got...))
		})
	}
}

func TestAFileThatIsNotThereYet(t *testing.T) {
	path := filepath.Join(t.TempDir(), "device.log")
	l := devicelog.File(path)
	require.NoError(t, l.Mark(t.Context()))
	got, err := l.Lines(t.Context())
	require.NoError(t, err)
	require.Empty(t, got)
	require.NoError(t, os.WriteFile(path, []byte("a\n"), 0o600))
	got, err = l.Lines(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, got)
	requireTrouble(t, devicelog.File(t.TempDir()).Mark(t.Context()), "no regular file")
}

func requireTrouble(t *testing.T, err error, says string) {
	t.Helper()
	var trouble *certification.Trouble
	require.ErrorAs(t, err, &trouble)
	require.Equal(t, certification.RigDeviceLog, trouble.Code)
	require.Equal(t, certification.CauseRig, trouble.Cause)
	require.ErrorContains(t, err, says)
}

// Of a log without end the end is read, in whole lines.
func TestAHugeLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "device.log")
	line := strings.Repeat("x", 99) + "\n"
	require.NoError(t, os.WriteFile(path, []byte("first\n"+strings.Repeat(line, 60_000)+strings.Repeat("y", 10_000)+"\nlast\n"), 0o600))
	for _, l := range []*devicelog.Log{devicelog.File(path), devicelog.Command([]string{"cat", path})} {
		got, err := l.Lines(t.Context())
		require.NoError(t, err)
		require.Equal(t, "last", got[len(got)-1])
		require.Less(t, len(got), 43_000)
		require.Equal(t, strings.TrimSpace(line), got[0])
		require.LessOrEqual(t, len(slices.MaxFunc(got, func(a, b string) int { return len(a) - len(b) })), devicelog.MaxLine+3)
		// The mark holds although the beginning has gone.
		require.NoError(t, l.Mark(t.Context()))
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteString("new\n")
		require.NoError(t, err)
		require.NoError(t, f.Close())
		got, err = l.Lines(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{"new"}, got)
		require.NoError(t, os.Truncate(path, int64(len("first\n")+len(line)*60_000+10_000+len("\nlast\n"))))
	}
}

func TestCommand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	require.NoError(t, os.WriteFile(path, []byte("a\nb"), 0o600))
	l := devicelog.Command([]string{"cat", path})
	require.NoError(t, l.Mark(t.Context()))
	require.NoError(t, os.WriteFile(path, []byte("a\nb\nc"), 0o600))
	got, err := l.Lines(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"c"}, got, "the last line of what a program prints is whole")
	_, err = devicelog.Command([]string{"/bin/sh", "-c", "echo '\x1b[1mno device' >&2; exit 1"}).Lines(t.Context())
	requireTrouble(t, err, "no device")
	_, err = devicelog.Command([]string{"/nowhere/x"}).Lines(t.Context())
	requireTrouble(t, err, "/nowhere/x")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = l.Lines(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func TestHTTP(t *testing.T) {
	text, status := "a\n", 200
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, text)
	}))
	defer srv.Close()
	l := devicelog.HTTP(srv.URL)
	require.NoError(t, l.Mark(t.Context()))
	text = "a\nb\n"
	got, err := l.Lines(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"b"}, got)
	status = 503
	requireTrouble(t, l.Mark(t.Context()), "HTTP status 503")
	srv.Close()
	requireTrouble(t, l.Mark(t.Context()), "refused")
}

func TestPatterns(t *testing.T) {
	wss := devicelog.Default("wss-wifi")
	_, ok := devicelog.Find([]string{"x", "E: Failed to connect to a user network, reconnecting to setup network"}, wss.NetworkRefused)
	require.True(t, ok)
	require.Nil(t, wss.FailureReported, "how a device says so is not public")
	require.Equal(t, devicelog.Patterns{}, devicelog.Default("zss"))
	for line, want := range map[string]bool{
		"reported 3": true,
		"2026-11-27T15:40:14.452607006Z reported 3": true,
		"2026-11-27 15:40:14,452 +01:00 reported 3": true,
		"[15:40:14.452] reported 3":                 true,
		"(1:02:03): reported 3":                     true,
		"not reported 3":                            false,
		"15:40:14 not reported 3":                   false,
		"15:40:14reported 3":                        false,
	} {
		got, ok := devicelog.Find([]string{line}, regexp.MustCompile(`^reported \d$`))
		require.Equal(t, want, ok, line)
		if want {
			require.Equal(t, line, got)
		}
	}
	_, ok = devicelog.Find([]string{""}, nil)
	require.False(t, ok)
	own, err := devicelog.Texts{FailureReported: "told"}.Compile()
	require.NoError(t, err)
	both := own.Over(wss)
	require.Equal(t, own.FailureReported, both.FailureReported)
	require.Equal(t, wss.NetworkRefused, both.NetworkRefused)
	_, err = devicelog.Texts{NetworkRefused: "("}.Compile()
	require.ErrorContains(t, err, "network_refused")
}

func TestRedact(t *testing.T) {
	for line, want := range map[string]string{
		"wifi: ssid=home psk=hunter22 rssi=-40":   "wifi: ssid=home psk=[redacted] rssi=-40",
		`{"password": "a b c", "ssid": "home"}`:   `{"password": [redacted], "ssid": "home"}`,
		"PIN: 123456789":                          "PIN: [redacted]",
		"Authorization: Bearer abcdef0123456789":  "Authorization: Bearer [redacted]",
		"the passphrase is tr0ub4dor":             "the passphrase is [redacted]",
		"opening account of S3cr3t!":              "opening account of [redacted]",
		"state CONNECTING_TO_USER_NETWORK":        "state CONNECTING_TO_USER_NETWORK",
		`user network "old" refused: AUTH_FAILED`: `user network "old" refused: AUTH_FAILED`,
	} {
		require.Equal(t, []string{want}, devicelog.Redact([]string{line}, "S3cr3t!", "", "a"))
	}
}

func FuzzLines(f *testing.F) {
	f.Add("a\nb\n", "b\nc\n")
	f.Add("a\na\n", "a\n")
	f.Add("", "\x00\xff")
	f.Fuzz(func(t *testing.T, before, more string) {
		path := filepath.Join(t.TempDir(), "log")
		l := devicelog.File(path)
		if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := l.Mark(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(before+more), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := l.Lines(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		// Nothing that was whole before is new, and nothing new is missed.
		whole := strings.Count(before, "\n")
		all := strings.Count(before+more, "\n")
		if !strings.HasSuffix(before+more, "\n") && before+more != "" {
			all++
		}
		if len(got) != all-whole {
			t.Fatalf("%q + %q: %d lines %q, want %d", before, more, len(got), got, all-whole)
		}
	})
}
