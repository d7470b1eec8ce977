package steps

import (
	"context"
	"time"

	"ffscert/drivers"
	"ffscert/features/certification"
)

func deviceSentences() []Sentence {
	return []Sentence{
		sentence(ActorDevice, "the device is switched off",
			"Takes the power from the device under test, if it has any. Use it to prepare an attempt.",
			"Given the device is switched off",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.switchOff(ctx) }),

		sentence(ActorDevice, "I switch the device on",
			"Gives power to the device under test. From here the set-up time is counted.",
			"When I switch the device on",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.switchOn(ctx) }),

		sentence(ActorDevice, "I switch the device off",
			"Takes the power from the device under test, when everything is done.",
			"When I switch the device off",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.switchOff(ctx) }),

		sentence(ActorDevice, "the device has no power",
			"Makes sure that the socket of the device says that it is off.",
			"Then the device has no power",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.mustBeOff(ctx) }),

		sentence(ActorDevice, "the set-up time is recorded",
			"Records how long the device took from getting power to being seen set up, as a bracket: "+
				"the last look without it and the first look with it.",
			"And the set-up time is recorded",
			func(_ context.Context, a *Attempt, _ []string) error { return a.recordSetupTime() }).measuring(),
	}
}

func (a *Attempt) switchOn(ctx context.Context) error {
	// What is listed before it has power was left behind: seeing it later would
	// prove nothing. Unless the whole list was looked through since the device
	// lost its power, that is done now.
	name := a.Bed.Names.Device
	look := a.Bed.Alexa.LastListed
	if !a.absent {
		look = a.Bed.Alexa.Lists
	}
	if listed, err := look(ctx, name); err != nil {
		return err
	} else if listed {
		return &certification.Trouble{Code: certification.RigLeftover, Cause: certification.CauseRig,
			Message: "the Alexa app lists \"" + name + "\" before the device has power",
			Hint:    "begin the scenario with \"the device is new to the Alexa app\", and see whether another device has that name"}
	}
	if a.Bed.Log != nil {
		// What was written before is another attempt's. Who needs the log will
		// say if it could not be read.
		a.logErr = a.Bed.Log.Mark(ctx)
		a.logged = a.logErr == nil
	}
	at, err := a.Bed.DevicePower.On(ctx)
	if err != nil {
		return err
	}
	if at.Already {
		return &certification.Trouble{Code: certification.DefStepOrder, Cause: certification.CauseDefinition,
			Message: "the device had power already: when it got it is not known",
			Hint:    "write \"the device is switched off\" before \"I switch the device on\""}
	}
	a.powered, a.absent = &span{at.From, at.To}, false
	return nil
}

// mustBeOff asks the socket. One that cannot be asked was at least switched
// off in this attempt.
func (a *Attempt) mustBeOff(ctx context.Context) error {
	if a.powered != nil {
		return outOfOrder("the device has no power", "I switch the device off")
	}
	socket, ok := a.Bed.DevicePower.(drivers.PowerState)
	if !ok {
		if !a.switchedOff {
			return outOfOrder("the device has no power", "I switch the device off")
		}
		return nil
	}
	on, err := socket.IsOn(ctx)
	if err == nil && on {
		err = &certification.Trouble{Code: certification.RigPlug, Cause: certification.CauseRig,
			Message: "the plug \"" + a.Bed.DevicePower.Name() + "\" says that it is on", Hint: "see who switches it"}
	}
	return err
}

func (a *Attempt) switchOff(ctx context.Context) error {
	if _, err := a.Bed.DevicePower.Off(ctx); err != nil {
		return err
	}
	a.powered, a.switchedOff, a.responsive = nil, true, time.Time{}
	return nil
}

func (a *Attempt) recordSetupTime() error {
	if a.powered == nil || a.sighting == nil {
		return outOfOrder("the set-up time is recorded", "the Alexa app shows the device by its exact name within 300 seconds")
	}
	// Both ends are uncertain: the power came at some moment between the tap
	// and the socket's answer, the device at some moment between two looks.
	lo := a.sighting.Without.Sub(a.powered.hi).Seconds()
	hi := a.sighting.With.Sub(a.powered.lo).Seconds()
	if lo < 0 {
		lo = 0
	}
	a.SetupTime = &certification.Bracket{Value: (lo + hi) / 2, Lo: lo, Hi: hi,
		PoweredUTC: certification.Span{From: a.powered.lo, To: a.powered.hi},
		SetUpUTC:   certification.Span{From: a.sighting.Without, To: a.sighting.With}}
	return nil
}
