// Package onetime gets the one-time codes that a sign-in page asks for after the
// password: from the secret of an authenticator app, from a command of the
// user's, or from the person at the terminal.
//
// It knows what a code is, and nothing of pages or scenarios. A code is a secret
// for the short time of its life: no error repeats one, nor what a command
// printed instead of one.
package onetime

import (
	"context"
	"regexp"
	"strings"

	"ffscert/features/certification"
)

// Source gives codes.
type Source interface {
	// Code is a code that can be typed now. A source that knows when its codes
	// end gives none that is about to, and never the same twice: it waits.
	// Errors are, or wrap, a *certification.Trouble or the context's error.
	Code(ctx context.Context) (string, error)
}

// form is what a code may be. Amazon's have six digits; how long others are is
// not known.
var form = regexp.MustCompile(`^[0-9]{4,10}$`)

// read takes a code from what somebody wrote, such as "123 456".
func read(said string) (code string, ok bool) {
	code = strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(strings.TrimSpace(said))
	return code, form.MatchString(code)
}

func trouble(message, hint string, err error) error {
	return &certification.Trouble{Code: certification.RigOneTimeCode, Cause: certification.CauseRig, Err: err, Message: message, Hint: hint}
}
