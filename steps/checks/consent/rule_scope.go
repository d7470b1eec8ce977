package consent

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ffscert/drivers"
	"ffscert/drivers/screen"
)

// The scopes whose words the phrase packs know. [O] The names are those of a
// published app and of LWA's documentation.
const (
	linkingScope = "alexa::skills:account_linking"
	profileScope = "profile"
	userIDScope  = "profile:user_id"
	postalScope  = "postal_code"
)

// named tells whether a text names a scope: by its own name, or by words.
func (s *subject) named(scope, says string) bool {
	if strings.Contains(says, normal(scope)) {
		// "profile" is a word, too: it counts only where the packs say so.
		if strings.ContainsAny(scope, ":_") {
			return true
		}
	}
	in := func(list func(*pack) phrases) bool {
		for _, p := range s.nearPacks() {
			if list(p).in(says) {
				return true
			}
		}
		return false
	}
	ffs := in(func(p *pack) phrases { return p.Scopes.FFS })
	switch scope {
	case FFSScope:
		return ffs
	case linkingScope:
		return !ffs && in(func(p *pack) phrases { return p.Scopes.Linking })
	case profileScope, userIDScope:
		return in(func(p *pack) phrases { return p.Scopes.Profile })
	case postalScope:
		return in(func(p *pack) phrases { return p.Scopes.Postal })
	}
	return false
}

// nearPacks are the packs of the language and of English.
func (s *subject) nearPacks() []*pack {
	if s.pack == nil {
		return s.packs
	}
	return []*pack{s.pack, s.a.packs["en"]}
}

// scopeTexts are the texts of a consent page that may name a scope: neither
// labels of its choices nor its links.
func (v *view) scopeTexts() []text {
	var texts []text
	for _, t := range v.texts {
		if t.control != nil && !t.control.Checkable {
			continue
		}
		texts = append(texts, t)
	}
	return texts
}

func (s *subject) requested() []string {
	var scopes []string
	for _, v := range s.request["scope"] {
		scopes = append(scopes, strings.Fields(v)...)
	}
	return scopes
}

// judgeScope is LWA-SCOPE. Source: Provisionee Certification Guide, "Device
// Details" (supports Login with Amazon, including the FFS scope); LWA
// documentation, scope. The words by which Amazon's page names a scope are not
// public: what is recognised is held against the profile, and a declared scope
// that is not recognised fails only if everything on the page is understood.
func judgeScope(s *subject, j *judgement) {
	declared := s.c.DeclaredScopes
	if declared == nil {
		j.lacks("the scopes that the product's profile declares are not known")
	} else if !slices.Contains(declared, FFSScope) {
		j.find(Fail, nil, drivers.Rect{}, "the profile does not declare the scope of Frustration-Free Setup, %s", FFSScope)
	}
	switch {
	case s.c.RequestedURL == "":
		j.lacks("%s, so the scopes that were requested are not known", s.c.unseen())
	case s.badURL != nil:
		j.lacks("%s", s.badURL)
	default:
		s.requestedScopes(j, declared)
	}
	if len(s.consent) == 0 {
		j.lacks("no consent page was recorded")
		return
	}
	if declared != nil {
		s.shownScopes(j, declared)
	}
}

func (s *subject) requestedScopes(j *judgement, declared []string) {
	requested := s.requested()
	if !slices.Contains(requested, FFSScope) {
		j.find(Fail, nil, drivers.Rect{}, "the scope of Frustration-Free Setup, %s, is not requested", FFSScope)
	}
	if declared == nil {
		return
	}
	for _, r := range requested {
		if !slices.Contains(declared, r) {
			j.find(Fail, nil, drivers.Rect{}, "%s is requested, and not declared in the profile", quote(r))
		}
	}
	for _, d := range declared {
		if !slices.Contains(requested, d) && d != FFSScope {
			j.find(Fail, nil, drivers.Rect{}, "%s is declared in the profile, and not requested", quote(d))
		}
	}
	if len(j.findings) == 0 {
		j.pass("requested as declared: %s", strings.Join(requested, " "))
	}
}

