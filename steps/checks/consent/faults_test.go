package consent

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// fault is one thing that is wrong with a journey.
type fault struct {
	rule    string
	name    string
	journey Journey
	outcome Outcome
	only    string // a language, if the fault exists in that one only
	apply   func(w *world, x fixtureWords)
}

func insert(p *page, before string, it item) {
	for i := range p.items {
		if p.items[i].text == before || p.items[i].desc == before {
			p.items = slices.Insert(p.items, i, it)
			return
		}
	}
	panic("no item " + before)
}

func faults() []fault {
	url := func(old, new string) func(*world, fixtureWords) {
		return func(w *world, _ fixtureWords) {
			if !strings.Contains(w.url, old) {
				panic(old)
			}
			w.url = strings.Replace(w.url, old, new, 1)
		}
	}
	return []fault{
		{"LWA-OFFERED", "no button", Allow, Fail, "", func(w *world, x fixtureWords) { w.page(Explain).drop(buttonText) }},
		{"LWA-OFFERED", "still there once linked", Allow, Warn, "", func(w *world, x fixtureWords) {
			w.page(Other).items = append(w.page(Other).items, lwaButton())
		}},
		{"LWA-BUTTON", "other words", Allow, Warn, "", func(w *world, x fixtureWords) { w.page(Explain).item(buttonText).desc = "Amazon Login" }},
		{"LWA-BUTTON", "no alternative text", Allow, Warn, "", func(w *world, x fixtureWords) { w.page(Explain).item(buttonText).desc = "" }},
		{"LWA-FLOW", "an app that nobody knows", Allow, Review, "", func(w *world, x fixtureWords) {
			w.page(SignIn).pkg, w.page(Consent).pkg = "org.example.viewer", "org.example.viewer"
		}},
		{"LWA-WEBVIEW", "in the partner app", Allow, Fail, "", func(w *world, x fixtureWords) { w.page(Consent).pkg = app }},
		{"LWA-REASON", "no explanation", Allow, Fail, "", func(w *world, x fixtureWords) { w.page(Explain).role = Other }},
		{"LWA-REASON", "does not say what for", Allow, Review, "", func(w *world, x fixtureWords) { w.page(Explain).drop(x.purpose) }},
		{"LWA-REASON", "no benefit", Allow, Review, "", func(w *world, x fixtureWords) { w.page(Explain).drop(x.benefit) }},
		{"LWA-REASON", "not how to undo it", Allow, Review, "", func(w *world, x fixtureWords) { w.page(Explain).drop(x.undo) }},
		{"LWA-OVERLAY", "a window above", Allow, Fail, "", func(w *world, x fixtureWords) {
			it := prose(x.benefit)
			it.pkg = app
			w.page(Consent).above = []item{it}
		}},
		{"LWA-OVERLAY", "a node above", Allow, Fail, "", func(w *world, x fixtureWords) {
			it := prose(x.benefit)
			it.pkg = app
			w.page(Consent).items = append(w.page(Consent).items, it)
		}},
		{"LWA-OVERLAY", "not seen", Allow, Fail, "", func(w *world, x fixtureWords) { w.page(Consent).dwell = 0 }},
		{"LWA-OVERLAY", "went away by itself", Allow, Fail, "", func(w *world, x fixtureWords) { w.page(Consent).taps = 0 }},
		{"LWA-OVERLAY", "went away before it was cancelled", Cancel, Fail, "", func(w *world, x fixtureWords) {
			w.page(Consent).gone = true
			w.page(Refused).role, w.page(Refused).items = Other, []item{title(x.explainTitle)}
			w.pages = w.pages[:4]
		}},
		{"LWA-OVERLAY", "a window above, and no way out", Cancel, Fail, "", func(w *world, x fixtureWords) {
			it := prose(x.benefit)
			it.pkg = app
			w.page(Consent).above = []item{it}
			w.pages = w.pages[:3]
		}},
		{"LWA-SCOPE", "not requested", Allow, Fail, "", url("frustration_free_setup%3A%3Adevice%3Asetup+", "")},
		{"LWA-SCOPE", "requested and not declared", Allow, Fail, "", url("account_linking", "account_linking+profile")},
		{"LWA-SCOPE", "not declared", Allow, Fail, "", func(w *world, x fixtureWords) { w.declared = []string{linkingScope} }},
		{"LWA-SCOPE", "not shown", Allow, Fail, "", func(w *world, x fixtureWords) { w.page(Consent).drop(x.ffs) }},
		{"LWA-SCOPE", "linking not shown", Allow, Fail, "", func(w *world, x fixtureWords) { w.page(Consent).drop(x.linking) }},
		{"LWA-SCOPE", "shown and not declared", Allow, Fail, "", func(w *world, x fixtureWords) { insert(w.page(Consent), x.note, webText(x.postal)) }},
		{"LWA-SCOPE", "profile shown and not declared", Allow, Fail, "", func(w *world, x fixtureWords) { insert(w.page(Consent), x.note, webText(x.profile)) }},
		{"LWA-ESSENTIAL", "essential and not declared", Allow, Fail, "", func(w *world, x fixtureWords) { w.data = `{"profile":{"essential":true}}` }},
		{"LWA-ESSENTIAL", "ticked in advance", Allow, Fail, "", func(w *world, x fixtureWords) {
			w.declared = append(w.declared, profileScope)
			w.url = strings.Replace(w.url, "account_linking", "account_linking+profile", 1)
			w.data = `{"profile":{"essential":false}}`
			insert(w.page(Consent), x.note, item{class: "android.widget.CheckBox", text: x.profile, clickable: true, checkable: true, checked: true, size: 16, fore: "#0f1111", high: 48})
		}},
		{"LWA-IDENTITY", "another name", Allow, Fail, "", func(w *world, x fixtureWords) { w.page(Consent).item("Lumen").text = "Gizmo Cloud" }},
		{"LWA-IDENTITY", "no privacy notice", Allow, Fail, "", func(w *world, x fixtureWords) { w.page(Consent).drop(x.privacy) }},
		{"LWA-IDENTITY", "a privacy notice that cannot be tapped", Allow, Fail, "", func(w *world, x fixtureWords) { w.page(Consent).item(x.privacy).clickable = false }},
		{"LWA-REFUSE", "cannot be refused", Allow, Fail, "", func(w *world, x fixtureWords) { w.page(Consent).drop(x.refuse) }},
		{"LWA-REFUSE", "behind another page", Refuse, Fail, "", func(w *world, x fixtureWords) { w.page(Consent).taps = 3 }},
		{"LWA-PROMINENCE", "small", Allow, Warn, "", func(w *world, x fixtureWords) { w.page(Consent).item(x.refuse).high = 26 }},
		{"LWA-PROMINENCE", "a faint link", Allow, Warn, "", func(w *world, x fixtureWords) {
			it := w.page(Consent).item(x.refuse)
			it.class, it.back, it.fore, it.high = "android.view.View", "", "#b9b9b9", 24
		}},
		{"LWA-PROMINENCE", "pale", Allow, Warn, "", func(w *world, x fixtureWords) { w.page(Consent).item(x.refuse).fore = "#a9a9a9" }},
		{"LWA-LABEL", "says no twice", Allow, Review, "", func(w *world, x fixtureWords) { w.page(Consent).item(x.refuse).text = x.doubleNegative }},
		{"LWA-LABEL", "shames", Allow, Review, "", func(w *world, x fixtureWords) { w.page(Consent).item(x.refuse).text = x.shaming }},
		{"LWA-FALLBACK", "nothing comes", Refuse, Fail, "", func(w *world, x fixtureWords) { w.pages = w.pages[:3] }},
		{"LWA-FALLBACK", "a dead end", Cancel, Fail, "", func(w *world, x fixtureWords) { w.pages = w.pages[:4]; w.pages[3].drop(x.manual) }},
		{"LWA-FALLBACK", "does not work", Timeout, Fail, "", func(w *world, x fixtureWords) { w.page(Fallback).item(x.fallbackText).text = x.broken }},
		{"LWA-FALLBACK", "only Amazon again", Offline, Fail, "", func(w *world, x fixtureWords) {
			w.page(Fallback).drop(x.start)
			w.page(Fallback).items = append(w.page(Fallback).items, lwaButton())
		}},
		{"LWA-URL", "token", Allow, Fail, "", url("response_type=code", "response_type=token")},
		{"LWA-URL", "plain redirect", Allow, Fail, "", url("redirect_uri=https", "redirect_uri=http")},
		{"LWA-URL", "no state", Allow, Warn, "", url("&state=af0ifjsldkj", "")},
		{"LWA-URL", "no PKCE", Allow, Warn, "", url("&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "")},
		{"LWA-URL", "plain PKCE", Allow, Warn, "", url("=S256", "=plain")},
		{"LWA-LOCALE", "another language", Allow, Review, "", func(w *world, x fixtureWords) { w.page(Other).item(x.linkedText).text = x.foreign }},
		{"LWA-CONTRAST", "pale text", Allow, Warn, "", func(w *world, x fixtureWords) { w.page(Explain).item(x.benefit).fore = "#b4b2c4" }},
		{"LWA-CONTRAST", "a pale button", Allow, Warn, "", func(w *world, x fixtureWords) { w.page(Other).item(x.unlink).fore = "#b0a8e6" }},
		{"LWA-TARGET", "a small button", Allow, Warn, "", func(w *world, x fixtureWords) { w.page(Other).item(x.unlink).high = 30 }},
		{"LWA-TARGET", "a tiny link", Allow, Warn, "", func(w *world, x fixtureWords) { w.page(Consent).item(x.privacy).high = 20 }},
		{"LWA-LOCALE", "the whole explanation", Allow, Review, "", func(w *world, x fixtureWords) {
			y := wordsOf(other(w.lang))
			e := w.page(Explain)
			e.item(x.explainTitle).text, e.item(x.purpose).text, e.item(x.benefit).text, e.item(x.undo).text = y.explainTitle, y.purpose, y.benefit, y.undo
		}},
		{"LWA-LOCALE", "a refusal in a script that nobody knows", Allow, Review, "en", func(w *world, x fixtureWords) { w.page(Consent).item(x.refuse).text = "إلغاء" }},
		{"LWA-LOCALE", "the whole consent page", Allow, Review, "", func(w *world, x fixtureWords) {
			y := wordsOf(other(w.lang))
			c := w.page(Consent)
			c.item(x.ffs).text, c.item(x.note).text, c.item(x.allow).text, c.item(x.refuse).text, c.item(x.privacy).text = y.ffs, y.note, y.allow, y.refuse, y.privacy
		}},
		{"LWA-CLIPPED", "ellipsised", Allow, Warn, "", func(w *world, x fixtureWords) {
			it := w.page(Explain).item(x.explainTitle)
			r := []rune(it.text)
			it.text = string(r[:len(r)-2]) + "…"
		}},
		{"LWA-CLIPPED", "too little room at font scale 2", Allow, Warn, "", func(w *world, x fixtureWords) {
			w.scale = 2
			for i := range w.pages {
				for k := range w.pages[i].items {
					if it := &w.pages[i].items[k]; it.text != "" && !it.clickable {
						it.size *= 2
					}
				}
			}
			it := w.page(Explain).item(x.benefit)
			it.high = 22
		}},
		{"LWA-READABLE", "hard words", Allow, Warn, "en", func(w *world, x fixtureWords) {
			w.page(Other).item(x.linkedText).text = "More devices will connect by themselves after you install them. The association stays active until you cancel it again. Every member of your family can decide about it, and the permission is valid for your home only."
		}},
		{"LWA-READABLE", "very hard words", Allow, Review, "en", func(w *world, x fixtureWords) {
			w.page(Other).item(x.linkedText).text = "Notwithstanding aforementioned interoperability considerations, organizational administrators periodically reevaluate authorization necessities. Communications infrastructure characteristics notwithstanding, institutional intermediaries autonomously facilitate configuration of heterogeneous residential appliances and accessories everywhere."
		}},
		{"LWA-READABLE", "a long sentence", Allow, Warn, "en", func(w *world, x fixtureWords) {
			w.page(Other).item(x.linkedText).text = "The new lamps that you buy will now join your home net on their own as soon as you plug them in and then turn on, and you do not have to do one more thing."
		}},
		{"LWA-BASELINE", "a text was changed", Allow, Review, "", func(w *world, x fixtureWords) { w.page(Other).item(x.linkedText).text += " Lumen" }},
	}
}

// other is a language that a text may be left in by mistake.
func other(lang string) string {
	if lang == "de" {
		return "en"
	}
	return "de"
}

// visual tells whether a fault of a rule can be seen on the pictures.
func visual(rule string) bool {
	return slices.Contains([]string{"LWA-PROMINENCE", "LWA-CONTRAST", "LWA-TARGET", "LWA-CLIPPED"}, rule)
}

// approvedTexts are those of the faultless journey.
type approvedTexts map[string][]string

func (a approvedTexts) Approved(_, screen string) ([]string, bool) {
	texts, ok := a[screen]
	return texts, ok
}

// TestEveryFaultIsFoundByItsOwnRule seeds one fault at a time, in every
// language: its rule must say so, and no other rule may.
func TestEveryFaultIsFoundByItsOwnRule(t *testing.T) {
	a := auditor(t)
	seeded := map[string]bool{}
	for _, f := range faults() {
		seeded[f.rule] = true
		for _, lang := range languages {
			if f.only != "" && f.only != lang {
				continue
			}
			t.Run(f.rule+"/"+f.name+"/"+lang, func(t *testing.T) {
				t.Parallel()
				w := faultless(lang, f.journey)
				f.apply(w, wordsOf(lang))
				good := faultless(lang, f.journey)
				for i := range w.pages { // pictures cost most of the time
					same := i < len(good.pages) && fmt.Sprint(w.pages[i]) == fmt.Sprint(good.pages[i])
					w.pages[i].nopic = same || !visual(f.rule)
				}
				c := w.capture(t)
				var o Options
				if f.rule == "LWA-BASELINE" {
					approved := approvedTexts{}
					for _, s := range a.Texts(faultless(lang, f.journey).withoutPictures().capture(t)) {
						approved[s.Screen] = s.Texts
					}
					o.Baseline = approved
				}
				r := a.Judge(c, o)
				for _, rule := range r.Rules {
					switch {
					case rule.ID == f.rule && rule.Outcome != f.outcome:
						t.Errorf("%s is %s (%s), not %s", rule.ID, rule.Outcome, rule.Why, f.outcome)
					case rule.ID == f.rule || rule.Outcome == Pass || rule.Outcome == NotRun:
					default:
						t.Errorf("%s is %s, too: %s", rule.ID, rule.Outcome, rule.Why)
					}
				}
				if want := verdict([]RuleResult{{Outcome: f.outcome}}); r.Verdict != want && !(f.rule == "LWA-FLOW") {
					t.Errorf("the verdict is %s, not %s", r.Verdict, want)
				}
			})
		}
	}
	for _, r := range rules() {
		if !seeded[r.ID] {
			t.Errorf("no fault is seeded for %s", r.ID)
		}
	}
}
