package uiautomator

import (
	"context"
	"regexp"
	"strings"

	"ffscert/drivers/virtual/ui"
)

// fullID is a resource id that names its package.
var fullID = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9._]*:[^/]+/\S+$`)

const strategies = "id, accessibility id, class name, xpath, -android uiautomator"

// query is a find as the driver sends it.
type query struct {
	Strategy string `json:"strategy"`
	Selector string `json:"selector"`
	Context  string `json:"context"` // an element, or "" for the whole screen
	// The W3C form, for those who speak to the server directly.
	Using string `json:"using"`
	Value string `json:"value"`
}

// native is the query in the driver's form.
func (q query) native() query {
	if q.Strategy == "" {
		q.Strategy, q.Selector = q.Using, q.Value
	}
	return q
}

// match is what a find found; selector is set where the element is a UiObject.
type match struct {
	n        *node
	selector *selector
}

func (e *Engine) locate(ctx context.Context, q query, all bool) ([]match, error) {
	q = q.native()
	op := ui.OpFind
	if q.Strategy == "xpath" {
		op = ui.OpXPath
	}
	if err := e.charge(ctx, op); err != nil {
		return nil, err
	}
	if err := e.waitIdle(ctx); err != nil {
		return nil, err
	}
	return e.search(ctx, q, all)
}

// search is a find without what it costs.
func (e *Engine) search(ctx context.Context, q query, all bool) ([]match, error) {
	var within *node
	if strings.TrimSpace(q.Context) != "" {
		n, err := e.element(ctx, q.Context)
		if err != nil {
			return nil, err
		}
		within = n
	}
	switch q.Strategy {
	case "id":
		return e.byID(q.Selector, within)
	case "accessibility id":
		return e.simple(within, func(n *node) bool { return n.ContentDesc != "" && n.ContentDesc == q.Selector }), nil
	case "class name":
		class := q.Selector
		if strings.HasPrefix(class, ".") {
			class = "android.widget" + class
		}
		return e.simple(within, func(n *node) bool { return n.Class == class }), nil
	case "xpath":
		found, err := e.byXPath(ctx, q.Selector, within)
		return plain(found), err
	case "-android uiautomator":
		return e.byUiAutomator(ctx, q.Selector, within, all)
	}
	return nil, invalidSelector("Selector strategy '%s' is not supported. Only the following selector strategies are supported: [%s]", clip(q.Strategy), strategies)
}

func plain(nodes []*node) []match {
	out := make([]match, len(nodes))
	for i, n := range nodes {
		out[i].n = n
	}
	return out
}

// simple is a search with a BySelector: visible nodes of the window(s), or a
// node and what is below it.
func (e *Engine) simple(within *node, ok func(*node) bool) []match {
	var found []*node
	visit := func(n *node) bool {
		if ok(n) {
			found = append(found, n)
		}
		return true
	}
	if within != nil {
		within.visible(visit)
		return plain(found)
	}
	for _, r := range look(e.h).roots(e.set.bool("enableMultiWindows")) {
		r.visible(visit)
	}
	return plain(found)
}

// byID completes a bare id with the package under test, as the server does
// unless disableIdLocatorAutocompletion is on. Some apps give ids without a
// package; where nothing has the completed id, the id is taken as it stands,
// which the server does only on request (by that setting, or by
// mapTestTagToResourceId).
func (e *Engine) byID(id string, within *node) ([]match, error) {
	ask := func(id string) []match {
		return e.simple(within, func(n *node) bool { return n.ResourceID != "" && n.ResourceID == id })
	}
	if e.set.bool("disableIdLocatorAutocompletion") || fullID.MatchString(id) {
		return ask(id), nil
	}
	if e.appPackage != "" {
		if found := ask(e.appPackage + ":id/" + id); len(found) > 0 {
			return found, nil
		}
	}
	return ask(id), nil
}

func (e *Engine) byXPath(ctx context.Context, expr string, within *node) ([]*node, error) {
	if within != nil && e.set.bool("limitXPathContextScope") {
		return xpathFind(ctx, expr, below(within, e.set), nil)
	}
	return xpathFind(ctx, expr, look(e.h).document(e.set), within)
}

func (e *Engine) byUiAutomator(ctx context.Context, text string, within *node, all bool) ([]match, error) {
	statements, perr := parseUiAutomator(text)
	if perr != nil {
		return nil, perr
	}
	var out []match
	seen := map[string]bool{}
	keep := func(n *node, s *selector) {
		if n != nil && !seen[n.Key] {
			seen[n.Key] = true
			out = append(out, match{n, s})
		}
	}
	for i, x := range statements {
		s, n, err := e.evaluate(ctx, x)
		if err != nil {
			return nil, err
		}
		if n != nil {
			keep(n, nil)
			continue
		}
		now := look(e.h)
		one := func(s *selector) *node { return s.one(now.active) }
		if within != nil {
			root := now.find(within.Key)
			if root == nil {
				return nil, fail(codeStaleElement, "The element '%s' does not exist in DOM anymore", within.Key)
			}
			one = root.child
		}
		if !all {
			// All statements are carried out; the first one names the element.
			if i == 0 {
				found := one(s)
				if within != nil {
					s = nil
				}
				keep(found, s)
			}
			continue
		}
		for _, n := range s.all(one, now.size()) {
			keep(n, nil)
		}
	}
	return out, nil
}

func (n *node) child(s *selector) *node { return s.oneBelow(n) }