func (s *subject) shownScopes(j *judgement, declared []string) {
	for _, scope := range []string{FFSScope, linkingScope, profileScope, postalScope} {
		if slices.Contains(declared, scope) || scope == profileScope && slices.Contains(declared, userIDScope) {
			continue
		}
		if v, t, ok := s.shown(scope); ok {
			j.find(Fail, v, t.node.Bounds, "the consent page shows %s, that is %s, which the profile does not declare", quote(t.says), scope)
		}
	}
	shown := 0
	for _, d := range declared {
		if _, _, ok := s.shown(d); ok || d == linkingScope && s.speaksOfAlexa() {
			shown++
			continue
		}
		page := s.pages[0]
		v := page.first()
		if page.unseen {
			page.lacks(j, "%s is declared, and what is seen of the consent page does not show it", d)
			continue
		}
		if unknown := page.notUnderstood(); len(unknown) > 0 || len(v.texts) == 0 {
			j.find(Review, v, drivers.Rect{}, "%s is declared, and no words on the consent page are known to name it; a person must read: %s", d, strings.Join(unknown, " "))
			continue
		}
		j.find(Fail, v, drivers.Rect{}, "%s is declared, and the consent page does not show it", d)
	}
	switch page := s.pages[0]; {
	case page.unseen && shown == len(declared):
		page.lacks(j, "the consent page shows the scopes that are declared, and may show others")
	case shown == len(declared):
		j.pass("the consent page shows them")
	}
}

// shown finds the text by which a consent page names a scope.
func (s *subject) shown(scope string) (*view, text, bool) {
	for _, v := range s.consent {
		if v.dom != nil && v.dom.scopes[scope] {
			return v, text{node: v.page}, true
		}
		for _, t := range v.scopeTexts() {
			if says := s.withoutBrand(normal(t.says)); s.named(scope, says) && !v.aside(t, says) {
				return v, t, true
			}
		}
		if v.readsDocument() {
			for _, says := range v.dom.prose {
				if s.named(scope, normal(says)) {
					return v, text{node: v.page, says: says}, true
				}
			}
		}
	}
	return nil, text{}, false
}

// speaksOfAlexa tells whether something else than the set-up is said of Alexa:
// enough for a scope that is declared, too little to accuse anybody.
func (s *subject) speaksOfAlexa() bool {
	for _, v := range s.consent {
		for _, t := range v.scopeTexts() {
			if says := s.withoutBrand(normal(t.says)); (strings.Contains(says, "alexa") || strings.Contains(says, "アレクサ")) && !s.named(FFSScope, says) && !v.aside(t, says) {
				return true
			}
		}
	}
	return false
}

// withoutBrand takes the app's name out, which may hold words of a scope.
func (s *subject) withoutBrand(says string) string {
	if name := normal(s.c.AppName); name != "" {
		return strings.TrimSpace(strings.ReplaceAll(says, name, " "))
	}
	return says
}

// aside tells whether a text of the consent page speaks of something else than
// what is asked for: how to undo it, the privacy notice, who is signed in.
func (v *view) aside(t text, says string) bool {
	s := v.subject
	if emailAddress.MatchString(t.says) {
		return true
	}
	for _, p := range s.nearPacks() {
		if p.Meaning.Undo.in(says) || p.Privacy.in(says) || p.SignedIn.in(says) {
			return true
		}
	}
	return false
}

// notUnderstood are texts of a consent page that may name a scope in words that
// nobody has taught us.
func (v *view) notUnderstood() []string {
	s := v.subject
	var unknown []string
	for _, t := range v.scopeTexts() {
		says := s.withoutBrand(normal(t.says))
		switch plain := label(says); {
		case len([]rune(plain)) < 4, plain == "amazon", strings.HasPrefix(plain, "amazon "), plain == label(s.c.AppName), v.aside(t, says):
		case strings.HasSuffix(strings.TrimSpace(t.says), ":") || strings.HasSuffix(strings.TrimSpace(t.says), "："):
		case strings.Contains(normal(t.says), normal(s.c.AppName)) && s.c.AppName != "":
		case s.namesAny(says):
		default:
			unknown = append(unknown, quote(t.says))
		}
	}
	return unknown
}

// notUnderstood are such texts of all parts of a page.
func (p *wholePage) notUnderstood() []string {
	var unknown []string
	seen := map[string]bool{}
	for _, v := range p.views {
		for _, u := range v.notUnderstood() {
			if !seen[u] {
				unknown = append(unknown, u)
			}
			seen[u] = true
		}
	}
	return unknown
}

