package onetime_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ffscert/drivers"
	"ffscert/drivers/onetime"
	"ffscert/features/certification"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// still is a clock that moves only when somebody sleeps.
type still struct{ at time.Time }

func (c *still) Now() time.Time { return c.at }
func (c *still) Sleep(ctx context.Context, d time.Duration) error {
	c.at = c.at.Add(d)
	return ctx.Err()
}

func totpAt(t *testing.T, secret string, at int64) (*onetime.TOTP, *still) {
	t.Helper()
	o, err := onetime.NewTOTP(secret)
	require.NoError(t, err)
	c := &still{time.Unix(at, 0).UTC()}
	o.Clock, o.Now = c, func(context.Context) (time.Time, error) { return c.at, nil }
	return o, c
}

// The examples of RFC 6238, appendix B: secret "12345678901234567890" in ASCII.
// Of times that are near the end of a step, the code is the next step's.
func TestTheExamplesOfRFC6238(t *testing.T) {
	const rfc = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	const uri = "otpauth://totp/Amazon:qa?secret=" + rfc + "&digits=8"
	for at, want := range map[int64]string{1111111111: "14050471", 1234567890: "89005924", 20000000000: "65353130"} {
		o, _ := totpAt(t, uri, at)
		got, err := o.Code(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, got, at)
		o, _ = totpAt(t, strings.ToLower(rfc[:4]+" "+rfc[4:]), at) // as people copy it
		got, err = o.Code(t.Context())
		require.NoError(t, err)
		require.Equal(t, want[2:], got, at)
	}
}

// A code that is about to end is not given, nor one twice.
func TestTheNextCodeIsWaitedFor(t *testing.T) {
	const rfc = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	o, c := totpAt(t, rfc, 1111111109) // one second before 1111111110; the RFC has 07081804
	got, err := o.Code(t.Context())
	require.NoError(t, err)
	require.Equal(t, "050471", got)
	require.GreaterOrEqual(t, c.at.Unix(), int64(1111111110))
	again, err := o.Code(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, got, again)
	require.GreaterOrEqual(t, c.at.Unix(), int64(1111111140))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = o.Code(ctx)
	require.ErrorIs(t, err, context.Canceled)
	o.Now = func(context.Context) (time.Time, error) { return time.Time{}, errors.New("no time") }
	_, err = o.Code(t.Context())
	require.ErrorContains(t, err, "no time")
}

func TestSecretsThatAreNone(t *testing.T) {
	for _, s := range []string{"", "  ", "not base32!", "0189", "otpauth://hotp/x?secret=GEZDGNBV", "otpauth://totp/x", "otpauth://totp/x?secret=%", "otpauth:",
		"otpauth://totp/x?secret=GEZDGNBV&period=1", "otpauth://totp/x?secret=GEZDGNBV&digits=99"} {
		_, err := onetime.NewTOTP(s)
		require.Error(t, err, s)
		if len(s) > 8 {
			require.NotContains(t, err.Error(), s)
		}
	}
}

func program(t *testing.T, script string) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "code")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700))
	return []string{path, "{testbed}"}
}

func TestACommandPrintsTheCode(t *testing.T) {
	for name, c := range map[string]struct {
		script, want, err string
	}{
		"plain":      {"echo 123456", "123456", ""},
		"in groups":  {"printf ' 123 456\\r\\n'", "123456", ""},
		"arguments":  {`[ "$1" = bench-1 ] && [ "$FFSCERT_TESTBED" = bench-1 ] && echo 4711`, "4711", ""},
		"noise":      {"echo wait >&2; echo 123456", "123456", ""},
		"fails":      {"echo 123456; exit 3", "", "failed: exit status 3"},
		"nothing":    {"true", "", "printed 0 bytes that are no code"},
		"junk":       {"echo your code is 987654", "", "printed 20 bytes that are no code"},
		"two lines":  {"echo 123456; echo 654321", "", "are no code"},
		"very much":  {"head -c 300000 /dev/zero", "", "printed 300000 bytes"},
		"hangs":      {"sleep 60", "", "did not end within 300ms"},
		"leaves one": {"sleep 60 & echo 123456; exit 0", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := onetime.Command{Args: program(t, c.script), Testbed: "bench-1"}
			if name == "hangs" {
				cmd.Timeout = 300 * time.Millisecond
			}
			got, err := cmd.Code(t.Context())
			if name == "leaves one" { // its output stays open: the code may or may not be taken, but nothing hangs
				return
			}
			if c.err == "" {
				require.NoError(t, err)
				require.Equal(t, c.want, got)
				return
			}
			require.ErrorContains(t, err, c.err)
			require.NotContains(t, err.Error(), "987654")
			require.Equal(t, certification.RigOneTimeCode, certification.TroubleOf(err).Code)
			require.NotEmpty(t, certification.TroubleOf(err).Hint)
		})
	}
	_, err := onetime.Command{Args: []string{"/nowhere/at/all"}}.Code(t.Context())
	require.Equal(t, certification.RigOneTimeCode, certification.TroubleOf(err).Code)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = onetime.Command{Args: program(t, "sleep 60")}.Code(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

// person answers what is asked.
type person struct {
	answer drivers.Answer
	err    error
	asked  *drivers.Question
}

func (p person) Ask(_ context.Context, q drivers.Question) (drivers.Answer, error) {
	*p.asked = q
	return p.answer, p.err
}

func TestAPersonTypesTheCode(t *testing.T) {
	for name, c := range map[string]struct {
		who  func(*drivers.Question) drivers.Operator
		want string
		err  string
	}{
		"types": {func(q *drivers.Question) drivers.Operator {
			return person{drivers.Answer{Yes: true, Code: "12 34 56"}, nil, q}
		}, "123456", ""},
		"mistypes": {func(q *drivers.Question) drivers.Operator {
			return person{drivers.Answer{Yes: true, Code: "no idea"}, nil, q}
		}, "", "what was typed is no code"},
		"has none":  {func(q *drivers.Question) drivers.Operator { return person{drivers.Answer{Skipped: true}, nil, q} }, "", "the operator had none"},
		"left":      {func(q *drivers.Question) drivers.Operator { return person{drivers.Answer{}, drivers.ErrNobody, q} }, "", "nobody typed one"},
		"not there": {func(*drivers.Question) drivers.Operator { return nil }, "", "nobody is at a terminal"},
		"goes home": {func(q *drivers.Question) drivers.Operator { return person{drivers.Answer{}, context.Canceled, q} }, "", "canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked drivers.Question
			got, err := onetime.Prompt{Who: func() drivers.Operator { return c.who(&asked) }, Testbed: "bench-1"}.Code(t.Context())
			if c.err == "" {
				require.NoError(t, err)
				require.Equal(t, c.want, got)
				require.True(t, asked.Code)
				require.Equal(t, "bench-1", asked.Testbed)
				return
			}
			require.ErrorContains(t, err, c.err)
			require.NotContains(t, err.Error(), "no idea")
		})
	}
}
