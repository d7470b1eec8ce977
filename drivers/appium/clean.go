package appium

import (
	"bytes"
	"io"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sirupsen/logrus"

	"ffscert/drivers/secret"
)

// maxMessage bounds what of a server's message is kept, in characters.
const maxMessage = 400

// cleaner makes foreign text fit to be shown: short, on one line, without
// anything that a terminal obeys, and without secrets.
type cleaner struct{ secrets *secret.Masker }

// newCleaner adds to the secrets that are known the endpoint's password and the
// capabilities whose names say that they are secret.
func newCleaner(known *secret.Masker, user *url.Userinfo, caps map[string]any) cleaner {
	if known == nil {
		known = new(secret.Masker)
	}
	if user != nil {
		password, _ := user.Password()
		known.AddLogin(user.Username(), password)
	}
	c := cleaner{known}
	c.collect("", caps)
	return c
}

var secretName = regexp.MustCompile(`(?i)pass(word|wd|phrase|code)|secret|token|bearer|authorization|cookie|(access|api|private|unlock).?key|credential|(^|[^a-z])(pass|pwd|pin|otp)$`)

func (c cleaner) collect(name string, value any) {
	switch v := value.(type) {
	case string:
		if secretName.MatchString(name) {
			c.secrets.Add(v)
			// Of "Bearer abc", a server may repeat the latter alone.
			if scheme, rest, two := strings.Cut(v, " "); two && !strings.Contains(rest, " ") && len(scheme) < 10 {
				c.secrets.Add(rest)
			}
		}
		if u, err := url.Parse(v); err == nil && u.User != nil {
			password, _ := u.User.Password()
			c.secrets.AddLogin(u.User.Username(), password)
		}
	case map[string]any:
		for inner, value := range v {
			if secretName.MatchString(name) {
				inner = name
			}
			c.collect(inner, value)
		}
	case []any:
		for _, value := range v {
			c.collect(name, value)
		}
	}
}

// holdSecret tells whether a capability is one that servers should not log.
func holdSecret(caps map[string]any) bool {
	for name, value := range caps {
		inner, group := value.(map[string]any)
		if secretName.MatchString(name) || group && holdSecret(inner) {
			return true
		}
	}
	return false
}

// message is s as it may be shown; more are further secrets.
func (c cleaner) message(s string, more ...string) string {
	// Twice: what is removed in between may have stood within a secret.
	s = safe(hide(c.secrets.Text(s), more))
	return clip(hide(c.secrets.Text(s), more), maxMessage)
}

func hide(s string, words []string) string {
	for _, w := range words {
		if w != "" {
			s = strings.ReplaceAll(s, w, secret.Mask)
		}
	}
	return s
}

// bytes is b with the secrets masked, for a recorder. What a request says is a
// secret of its own is masked even if it is short, as a JSON string.
func (c cleaner) bytes(b []byte, more ...string) []byte {
	for _, word := range more {
		if quoted, err := marshal(word); err == nil && word != "" {
			b = bytes.ReplaceAll(b, quoted, []byte(`"`+secret.Mask+`"`))
		}
	}
	return c.secrets.Bytes(b)
}

// safe removes what a terminal would obey or what would turn text around, and
// joins lines.
func safe(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	var b strings.Builder
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r) && r != '\u200d':
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

func clip(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

func silent() logrus.FieldLogger {
	l := logrus.New()
	l.SetOutput(io.Discard)
	l.SetLevel(logrus.PanicLevel)
	return l
}
