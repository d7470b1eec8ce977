package onetime

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"ffscert/drivers"
)

// TOTP makes codes from the secret of an authenticator app (RFC 6238).
type TOTP struct {
	// Now is the time by which codes are made: the phone's, whose clock is set by
	// the network; on a simulated phone it is the only one that counts.
	Now   func(ctx context.Context) (time.Time, error)
	Clock drivers.Clock // by which is waited
	// Alive, if not nil, is called while the next code is waited for.
	Alive func(ctx context.Context) error

	secret  string
	options totp.ValidateOpts
	last    string // the code that was given last
}

// NewTOTP reads a secret: base32, with or without spaces, or an address that
// begins with otpauth://totp/. The error does not repeat it.
func NewTOTP(secret string) (*TOTP, error) {
	t := &TOTP{secret: secret, options: totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}}
	if strings.HasPrefix(secret, "otpauth:") {
		key, err := otp.NewKeyFromURL(secret)
		if err != nil || key.Type() != "totp" {
			return nil, errors.New("is no address of one-time codes: it must begin with otpauth://totp/ and hold a secret")
		}
		t.secret = key.Secret()
		t.options = totp.ValidateOpts{Period: uint(key.Period()), Digits: key.Digits(), Algorithm: key.Algorithm()}
	}
	t.secret = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(t.secret))
	if t.options.Period < 10 || t.options.Period > 600 || t.options.Digits < 4 || t.options.Digits > 10 {
		return nil, errors.New("is no address of one-time codes: period must be 10 to 600 seconds, digits 4 to 10")
	}
	if _, err := totp.GenerateCodeCustom(t.secret, time.Unix(0, 0), t.options); err != nil || t.secret == "" {
		return nil, errors.New("is no secret of one-time codes: it must be base32 (A to Z and 2 to 7), or begin with otpauth://totp/")
	}
	return t, nil
}

// Secret is the secret itself, for whoever masks it.
func (t *TOTP) Secret() string { return t.secret }

// enough is how long a code has to be good for still: typing it and sending it
// takes seconds on a real phone.
const enough = 8 * time.Second

// Code is the code of now, or of the next step if this one is about to end or
// its code was given already.
func (t *TOTP) Code(ctx context.Context) (string, error) {
	for {
		now, err := t.Now(ctx)
		if err != nil {
			return "", err
		}
		code, err := totp.GenerateCodeCustom(t.secret, now, t.options)
		if err != nil {
			return "", trouble("no one-time code can be made", "see the secret that accounts.amazon.code names", nil)
		}
		period := time.Duration(t.options.Period) * time.Second
		left := period - time.Duration(now.UnixNano())%period
		if left >= min(enough, period/2) && code != t.last {
			t.last = code
			return code, nil
		}
		if err := drivers.Hold(ctx, t.Clock, "the next one-time code", left+time.Second, t.Alive); err != nil {
			return "", err
		}
	}
}
