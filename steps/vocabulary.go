// Package steps is the vocabulary of the feature files: one sentence for one
// thing, grouped by who acts.
//
// A step says what is done; how it is done is the drivers' business. It knows
// no locator and makes no pause of its own; screens and elements it knows by
// the names of a screen map alone. Whether a step's failure is the product's
// fault is decided by the typed error that it returns.
package steps

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

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
	ActorPackaging   Actor = "packaging"
	ActorEvidence    Actor = "evidence"
	ActorOperator    Actor = "operator"
	ActorTime        Actor = "time"
	ActorNetwork     Actor = "network"
)

// Title names the actor for people.
func (a Actor) Title() string {
	switch a {
	case ActorAlexaApp:
		return "The Alexa app"
	case ActorPartnerApp:
		return "The partner app (the maker's own)"
	case ActorConsent:
		return "Login with Amazon"
	case ActorEvidence:
		return "Evidence"
	case ActorTime:
		return "Time"
	}
	return "The " + strings.ReplaceAll(string(a), "_", " ")
}

// Sentence is one entry of the vocabulary.
type Sentence struct {
	Actor Actor `json:"actor"`
	// Text is the sentence as people read it, with {words} where something is
	// to be filled in.
	Text        string `json:"text"`
	Description string `json:"description"`
	// Example is the sentence in a scenario, with its keyword and with the table
	// or text block below it, if it takes one.
	Example string `json:"example"`
	// Blanks are what is to be filled in, in the order of the sentence.
	Blanks []Blank `json:"blanks"`
	// Below is what stands below the sentence.
	Below Below `json:"below,omitempty"`

	measures bool

	needs   func(certification.Protocol) Needs
	judge   func(args []string, f Facts) error
	pattern *regexp.Regexp
	run     func(ctx context.Context, a *Attempt, in Input) error
}

// Below is what a sentence takes below it; mostly nothing.
type Below string

// What may stand below a sentence.
const (
	BelowNothing Below = ""
	BelowTable   Below = "table"      // a data table
	BelowText    Below = "doc_string" // a text block between """ and """
)

// Input is what a sentence is carried out with.
type Input struct {
	Args []string   // what was filled in, without quotation marks and escapes
	Rows [][]string // the table below it, if it takes one
	Text string     // the text block below it, if it takes one
}

// Pattern is the compiled expression of the sentence.
func (s Sentence) Pattern() *regexp.Regexp { return s.pattern }

// Needs are what a sentence asks of a testbed beyond the Alexa app.
type Needs struct {
	Partner  []partner.Ability // what is done with the maker's own app
	AnyPage  bool              // pages of the maker's own app, whichever it has
	Amazon   bool              // Amazon's pages of Login with Amazon come up
	Operator bool              // a person is asked; without one the attempt is to be reviewed
	Network  bool              // the customer's networks or account are changed
}

// PartnerApp tells whether the maker's own app takes part, and so whether a
// screen map of it is needed.
func (n Needs) PartnerApp() bool { return len(n.Partner) > 0 || n.AnyPage }

// Needs are what the sentence asks of a testbed, for a protocol.
func (s Sentence) Needs(p certification.Protocol) Needs {
	if s.needs == nil {
		return Needs{}
	}
	return s.needs(p)
}

// with is the sentence with what it needs, whatever the protocol.
func (s Sentence) with(amazon bool, abilities ...partner.Ability) Sentence {
	return s.needing(Needs{Partner: abilities, Amazon: amazon})
}

func (s Sentence) needing(n Needs) Sentence {
	s.needs = func(certification.Protocol) Needs { return n }
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

// judged is the sentence with a judgement of what was filled in, beyond what
// its blanks say.
func (s Sentence) judged(judge func(args []string, f Facts) error) Sentence {
	s.judge = judge
	return s
}

// measuring is the sentence that ends a measurement.
func (s Sentence) measuring() Sentence {
	s.measures = true
	return s
}

// Measures tells whether the sentence ends a measurement, which nothing may
// disturb that could be done at another time.
func (s Sentence) Measures() bool { return s.measures }

// Match returns what was filled in, without quotation marks and escapes, if
// text is this sentence.
func (s Sentence) Match(text string) (args []string, ok bool) {
	m := s.pattern.FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	return s.read(m[1:]), true
}

// read takes the escapes from what was filled in.
func (s Sentence) read(raw []string) []string {
	args := make([]string, len(raw))
	for i, r := range raw {
		args[i] = r
		if i < len(s.Blanks) && s.Blanks[i].Quoted {
			args[i] = unquote(r)
		}
	}
	return args
}

// Judge finds what is wrong with what was filled in, as far as it can be known
// without a phone: a number out of its bounds, a screen that no map knows. The
// error is a *[certification.Trouble].
func (s Sentence) Judge(args []string, f Facts) error {
	for i, b := range s.Blanks {
		if err := b.Check(args[i]); err != nil {
			return err
		}
	}
	if s.judge != nil {
		return s.judge(args, f)
	}
	return nil
}

// Run carries the sentence out. What was filled in is judged before.
func (s Sentence) Run(ctx context.Context, a *Attempt, in Input) error {
	if err := s.Judge(in.Args, a.facts()); err != nil {
		return err
	}
	return s.run(ctx, a, in)
}

// sentence makes an entry of the vocabulary. The {words} of its text are those
// of [Blanks].
func sentence(actor Actor, text, description, example string, run func(ctx context.Context, a *Attempt, args []string) error) Sentence {
	return sentenceBelow(actor, text, description, example, BelowNothing,
		func(ctx context.Context, a *Attempt, in Input) error { return run(ctx, a, in.Args) })
}

// sentenceBelow is a sentence that takes something below it.
func sentenceBelow(actor Actor, text, description, example string, below Below, run func(ctx context.Context, a *Attempt, in Input) error) Sentence {
	s := Sentence{Actor: actor, Text: text, Description: description, Example: example, Below: below, Blanks: []Blank{}, run: run}
	expr := blankName.ReplaceAllStringFunc(regexp.QuoteMeta(text), func(escaped string) string {
		name := strings.ReplaceAll(escaped, `\`, "")
		i := slices.IndexFunc(blanks, func(b Blank) bool { return b.Name == name })
		if i < 0 {
			panic("the sentence " + text + " has a blank that nobody has described: " + name) // a test makes every sentence
		}
		s.Blanks = append(s.Blanks, blanks[i])
		return blanks[i].expr
	})
	s.pattern = regexp.MustCompile("^" + expr + "$")
	return s
}

// blankName is a blank in an expression that was escaped.
var blankName = regexp.MustCompile(`\\\{[a-z_]+\\\}`)

// Vocabulary is every sentence, by actor.
func Vocabulary() []Sentence { return slices.Clone(vocabulary()) }

var vocabulary = sync.OnceValue(func() []Sentence {
	var all []Sentence
	for _, part := range [][]Sentence{
		deviceSentences(), provisionerSentences(), networkSentences(), alexaSentences(), alexaNamedSentences(), alexaPageSentences(),
		partnerSentences(), partnerPageSentences(), consentSentences(), journeySentences(), phoneSentences(), packagingSentences(),
		evidenceSentences(), operatorSentences(), timeSentences(),
	} {
		all = append(all, part...)
	}
	return all
})
