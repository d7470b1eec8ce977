package main

import (
	"context"
	"os"
	"slices"
	"strings"

	"ffscert/cmd/internal/config"
	"ffscert/drivers"
	"ffscert/drivers/devicelog"
	"ffscert/drivers/farm"
	"ffscert/drivers/network"
	"ffscert/drivers/testbed"
	"ffscert/features/certification"
	"ffscert/steps"
	"ffscert/steps/suite"
)

// addLab gives a real testbed the ways to its networks and account and to the
// log of its device that the configuration has.
func addLab(s *state, bed *testbed.Testbed, b config.Testbed, alive func(context.Context) error) error {
	lab, err := networkLab(s, bed, b.Network, alive)
	if err != nil {
		return err
	}
	note, err := farm.NoteOf(b.Phone.UDID, "situation")
	if err != nil {
		return err
	}
	if bed.Network, err = network.NewKeeper(lab, note); err != nil {
		return usage(err)
	}
	if l := b.DeviceLog; l != nil {
		switch {
		case l.File != "":
			bed.Log = devicelog.File(s.path(l.File))
		case len(l.Command) > 0:
			bed.Log = devicelog.Command(l.Command)
		default:
			bed.Log = devicelog.HTTP(l.HTTP)
		}
	}
	return nil
}

func networkLab(s *state, bed *testbed.Testbed, n *config.LabNetwork, alive func(context.Context) error) (network.Lab, error) {
	switch {
	case n == nil:
		return network.None{}, nil
	case len(n.Command) > 0:
		return network.Command{Args: n.Command, Testbed: bed.Name, Timeout: n.Timeout}, nil
	case n.HTTP != "":
		token, err := n.Token(os.LookupEnv)
		if err != nil {
			return nil, usagef("network.%w", err)
		}
		s.secrets.Add(token)
		return network.HTTP{URL: n.HTTP, Token: token, Testbed: bed.Name, Timeout: n.Timeout}, nil
	}
	return network.Operator{Who: func() drivers.Operator { return bed.Operator }, Testbed: bed.Name, Alive: alive}, nil
}

// asksOnNetworks tells whether a person is asked to change a testbed's networks
// and account.
func asksOnNetworks(c *config.Config, beds []string, plan certification.Plan, scenarios []suite.Scenario) bool {
	protocol, vocabulary := certification.ProtocolOf(plan.Protocol), steps.Vocabulary()
	return slices.ContainsFunc(c.Testbeds, func(b config.Testbed) bool {
		return b.Network != nil && b.Network.Operator && (len(beds) == 0 || slices.Contains(beds, b.Name))
	}) && slices.ContainsFunc(scenarios, func(sc suite.Scenario) bool { return suite.Needs(sc, vocabulary, protocol).Network })
}

// asksForCodes tells whether a person may be asked for a one-time code.
func asksForCodes(c *config.Config, beds []string, plan certification.Plan, scenarios []suite.Scenario) bool {
	protocol, vocabulary := certification.ProtocolOf(plan.Protocol), steps.Vocabulary()
	return slices.ContainsFunc(c.Testbeds, func(b config.Testbed) bool {
		code := b.Accounts.Amazon.Code
		return code != nil && code.Prompt && (len(beds) == 0 || slices.Contains(beds, b.Name))
	}) && slices.ContainsFunc(scenarios, func(sc suite.Scenario) bool { return suite.Needs(sc, vocabulary, protocol).Amazon })
}

// unarranged finds the testbeds whose networks and account cannot be changed,
// and which cases need it: their attempts will be blocked.
func unarranged(c *config.Config, beds []string, plan certification.Plan, scenarios []suite.Scenario) []suite.Problem {
	protocol, vocabulary := certification.ProtocolOf(plan.Protocol), steps.Vocabulary()
	var who []string
	for _, sc := range scenarios {
		if suite.Needs(sc, vocabulary, protocol).Network {
			name := sc.Case(plan)
			if name == certification.LocalCase {
				name = sc.Title()
			}
			who = appendNew(who, name)
		}
	}
	if len(who) == 0 {
		return nil
	}
	var problems []suite.Problem
	for _, b := range c.Testbeds {
		if b.Virtual != nil || b.Network != nil || len(beds) > 0 && !slices.Contains(beds, b.Name) {
			continue
		}
		problems = append(problems, suite.Problem{File: "testbed " + b.Name, Warning: true,
			Message: "nothing says how its networks and account are changed, which is needed by " + strings.Join(who, ", ") + ": they will be blocked",
			Hint:    "give network.command, network.http or network.operator of the testbed, or select other cases with --case"})
	}
	return problems
}
