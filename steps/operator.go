package steps

import (
	"context"
	"errors"
	"fmt"

	"ffscert/drivers"
	"ffscert/features/certification"
)

func operatorSentences() []Sentence {
	needs := Needs{Operator: true}
	return []Sentence{
		sentence(ActorOperator, "I ask the operator {question}",
			"Asks the person at the terminal, and keeps the answer with a picture of the screen. Yes passes. No asks who is to blame: the product or the partner app fail, "+
				"anything else blocks the attempt. Where nobody is at the terminal, nobody answers within fifteen minutes, or the question is skipped, the attempt waits for a review; it never passes by itself.",
			`Then I ask the operator "Is it clear why the permission is needed?"`,
			func(ctx context.Context, a *Attempt, args []string) error { return a.ask(ctx, args[0]) }).needing(needs),

		sentenceBelow(ActorOperator, "the operator does what is written below",
			"Shows the person at the terminal what to do by hand, and waits until it is done. Where nobody is there, or it could not be done, the attempt is blocked: what follows would prove nothing.",
			"When the operator does what is written below\n  \"\"\"\n  Press the reset button for five seconds.\n  \"\"\"", BelowText,
			func(ctx context.Context, a *Attempt, in Input) error { return a.request(ctx, in.Text) }).needing(needs),
	}
}

// ruleOperator is the rule of findings that wait for a person's answer.
const ruleOperator = "OPERATOR"

func (a *Attempt) ask(ctx context.Context, question string) error {
	picture := a.Photograph(ctx, fmt.Sprintf("%s-%d-question", a.ID.Case, a.ID.N))
	if err := ctx.Err(); err != nil {
		return err
	}
	answer, err := a.answerTo(ctx, drivers.Question{Text: question})
	switch {
	case errors.Is(err, drivers.ErrNobody):
		a.review(ruleOperator, "nobody was there to answer: "+question, picture...)
		return nil
	case err != nil:
		return err
	case answer.Skipped:
		a.review(ruleOperator, "the operator did not answer: "+question+note(answer), picture...)
		return nil
	case answer.Yes:
		a.Observe("the operator said yes to: "+question+note(answer), picture...)
		return nil
	}
	a.Observe("the operator said no to: "+question+note(answer), picture...)
	t := &certification.Trouble{Code: certification.RigByOperator, Cause: certification.CauseRig, Evidence: picture,
		Message: "the operator said no to: " + question + note(answer), Hint: "see the picture of what was there"}
	switch answer.Blame {
	case drivers.BlameProduct:
		t.Code, t.Cause = certification.ProductByOperator, certification.CauseProduct
	case drivers.BlamePartnerApp:
		t.Code, t.Cause = certification.PartnerByOperator, certification.CausePartnerApp
	}
	return t
}

func (a *Attempt) request(ctx context.Context, what string) error {
	answer, err := a.answerTo(ctx, drivers.Question{Text: what, Request: true})
	if errors.Is(err, drivers.ErrNobody) {
		return &certification.Trouble{Code: certification.RigNobody, Cause: certification.CauseRig,
			Message: "somebody has to do something by hand, and nobody was there: " + clip(what, 200), Hint: "run it at a terminal, with somebody in front of it"}
	}
	if err != nil {
		return err
	}
	if !answer.Yes {
		return &certification.Trouble{Code: certification.RigByOperator, Cause: certification.CauseRig,
			Message: "the operator could not do: " + clip(what, 200) + note(answer), Hint: "see to it, and run again"}
	}
	// What was done may have changed what the phone shows.
	a.Bed.LookAway()
	a.Observe("the operator did: " + what + note(answer))
	return nil
}

func (a *Attempt) answerTo(ctx context.Context, q drivers.Question) (drivers.Answer, error) {
	if a.Bed.Operator == nil {
		return drivers.Answer{}, drivers.ErrNobody
	}
	q.Testbed, q.Attempt = a.Bed.Name, a.ID.String()
	return a.Bed.Operator.Ask(ctx, q)
}

func note(a drivers.Answer) string {
	if a.Note == "" {
		return ""
	}
	return " (" + a.Note + ")"
}
