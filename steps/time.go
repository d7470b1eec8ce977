package steps

import (
	"context"

	"ffscert/drivers"
)

func timeSentences() []Sentence {
	return []Sentence{
		sentence(ActorTime, "I wait {seconds} seconds because {reason}",
			"Waits, and keeps the phone's session alive meanwhile. Only for what physics asks for: what can be seen is waited for by the sentence that sees it.",
			`When I wait 60 seconds because "the router needs a minute to start"`,
			func(ctx context.Context, a *Attempt, args []string) error {
				d, err := seconds(args[0])
				if err != nil {
					return err
				}
				from := a.Bed.Clock.Now()
				if err := drivers.Hold(ctx, a.Bed.Clock, args[1], d, a.keepAlive); err != nil {
					return err
				}
				a.phase("waited: "+clip(args[1], 100), from, a.Bed.Clock.Now())
				return nil
			}),
	}
}
