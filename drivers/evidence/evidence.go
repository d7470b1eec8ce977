// Package evidence keeps what a phone showed: its picture and its page source.
// Passwords and one-time codes are painted over and left out before anything is
// stored; what cannot be made safe is not stored, and that is said.
//
// It knows phones and screens, and nothing of steps, verdicts or folders.
package evidence

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/screen"
	"ffscert/drivers/secret"
)

// within bounds how long one take may last.
const within = 30 * time.Second

// Phone is what pictures are taken of.
type Phone interface {
	Source(ctx context.Context) (string, error)
	Screenshot(ctx context.Context) ([]byte, error) // a PNG
}

// Camera takes pictures of one phone.
type Camera struct {
	Phone Phone
	// Maps say which fields of the apps are secret, beside those that the phone
	// itself calls passwords.
	Maps []*screen.Map
	// Secrets are words that must not be kept wherever they show up, such as
	// the test account's password.
	Secrets []string
	// Private, if not nil, tells which elements show what must not be kept for
	// another reason, such as the customer's name.
	Private func(n *screen.Node) bool
	// Person is who the customer is; may be nil.
	Person *secret.Person
	// Known are further secrets, in any form; may be nil.
	Known *secret.Masker
	// Save keeps a file and returns the path under which it is kept; the same
	// content is kept once.
	Save func(name string, data []byte) (string, error)
}

// Shot is what was kept.
type Shot struct {
	Paths []string
	// Lacks say, each in one line, what is not there and why.
	Lacks []string
}

func (s *Shot) lacks(format string, args ...any) {
	s.Lacks = append(s.Lacks, fmt.Sprintf(format, args...))
}

// Take keeps the page source and the picture of what is shown now. name is that
// of the files, without extension. It never fails: what is lacking is said.
func (c *Camera) Take(ctx context.Context, name string) Shot {
	var s Shot
	if c == nil || c.Save == nil {
		return s
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	before, err := c.look(ctx)
	if err != nil {
		s.lacks("no page source: %v", err)
		s.lacks("no picture: without the page source nobody knows what must be painted over")
		return s
	}
	s.keep(c, name+".xml", []byte(before.source))
	shot, err := c.Phone.Screenshot(ctx)
	if err != nil {
		s.lacks("no picture: the phone refused the screenshot: %v", err)
		return s
	}
	// The screen may have changed meanwhile: what is secret on either look is
	// painted over.
	after, err := c.look(ctx)
	if err != nil {
		s.lacks("no picture: the screen could not be looked at again, so nobody knows what must be painted over: %v", err)
		return s
	}
	picture, why := paintOver(shot, before, after)
	if why != "" {
		s.lacks("no picture: %s", why)
		return s
	}
	s.keep(c, name+".png", picture)
	return s
}

func (s *Shot) keep(c *Camera, name string, data []byte) {
	path, err := c.Save(name, data)
	if err != nil {
		s.lacks("%s could not be kept: %v", name, err)
		return
	}
	if !slices.Contains(s.Paths, path) {
		s.Paths = append(s.Paths, path)
	}
}

// look is one look at the screen, without what is secret.
type look struct {
	source        string
	secret        []drivers.Rect
	words         []string // that secret fields showed
	width, height int      // what the places are counted in
}

func (c *Camera) look(ctx context.Context) (look, error) {
	source, err := c.Phone.Source(ctx)
	if err != nil {
		return look{}, err
	}
	return c.judge(source)
}

// Redact is a page source without what its secret elements hold, and the words
// that fields showed which are secret.
func (c *Camera) Redact(source string) (masked string, words []string, err error) {
	l, err := c.judge(source)
	return l.source, l.words, err
}

// Paint paints over what is secret on a picture, by page sources of the same
// moment. why says why there is no picture.
func (c *Camera) Paint(picture []byte, sources ...string) (painted []byte, why string) {
	var looks []look
	for _, s := range sources {
		l, err := c.judge(s)
		if err != nil {
			return nil, "a page source of the same moment cannot be read, so nobody knows what must be painted over"
		}
		looks = append(looks, l)
	}
	return paintOver(picture, looks...)
}

func (c *Camera) judge(source string) (look, error) {
	t, err := screen.Parse(source)
	if err != nil {
		return look{}, err
	}
	l := look{width: t.Width, height: t.Height}
	// The size that the source gives may be without the system's bars.
	for _, w := range t.Windows {
		l.width, l.height = max(l.width, w.Bounds.X+w.Bounds.Width), max(l.height, w.Bounds.Y+w.Bounds.Height)
	}
	// A second tree is made of the same source: nodes are told apart by what
	// they are.
	var marked []screen.Node
	for _, m := range c.Maps {
		for _, n := range m.Secrets(t) {
			marked = append(marked, *n)
		}
	}
	l.source, l.secret, err = screen.Mask(source, func(n *screen.Node) bool {
		field := n.Password || asksForCode(n)
		if field && learns(n) {
			l.words = append(l.words, n.Text)
		}
		return field || c.says(n) || c.Private != nil && c.Private(n) || slices.ContainsFunc(marked, func(m screen.Node) bool {
			return m.Bounds == n.Bounds && m.ResourceID == n.ResourceID && m.Class == n.Class && m.Text == n.Text
		})
	})
	c.Known.Add(l.words...) // a server may repeat them
	// In attributes that no node has, too.
	l.source = c.Person.Text(c.Known.Text(l.source))
	return l, err
}

// learns tells whether a secret field's text is what was typed into it, and not
// its label or what hides the text.
func learns(n *screen.Node) bool {
	return len(n.Text) >= secret.Least && n.Text != n.Hint && n.Text != n.ContentDesc && !code.MatchString(n.Text) && strings.Trim(n.Text, "•*●∙·. ") != ""
}

// says tells whether a secret word shows up in the element.
func (c *Camera) says(n *screen.Node) bool {
	for _, says := range []string{n.Text, n.ContentDesc, n.Hint} {
		if says != "" && (c.Known.Holds(says) || c.Person.Holds(says)) {
			return true
		}
	}
	return slices.ContainsFunc(c.Secrets, func(s string) bool {
		return len(s) >= 4 && (strings.Contains(n.Text, s) || strings.Contains(n.ContentDesc, s) || strings.Contains(n.Hint, s))
	})
}

// code is how fields for one-time codes are called, by ids, hints and labels.
var code = regexp.MustCompile(`(?i)(^|[^a-z])(otp|otp.?code|totp|mfa|2fa|cvf|pin|pin.?code|passcode|passwort|password|one.?time.*|(verification|security|confirmation|auth\w*).?(code|pin)|einmalcode|bestätigungscode)([^a-z]|$)|認証コード|確認コード|パスワード`)

// asksForCode tells whether something is typed into the element that is a code
// or a password, by its name.
func asksForCode(n *screen.Node) bool {
	if !strings.HasSuffix(n.Class, "EditText") && !strings.HasSuffix(n.Class, "AutoCompleteTextView") {
		return false
	}
	id := n.ResourceID[strings.LastIndexByte(n.ResourceID, '/')+1:]
	return code.MatchString(id) || code.MatchString(n.Hint) || code.MatchString(n.ContentDesc)
}
