package consent

import (
	"cmp"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
	"golang.org/x/net/html"
)

// declarations are properties with their values, in lower case.
type declarations map[string]string

func parseDeclarations(s string) declarations {
	d := declarations{}
	p := css.NewParser(parse.NewInputString(s), true)
	for {
		kind, _, data := p.Next()
		switch kind {
		case css.ErrorGrammar:
			return d
		case css.DeclarationGrammar:
			d[strings.ToLower(string(data))] = value(p.Values())
		}
	}
}

func value(tokens []css.Token) string {
	var b strings.Builder
	for _, t := range tokens {
		b.Write(t.Data)
	}
	v, _, _ := strings.Cut(strings.ToLower(b.String()), "!important")
	return strings.TrimSpace(v)
}

// The bounds of what is read of a document's style sheets.
const (
	maxRules = 300
	maxSheet = 256 << 10 // bytes
)

// readSheet applies the style sheets in a document: what each element is given
// by the rules that select it, the more specific and later ones last. At-rules
// are left out.
func readSheet(root *html.Node) map[*html.Node]declarations {
	type applied struct {
		nodes       []*html.Node
		given       declarations
		specificity cascadia.Specificity
		order       int
	}
	var all []applied
	for _, el := range cascadia.QueryAll(root, cascadia.MustCompile("style")) {
		if el.FirstChild == nil || len(el.FirstChild.Data) > maxSheet {
			continue
		}
		p := css.NewParser(parse.NewInputString(el.FirstChild.Data), false)
		var selectors string
		given := declarations{}
		depth := 0
	sheet:
		for len(all) < maxRules {
			kind, _, data := p.Next()
			switch kind {
			case css.ErrorGrammar:
				break sheet
			case css.BeginAtRuleGrammar:
				depth++
			case css.EndAtRuleGrammar:
				depth--
			case css.QualifiedRuleGrammar:
				selectors += tokens(p.Values()) + ","
			case css.BeginRulesetGrammar:
				selectors += tokens(p.Values())
				given = declarations{}
			case css.DeclarationGrammar:
				given[strings.ToLower(string(data))] = value(p.Values())
			case css.EndRulesetGrammar:
				// A pseudo-class says how something looks while it is touched.
				if group, err := cascadia.ParseGroup(selectors); err == nil && depth == 0 && !strings.Contains(selectors, ":") {
					for _, s := range group {
						all = append(all, applied{cascadia.QueryAll(root, s), given, s.Specificity(), len(all)})
					}
				}
				selectors = ""
			}
		}
	}
	slices.SortStableFunc(all, func(a, b applied) int {
		switch {
		case a.specificity.Less(b.specificity):
			return -1
		case b.specificity.Less(a.specificity):
			return 1
		}
		return cmp.Compare(a.order, b.order)
	})
	result := map[*html.Node]declarations{}
	for _, a := range all {
		for _, n := range a.nodes {
			if result[n] == nil {
				result[n] = declarations{}
			}
			for k, v := range a.given {
				result[n][k] = v
			}
		}
	}
	return result
}

func tokens(values []css.Token) string {
	var b strings.Builder
	for _, t := range values {
		b.Write(t.Data)
	}
	return strings.TrimSpace(b.String())
}
