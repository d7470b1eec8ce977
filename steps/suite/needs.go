package suite

import (
	"slices"

	"ffscert/features/certification"
	"ffscert/steps"
)

// Needs are what a scenario asks of a testbed beyond the Alexa app: the sum of
// what its sentences need.
func Needs(s Scenario, vocabulary []steps.Sentence, p certification.Protocol) steps.Needs {
	var sum steps.Needs
	for _, st := range s.Steps {
		for _, v := range vocabulary {
			if !v.Pattern().MatchString(st.Text) {
				continue
			}
			n := v.Needs(p)
			sum.Amazon = sum.Amazon || n.Amazon
			sum.AnyPage = sum.AnyPage || n.AnyPage
			sum.Operator = sum.Operator || n.Operator
			sum.Network = sum.Network || n.Network
			for _, a := range n.Partner {
				if !slices.Contains(sum.Partner, a) {
					sum.Partner = append(sum.Partner, a)
				}
			}
		}
	}
	return sum
}
