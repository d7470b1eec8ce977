package steps

import "context"

func packagingSentences() []Sentence {
	leave := func(what string) func(context.Context, *Attempt, []string) error {
		return func(_ context.Context, a *Attempt, _ []string) error {
			a.review(rulePackaging, what+": a scenario cannot see the package, its picture decides")
			return nil
		}
	}
	return []Sentence{
		sentence(ActorPackaging, "the package shows its outer barcode with proper contrast",
			"Names what the guide asks of the package. A scenario cannot see it: the attempt waits for a review, in which the picture of the barcode decides. It never passes by itself.",
			"Then the package shows its outer barcode with proper contrast",
			leave("the outer barcode is on the package, with proper contrast")),

		sentence(ActorPackaging, "the box holds the inner barcode",
			"Names the barcode that the customer scans, for products that have one. The attempt waits for a review, in which its picture decides. It never passes by itself.",
			"And the box holds the inner barcode",
			leave("the inner barcode is in the box")),
	}
}

// rulePackaging is the rule of findings about the package.
const rulePackaging = "PACKAGING"
