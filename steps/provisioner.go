package steps

import (
	"context"

	"ffscert/drivers"
)

func provisionerSentences() []Sentence {
	return []Sentence{
		sentence(ActorProvisioner, "the provisioner has been restarted",
			"Cuts the provisioner's power for ten seconds, gives it back, and waits until the provisioner is ready "+
				"(timing.provisioner_off and timing.provisioner_ready in the configuration).",
			"Given the provisioner has been restarted",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.restartProvisioner(ctx) }),
	}
}

func (a *Attempt) restartProvisioner(ctx context.Context) error {
	from := a.Bed.Clock.Now()
	if _, err := a.Bed.ProvisionerPower.Off(ctx); err != nil {
		return err
	}
	if err := drivers.Hold(ctx, a.Bed.Clock, "the provisioner stays without power", a.Bed.Timing.ProvisionerOff, a.keepAlive); err != nil {
		return err
	}
	if _, err := a.Bed.ProvisionerPower.On(ctx); err != nil {
		return err
	}
	if err := drivers.Hold(ctx, a.Bed.Clock, "the provisioner starts", a.Bed.Timing.ProvisionerReady, a.keepAlive); err != nil {
		return err
	}
	a.phase("provisioner restarted", from, a.Bed.Clock.Now())
	return nil
}
