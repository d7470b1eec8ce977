package steps

import (
	"context"

	"ffscert/drivers"
)

func provisionerSentences() []Sentence {
	return []Sentence{
		sentence(ActorProvisioner, "the provisioner has been restarted",
			"Cuts the provisioner's power for ten seconds, gives it back, and waits until the provisioner is ready "+
				"(timing.provisioner_off and timing.provisioner_ready in the configuration). For WSS, where the provisioner "+
				"need not be restarted, it is only made sure that it is on.",
			"Given the provisioner has been restarted",
			func(ctx context.Context, a *Attempt, _ []string) error {
				if !a.Protocol.RestartProvisioner {
					return a.provisionerOn(ctx)
				}
				return a.restartProvisioner(ctx)
			}),

		sentence(ActorProvisioner, "the provisioner is switched off",
			"Takes the power from the provisioner, so that Frustration-Free Setup cannot happen. Begin with it where the maker's "+
				"own set-up is to be tried, and switch the provisioner on again at the end.",
			"Given the provisioner is switched off",
			func(ctx context.Context, a *Attempt, _ []string) error {
				a.disturbed, a.provisionerOff = true, true
				_, err := a.Bed.ProvisionerPower.Off(ctx)
				return err
			}),

		sentence(ActorProvisioner, "I switch the provisioner on",
			"Gives power to the provisioner and waits until it is ready (timing.provisioner_ready in the configuration).",
			"When I switch the provisioner on",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.provisionerOn(ctx) }),
	}
}

// provisionerOn makes sure that the provisioner has power; one that had none
// is given the time to start.
func (a *Attempt) provisionerOn(ctx context.Context) error {
	at, err := a.Bed.ProvisionerPower.On(ctx)
	if err != nil {
		return err
	}
	a.provisionerOff = false
	if at.Already {
		return nil
	}
	return drivers.Hold(ctx, a.Bed.Clock, "the provisioner starts", a.Bed.Timing.ProvisionerReady, a.keepAlive)
}

func (a *Attempt) restartProvisioner(ctx context.Context) error {
	from := a.Bed.Clock.Now()
	a.provisionerOff = true
	if _, err := a.Bed.ProvisionerPower.Off(ctx); err != nil {
		return err
	}
	if err := drivers.Hold(ctx, a.Bed.Clock, "the provisioner stays without power", a.Bed.Timing.ProvisionerOff, a.keepAlive); err != nil {
		return err
	}
	if _, err := a.Bed.ProvisionerPower.On(ctx); err != nil {
		return err
	}
	a.provisionerOff = false
	if err := drivers.Hold(ctx, a.Bed.Clock, "the provisioner starts", a.Bed.Timing.ProvisionerReady, a.keepAlive); err != nil {
		return err
	}
	a.phase("provisioner restarted", from, a.Bed.Clock.Now())
	return nil
}
