// Package steps is the vocabulary of the feature files: one sentence for one
// thing, grouped by who acts.
//
// A step says what is done; how it is done is the drivers' business. It knows
// no locator, makes no pause of its own and names no screen element. Whether a
// step's failure is the product's fault is decided by the typed error that it
// returns.
package steps

import (
	"context"
	"regexp"
	"strings"

	"ffscert/drivers/apps/partner"
	"ffscert/features/certification"
)

// Actor is who acts in a sentence.
type Actor string

// The actors.
const (
	ActorDevice      Actor = "device"
	ActorProvisioner Actor = "provisioner"
	ActorAlexaApp    Actor = "alexa_app"
	ActorPartnerApp  Actor = "partner_app"
	ActorConsent     Actor = "consent"
	ActorPhone       Actor = "phone"
)

// Sentence is one entry of the vocabulary.
type Sentence struct {
	Actor Actor `json:"actor"`
	// Text is the sentence as people read it, with {words} where something is
	// to be filled in.
	Text        string `json:"text"`
	Description string `json:"description"`
	Example     string `json:"example"`

	needs   func(certification.Protocol) Needs
	pattern *regexp.Regexp
	run     func(ctx context.Context, a *Attempt, args []string) error
}

// Pattern is the compiled expression of the sentence.
func (s Sentence) Pattern() *regexp.Regexp { return s.pattern }

// Needs are what a sentence asks of a testbed beyond the Alexa app.
type Needs struct {
	Partner []partner.Ability // what is done with the maker's own app
	Amazon  bool              // Amazon's pages of Login with Amazon come up
}

// Needs are what the sentence asks of a testbed, for a protocol.
func (s Sentence) Needs(p certification.Protocol) Needs {
	if s.needs == nil {
		return Needs{}
	}
	return s.needs(p)
}

// with is the sentence with what it needs, whatever the protocol.
func (s Sentence) with(amazon bool, abilities ...partner.Ability) Sentence {
	s.needs = func(certification.Protocol) Needs { return Needs{Partner: abilities, Amazon: amazon} }
	return s
}

// removing is the sentence with the need to remove the device where the
// protocol has it removed.
func (s Sentence) removing() Sentence {
	s.needs = func(p certification.Protocol) Needs {
		if p.Removed == certification.RemovedInPartnerApp {
			return Needs{Partner: []partner.Ability{partner.See, partner.Remove}}
		}
		return Needs{}
	}
	return s
}

// Match returns what was filled in, if text is this sentence.
func (s Sentence) Match(text string) (args []string, ok bool) {
	m := s.pattern.FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	return m[1:], true
}

// Run carries the sentence out.
func (s Sentence) Run(ctx context.Context, a *Attempt, args []string) error {
	return s.run(ctx, a, args)
}

// placeholders are what can be filled in, and how it is written in a scenario.
var placeholders = map[string]string{
	"{seconds}": `(\d+)`,
}

func sentence(actor Actor, text, description, example string, run func(context.Context, *Attempt, []string) error) Sentence {
	expr := regexp.QuoteMeta(text)
	for name, re := range placeholders {
		expr = strings.ReplaceAll(expr, regexp.QuoteMeta(name), re)
	}
	return Sentence{Actor: actor, Text: text, Description: description, Example: example,
		pattern: regexp.MustCompile("^" + expr + "$"), run: run}
}

// Vocabulary is every sentence, by actor.
func Vocabulary() []Sentence {
	var all []Sentence
	all = append(all, deviceSentences()...)
	all = append(all, provisionerSentences()...)
	all = append(all, alexaSentences()...)
	all = append(all, partnerSentences()...)
	all = append(all, consentSentences()...)
	all = append(all, phoneSentences()...)
	return all
}

// Nearest are up to three sentences that resemble text most, the best first.
func Nearest(vocabulary []Sentence, text string) []string {
	type scored struct {
		text  string
		score float64
	}
	var best []scored
	words := wordSet(text)
	for _, s := range vocabulary {
		other := wordSet(s.Text)
		common := 0
		for w := range words {
			if other[w] {
				common++
			}
		}
		if common == 0 {
			continue
		}
		score := 2 * float64(common) / float64(len(words)+len(other))
		if score < 0.4 {
			continue
		}
		at := len(best)
		for at > 0 && best[at-1].score < score {
			at--
		}
		best = append(best, scored{})
		copy(best[at+1:], best[at:])
		best[at] = scored{s.Text, score}
	}
	var texts []string
	for i, b := range best {
		if i == 3 || b.score < best[0].score*0.75 {
			break
		}
		texts = append(texts, b.text)
	}
	return texts
}

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !(r == '{' || r == '}' || r == '-' || r == '\'' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127)
	}) {
		set[w] = true
	}
	return set
}
