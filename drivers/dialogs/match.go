package dialogs

import (
	"regexp"
	"slices"
	"strings"

	"ffscert/drivers/screen"
)

// matcher asks for one node.
type matcher struct {
	id, class string
	texts     []*regexp.Regexp // one of them, on the text or the description
}

func (m matcher) matches(n *screen.Node) bool {
	if m.id != "" && n.ResourceID != m.id || m.class != "" && n.Class != m.class {
		return false
	}
	if len(m.texts) == 0 {
		return true
	}
	text, desc := plain(n.Text), ""
	if n.Text == "" {
		desc = plain(n.ContentDesc)
	}
	return slices.ContainsFunc(m.texts, func(re *regexp.Regexp) bool {
		return re.MatchString(text) || n.Text == "" && re.MatchString(desc)
	})
}

// app is the label that the node's text has in the place of {app}.
func (m matcher) app(n *screen.Node) string {
	if m.id != "" && n.ResourceID != m.id {
		return ""
	}
	for _, re := range m.texts {
		if at := re.SubexpIndex("app"); at > 0 {
			if got := re.FindStringSubmatch(plain(n.Text)); got != nil {
				return strings.TrimSpace(got[at])
			}
		}
	}
	return ""
}

// typographic are the signs for which releases of Android differ.
var typographic = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "„", `"`, "…", "...")

// plain makes texts comparable: releases of Android differ in their quotes and
// spaces.
func plain(s string) string {
	if s == "" {
		return ""
	}
	return strings.Join(strings.Fields(typographic.Replace(s)), " ")
}

// compile makes an expression of a pattern: * stands for anything, {app} for
// the label of an app; case does not matter.
func compile(pattern string) (*regexp.Regexp, error) {
	expr := regexp.QuoteMeta(plain(pattern))
	expr = strings.ReplaceAll(expr, `\*`, `.*`)
	expr = strings.Replace(expr, `\{app\}`, `(?P<app>.+?)`, 1)
	return regexp.Compile(`(?is)^` + expr + `$`)
}