func (s *subject) namesAny(says string) bool {
	for _, scope := range append([]string{FFSScope, linkingScope, profileScope, postalScope}, s.c.DeclaredScopes...) {
		if s.named(scope, says) {
			return true
		}
	}
	return false
}

// scopeMark is what scope_data says about a scope.
type scopeMark struct {
	Essential *bool `json:"essential"`
}

// marks reads scope_data, from the capture or from the request.
func (s *subject) marks() (map[string]scopeMark, error) {
	data := []byte(s.c.ScopeData)
	if data == nil {
		if v := s.request.Get("scope_data"); v != "" {
			data = []byte(v)
		}
	}
	if data == nil {
		return nil, nil
	}
	marks := map[string]scopeMark{}
	if err := json.Unmarshal(data, &marks); err != nil {
		return nil, fmt.Errorf("scope_data cannot be read: %w", err)
	}
	return marks, nil
}

// judgeEssential is LWA-ESSENTIAL. Source: LWA documentation, scope_data;
// Regulation (EU) 2016/679, recital 32: pre-ticked boxes are no consent.
func judgeEssential(s *subject, j *judgement) {
	marks, err := s.marks()
	if err != nil {
		j.lacks("%s", err)
	}
	var essential []string
	for _, scope := range slices.Sorted(maps.Keys(marks)) {
		if m := marks[scope]; m.Essential != nil && *m.Essential {
			essential = append(essential, scope)
			if s.c.DeclaredScopes != nil && !slices.Contains(s.c.DeclaredScopes, scope) {
				j.find(Fail, nil, drivers.Rect{}, "%s is requested as essential, and not declared in the profile", quote(scope))
			}
		}
	}
	switch {
	case s.c.DeclaredScopes == nil && len(essential) > 0:
		j.lacks("the scopes that the product's profile declares are not known")
	case s.c.ScopeData == nil && s.c.RequestedURL == "":
		j.lacks("%s, so it is not known which scopes are essential", s.c.unseen())
	case s.c.ScopeData == nil && s.badURL != nil:
		j.lacks("%s", s.badURL)
	case err == nil:
		j.pass("essential: %d scopes, all declared", len(essential))
	}
	if len(s.consent) == 0 {
		j.lacks("no consent page was recorded")
		return
	}
	type ticking struct {
		page *wholePage
		says string
	}
	ticked := map[ticking]bool{}
	for _, v := range s.consent {
		page := s.pageOf(v)
		for _, t := range v.ticks() {
			if t.enabled && !s.meansAny(essential, t.says) && (!v.long || !ticked[ticking{page, t.says}]) {
				ticked[ticking{page, t.says}] = true
				j.find(Fail, v, t.bounds, "%s is ticked in advance", quote(t.says))
			}
		}
	}
	switch page := s.pages[0]; {
	case page.unseen:
		page.lacks(j, "whether anything else is ticked in advance is not known")
	case len(ticked) == 0:
		j.pass("nothing voluntary is ticked in advance")
	}
}

func (s *subject) meansAny(scopes []string, says string) bool {
	for _, scope := range scopes {
		if s.named(scope, normal(says)) {
			return true
		}
	}
	return false
}

// tick is a box that is ticked.
type tick struct {
	says    string
	bounds  drivers.Rect
	enabled bool
}

// ticks are the ticked boxes of a page, with the words beside them.
func (v *view) ticks() []tick {
	var ticks []tick
	for _, root := range v.content() {
		walk(root, func(n *screen.Node) bool {
			if !n.Displayed || slices.Contains(v.above, n) {
				return false
			}
			if n.Checkable && n.Checked {
				says := nodeLabel(n)
				if says == "" && n.Parent() != nil {
					says = firstOther(n)
				}
				ticks = append(ticks, tick{says, n.Bounds, n.Enabled})
			}
			return true
		})
	}
	if v.readsDocument() {
		ticks = append(ticks, v.dom.ticks...)
	}
	return ticks
}

// firstOther is the text beside a box: in it, else in the row that holds it.
func firstOther(n *screen.Node) string {
	for _, c := range n.Children() {
		if t := firstText(c); t != kind(c) {
			return t
		}
	}
	for _, c := range n.Parent().Children() {
		if t := firstText(c); c != n && t != kind(c) {
			return t
		}
	}
	return firstText(n)
}
