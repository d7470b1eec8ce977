package steps

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/devicelog"
	"ffscert/drivers/network"
	"ffscert/features/certification"
)

func networkSentences() []Sentence {
	arrange := func(s network.Situation) func(context.Context, *Attempt, []string) error {
		return func(ctx context.Context, a *Attempt, _ []string) error { return a.arrange(ctx, s) }
	}
	return []Sentence{
		sentence(ActorNetwork, "two networks are saved at Amazon, the first with a wrong password",
			"Changes what is saved at Amazon: two Wi-Fi networks that the device sees, of which the one that is tried first has a wrong "+
				"password and the other one the right one. How it is changed is said under network in the configuration; where nothing is "+
				"said, the attempt is blocked. Only for devices that join the customer's Wi-Fi.",
			"Given two networks are saved at Amazon, the first with a wrong password",
			arrange(network.FirstPasswordWrong)).arranging(),

		sentence(ActorNetwork, "only one network is saved at Amazon, with a wrong password",
			"Changes what is saved at Amazon: only the Wi-Fi network of the lab, with a wrong password. Only for devices that join the customer's Wi-Fi.",
			"Given only one network is saved at Amazon, with a wrong password",
			arrange(network.OnlyPasswordWrong)).arranging(),

		sentence(ActorNetwork, "the network saved at Amazon is not nearby",
			"Changes what is saved at Amazon: only a Wi-Fi network that the device does not see. Only for devices that join the customer's Wi-Fi.",
			"Given the network saved at Amazon is not nearby",
			arrange(network.NetworkNotNearby)).arranging(),

		sentence(ActorNetwork, "the device is not registered to the account",
			"Takes the registration of the device under test from the Amazon account, as if somebody else had bought it.",
			"Given the device is not registered to the account",
			arrange(network.DeviceNotRegistered)).arranging(),

		sentence(ActorNetwork, "Frustration-Free Setup is switched off in the account",
			"Switches Frustration-Free Setup off in the Amazon account, as a customer may who does not want it.",
			"Given Frustration-Free Setup is switched off in the account",
			arrange(network.FFSSwitchedOff)).arranging(),

		sentence(ActorNetwork, "I put the network and the account back",
			"Undoes what was changed about networks or account. Write it at the end of the scenario; where the scenario ends before, it is done all the same.",
			"When I put the network and the account back",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.Bed.Network.Restore(ctx) }),

		sentence(ActorNetwork, "the device has reported the network that refused it",
			"Looks into the device's log (device_log in the configuration) for the line that says that the device has told the cloud of a network "+
				"that it could not join (product.log_patterns). Without a log or a pattern this is not judged, and the attempt has to be reviewed.",
			"Then the device has reported the network that refused it",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.hasReported(ctx) }),
	}
}

// arranging is the sentence with the need for a testbed whose networks and
// account can be changed.
func (s Sentence) arranging() Sentence {
	s.needs = func(certification.Protocol) Needs { return Needs{Network: true} }
	return s
}

func (a *Attempt) arrange(ctx context.Context, s network.Situation) error {
	fact, _ := network.FactOf(s)
	if fact.WiFi && !a.Protocol.WiFi {
		return &certification.Trouble{Code: certification.DefConfiguration, Cause: certification.CauseDefinition,
			Message: "a device of the protocol " + a.Protocol.ID + " gets no Wi-Fi network from Amazon: the situation does not exist for it",
			Hint:    "leave the scenario out for this plan"}
	}
	if a.Bed.Network == nil {
		return network.None{}.Arrange(ctx, s)
	}
	from := a.Bed.Clock.Now()
	if err := a.Bed.Network.Arrange(ctx, s); err != nil {
		return err
	}
	a.disturbed = true
	a.phase("situation arranged", from, a.Bed.Clock.Now())
	a.Observe("the testbed says that " + fact.Is)
	return nil
}

// reportedWithin is how long a device may take to tell the cloud of a network
// that it could not join, after it was set up or gave up.
const reportedWithin = 30 * time.Second

// ruleReport is the rule that a device reports a network that refused it
// (Amazon's answer on bad credentials in its developer forum).
const ruleReport = "NET-REPORT"

func (a *Attempt) hasReported(ctx context.Context) error {
	if a.powered == nil {
		return outOfOrder("the device has reported the network that refused it", "I switch the device on")
	}
	patterns := a.Bed.LogPatterns
	switch {
	case a.Bed.Log == nil:
		a.review(ruleReport, "whether the device has reported the network that refused it was not judged: there is no log of the device; "+
			"give device_log of the testbed and product.log_patterns, or look at it in another way")
		return nil
	case a.logErr != nil:
		return a.logErr
	}
	var lines []string
	line, found := "", false
	err := drivers.Poll(ctx, a.Bed.Clock, drivers.Wait{For: "the device to report the network that refused it", Timeout: reportedWithin, Every: 5 * time.Second},
		func(ctx context.Context) (err error) {
			if lines, err = a.Bed.Log.Lines(ctx); err != nil {
				return err
			}
			if patterns.FailureReported == nil {
				return nil // waiting would show nothing
			}
			if line, found = devicelog.Find(lines, patterns.FailureReported); !found {
				return drivers.ErrNotYet
			}
			return nil
		})
	var late *drivers.TimeoutError
	if err != nil && !errors.As(err, &late) {
		return err
	}
	evidence := a.keepLog(lines)
	refusal, refused := devicelog.Find(lines, patterns.NetworkRefused)
	switch {
	case len(lines) == 0:
		return &certification.Trouble{Code: certification.RigDeviceLog, Cause: certification.CauseRig,
			Message: "the device's log has no line since the device got power", Hint: "see whether the log is still being written, see device_log in the configuration"}
	case found:
		a.Observe("the device's log says that it has reported the network that refused it: "+a.redacted(line), evidence...)
	case patterns.FailureReported == nil:
		a.review(ruleReport, "whether the device has reported the network that refused it was not judged: it is not known how its log says so; "+
			"give product.log_patterns.failure_reported, or read the log", evidence...)
	case refused:
		return &certification.Trouble{Code: certification.ProductNoReport, Cause: certification.CauseProduct, Evidence: []string{a.redacted(refusal)},
			Message: fmt.Sprintf("a network refused the device, and its log does not say within %.0f s that it has reported that", reportedWithin.Seconds()),
			Hint:    "read the log among the evidence; should it say so in other words, correct product.log_patterns.failure_reported"}
	default:
		a.review(ruleReport, "the device's log says neither that a network refused the device nor that it has reported one; "+
			"read the log: either the situation was not there, or product.log_patterns do not fit it", evidence...)
	}
	return nil
}

// keepLog keeps lines of the device's log as evidence, without what is secret.
func (a *Attempt) keepLog(lines []string) []string {
	if a.Save == nil || len(lines) == 0 {
		return nil
	}
	text := strings.Join(devicelog.Redact(lines, a.secrets()...), "\n") + "\n"
	path, err := a.save(fmt.Sprintf("%s-%d-device.log", a.ID.Case, a.ID.N), []byte(text))
	if err != nil {
		a.Observe("the device's log could not be kept: " + err.Error())
		return nil
	}
	return []string{path}
}

func (a *Attempt) redacted(line string) string {
	return devicelog.Redact([]string{line}, a.secrets()...)[0]
}

// secrets are what must not stand in evidence.
func (a *Attempt) secrets() []string {
	var all []string
	if p := a.Bed.Partner; p != nil {
		all = append(all, p.Account.Password)
	}
	if m := a.Bed.Amazon; m != nil {
		all = append(all, m.Account.Password)
	}
	return all
}
