package steps

import (
	"context"
	"fmt"

	"ffscert/features/certification"
)

func phoneSentences() []Sentence {
	return []Sentence{
		sentence(ActorPhone, "I take a picture of the screen",
			"Keeps a picture and the page source of what the phone shows, with passwords and codes painted over. Where the phone refuses a picture, its page source is kept and the reason is noted.",
			"And I take a picture of the screen", takePicture),
	}
}

func takePicture(ctx context.Context, a *Attempt, _ []string) error {
	paths := a.Photograph(ctx, fmt.Sprintf("%s-%d-picture", a.ID.Case, a.ID.N))
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(paths) == 0 && a.Save != nil {
		return &certification.Trouble{Code: certification.RigPhone, Cause: certification.CauseRig,
			Message: "neither a picture nor a page source of the screen could be kept", Hint: "see the attempt's observations for the reasons"}
	}
	a.Observe("took a picture of the screen", paths...)
	return nil
}
