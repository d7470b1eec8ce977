package main

import (
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"ffscert/cmd/internal/config"
	"ffscert/reports/journal"
)

// settingsOf is what the configuration says of a testbed, for the record of a
// run's sessions. What may hold a secret is left out: of capabilities and
// commands only the names are kept.
func settingsOf(b config.Testbed) []journal.Setting {
	var list []journal.Setting
	add := func(name, value string) {
		if value != "" {
			list = append(list, journal.Setting{Name: name, Value: value})
		}
	}
	if p := b.Phone; p != nil {
		add("phone.endpoint", withoutUser(p.Endpoint))
		if p.EndpointEnv != "" {
			add("phone.endpoint", "$"+p.EndpointEnv)
		}
		add("phone.capabilities", strings.Join(slices.Sorted(maps.Keys(p.Capabilities)), ", "))
		t := p.CommandTimeouts
		for _, d := range []struct {
			name string
			of   fmt.Stringer
		}{{"session", t.Session}, {"find", t.Find}, {"source", t.Source}, {"action", t.Action}, {"screenshot", t.Screenshot}, {"other", t.Other}} {
			if s := d.of.String(); s != "0s" {
				add("phone.command_timeouts."+d.name, s)
			}
		}
	}
	if v := b.Virtual; v != nil {
		for _, s := range journal.Settings("virtual", v) {
			switch s.Name {
			case "virtual.seed": // stands with the run, as the names do with the testbed
			case "virtual.account.totp_seed": // whoever has it makes the account's codes
			default:
				list = append(list, s)
			}
		}
	}
	add("power.device", socketName(b.Power.Device))
	add("power.provisioner", socketName(b.Power.Provisioner))
	add("timing.provisioner_off", b.Timing.ProvisionerOff.String())
	add("timing.provisioner_ready", b.Timing.ProvisionerReady.String())
	return list
}

// withoutUser is an address without what may be secret in it.
func withoutUser(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

func socketName(s config.Socket) string {
	if len(s.CommandOn) == 0 {
		return string(s.Method)
	}
	return string(s.Method) + " " + filepath.Base(s.CommandOn[0])
}
