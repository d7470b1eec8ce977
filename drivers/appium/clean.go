package appium

import (
	"bytes"
	"encoding/json"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sirupsen/logrus"
)

// maxMessage bounds what of a server's message is kept, in characters.
const maxMessage = 400

const mask = "***"

// cleaner makes foreign text fit to be shown: short, on one line, without
// anything that a terminal obeys, and without secrets.
type cleaner struct{ secrets []string }

// newCleaner knows the endpoint's password and the capabilities whose names
// say that they are secret.
func newCleaner(user *url.Userinfo, caps map[string]any) cleaner {
	var c cleaner
	if user != nil {
		if password, ok := user.Password(); ok {
			c.add(password)
		}
	}
	c.collect(caps)
	// The longest first, so that no part of one is left over.
	slices.SortFunc(c.secrets, func(a, b string) int { return len(b) - len(a) })
	return c
}

func (c *cleaner) add(secret string) {
	// Masking a very short one would only make messages unreadable.
	if len(secret) >= 4 {
		c.secrets = append(c.secrets, secret)
	}
}

var secretName = regexp.MustCompile(`(?i)password|passwd|secret|token|(access|api|private).?key|unlockkey|credential`)

func (c *cleaner) collect(caps map[string]any) {
	for name, value := range caps {
		switch v := value.(type) {
		case string:
			if secretName.MatchString(name) {
				c.add(v)
			}
		case map[string]any:
			c.collect(v)
		}
	}
}

// message is s as it may be shown; more are further secrets.
func (c cleaner) message(s string, more ...string) string {
	if len(s) > 8*maxMessage {
		s = s[:8*maxMessage]
	}
	for _, secret := range slices.Concat(more, c.secrets) {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, mask)
		}
	}
	return clip(safe(s), maxMessage)
}

// bytes is b with the secrets masked, for a recorder.
func (c cleaner) bytes(b []byte, more ...string) []byte {
	for _, secret := range slices.Concat(more, c.secrets) {
		if secret == "" {
			continue
		}
		b = bytes.ReplaceAll(b, []byte(secret), []byte(mask))
		// As our own writer quotes it, and as others do.
		if quoted, err := marshal(secret); err == nil {
			b = bytes.ReplaceAll(b, quoted[1:len(quoted)-1], []byte(mask))
		}
		if quoted, err := json.Marshal(secret); err == nil {
			b = bytes.ReplaceAll(b, quoted[1:len(quoted)-1], []byte(mask))
		}
	}
	return b
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
