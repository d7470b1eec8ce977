package steps

import (
	"context"
	"fmt"

	"ffscert/features/certification"
)

func evidenceSentences() []Sentence {
	return []Sentence{
		sentence(ActorEvidence, "I take a picture of the screen",
			"Keeps a picture and the page source of what the phone shows, with passwords and codes painted over. Where the phone refuses a picture, its page source is kept and the reason is noted.",
			"And I take a picture of the screen",
			func(ctx context.Context, a *Attempt, _ []string) error { return takePicture(ctx, a, "the screen") }),

		sentence(ActorEvidence, "I take a picture called {title}",
			"Keeps a picture and the page source like \"I take a picture of the screen\", under a title of its own.",
			`And I take a picture called "before the consent"`,
			func(ctx context.Context, a *Attempt, args []string) error {
				return takePicture(ctx, a, "\""+args[0]+"\"")
			}),

		sentenceBelow(ActorEvidence, "I note for the records",
			"Keeps the text below with the attempt, for whoever reads the report. It proves nothing.",
			"And I note for the records\n  \"\"\"\n  Sample 3, from the second lot.\n  \"\"\"", BelowText,
			func(_ context.Context, a *Attempt, in Input) error {
				a.Observe("note: " + clip(in.Text, 4*longestText))
				return nil
			}),
	}
}

func takePicture(ctx context.Context, a *Attempt, what string) error {
	paths := a.Photograph(ctx, fmt.Sprintf("%s-%d-picture", a.ID.Case, a.ID.N))
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(paths) == 0 && a.Save != nil {
		return &certification.Trouble{Code: certification.RigPhone, Cause: certification.CauseRig,
			Message: "neither a picture nor a page source of the screen could be kept", Hint: "see the attempt's observations for the reasons"}
	}
	a.Observe("took a picture of "+what, paths...)
	return nil
}
