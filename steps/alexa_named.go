package steps

import (
	"context"
	"strings"

	"ffscert/features/certification"
)

// alexaNamedSentences are about devices by their names.
func alexaNamedSentences() []Sentence {
	return []Sentence{
		sentence(ActorAlexaApp, "the Alexa app shows {name}",
			"Makes sure that the refreshed list of devices has a device with exactly that name. That it is missing is the product's fault "+
				"only if it is the device under test and was seen to be set up before in the same scenario.",
			`Then the Alexa app shows "First plug"`,
			func(ctx context.Context, a *Attempt, args []string) error { return a.mustShow(ctx, args[0]) }),

		sentence(ActorAlexaApp, "the Alexa app does not show {name}",
			"Makes sure that the refreshed list of devices has no device with exactly that name.",
			`Then the Alexa app does not show "Old lamp"`,
			func(ctx context.Context, a *Attempt, args []string) error { return a.mustNotShow(ctx, args[0]) }),

		sentenceBelow(ActorAlexaApp, "the Alexa app shows these devices",
			"Makes sure that the refreshed list of devices has a device with exactly each of the names in the first column of the table below; "+
				"a first row that says \"name\" is a heading.",
			"Then the Alexa app shows these devices\n  | First plug  |\n  | Second plug |\n  | Echo Dot    |", BelowTable,
			func(ctx context.Context, a *Attempt, in Input) error {
				for _, name := range namesIn(in.Rows) {
					if err := a.mustShow(ctx, name); err != nil {
						return err
					}
				}
				return nil
			}),

		sentence(ActorAlexaApp, "the Alexa app says that {name} is responsive",
			"Opens the page of the device with exactly that name and makes sure that it does not call it unresponsive.",
			`And the Alexa app says that "Echo Dot" is responsive`,
			func(ctx context.Context, a *Attempt, args []string) error { return a.namedMustRespond(ctx, args[0]) }),

		sentence(ActorAlexaApp, "I open {name} in the Alexa app",
			"Opens the page of the device with exactly that name.",
			`When I open "First light" in the Alexa app`,
			func(ctx context.Context, a *Attempt, args []string) error {
				_, err := a.Bed.Alexa.OpenDevice(ctx, args[0])
				return a.vanished(ctx, err)
			}),

		sentence(ActorAlexaApp, "I delete {name} in the Alexa app",
			"Deletes that device in the Alexa app. It takes two keys: only the device under test may be deleted (product.device_name), and only if its name differs "+
				"from every other one. Anything else is refused.",
			`When I delete "First light" in the Alexa app`,
			func(ctx context.Context, a *Attempt, args []string) error {
				if err := a.Bed.Names.MayDelete(args[0]); err != nil {
					return err
				}
				return a.deleteInAlexaApp(ctx)
			}).judged(func(args []string, f Facts) error {
			if f.Device == "" || args[0] == f.Device {
				return nil
			}
			return &certification.Trouble{Code: certification.DefNames, Cause: certification.CauseDefinition,
				Message: "\"" + clip(args[0], 100) + "\" may not be deleted: only the device under test may, and that is \"" + f.Device + "\"",
				Hint:    "write its name exactly as in product.device_name, or \"I delete the device in the Alexa app\""}
		}),
	}
}

// namesIn are the names in the first column of a table.
func namesIn(rows [][]string) []string {
	var names []string
	for i, r := range rows {
		if len(r) == 0 || i == 0 && len(rows) > 1 && strings.EqualFold(r[0], "name") {
			continue
		}
		names = append(names, r[0])
	}
	return names
}

func (a *Attempt) mustShow(ctx context.Context, name string) error {
	listed, err := a.Bed.Alexa.Lists(ctx, name)
	if err != nil || listed {
		return err
	}
	if name == a.Bed.Names.Device && a.sighting != nil {
		return gone(name)
	}
	return &certification.Trouble{Code: certification.AppElementMissing, Cause: certification.CauseRig,
		Message: "the Alexa app does not show \"" + name + "\"", Hint: "see whether it is registered to the account that the app is signed in to, and is spelled exactly so"}
}

func (a *Attempt) mustNotShow(ctx context.Context, name string) error {
	if name == a.Bed.Names.Device {
		return a.mustBeGone(ctx)
	}
	gone, err := a.Bed.Alexa.GoneWithin(ctx, name, goneWithin)
	if err == nil && !gone {
		err = &certification.Trouble{Code: certification.RigLeftover, Cause: certification.CauseRig,
			Message: "the Alexa app shows \"" + name + "\", which should not be there", Hint: "delete it by hand, or correct the scenario"}
	}
	return err
}

func (a *Attempt) namedMustRespond(ctx context.Context, name string) error {
	if name == a.Bed.Names.Device {
		return a.mustRespond(ctx)
	}
	ok, _, err := a.Bed.Alexa.Responsive(ctx, name)
	if err == nil && !ok {
		err = &certification.Trouble{Code: certification.RigProvisioner, Cause: certification.CauseRig,
			Message: "the Alexa app says that \"" + name + "\" is unresponsive", Hint: "see whether it has power and Wi-Fi"}
	}
	return err
}
