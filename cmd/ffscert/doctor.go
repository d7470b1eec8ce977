package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ffscert/cmd/internal/config"
	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/doctor"
	"ffscert/drivers/screen"
	"ffscert/drivers/testbed"
	"ffscert/drivers/virtual"
	"ffscert/features/certification"
)

func newDoctorCmd(s *state) *cobra.Command {
	var asJSON bool
	var names []string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Find out whether the testbeds are fit for a run",
		Long: `doctor looks at every testbed of the configuration: the Appium server and its
driver, the phone and its settings, the apps and whether a screen map covers
their versions, the account, the plugs and the provisioner. It changes nothing
on the phone beyond opening the Alexa app. What it cannot find out is a
warning, never ok.

Exit status 0: no error (warnings allowed); 1: errors; 2: the configuration
cannot be used; 3: an endpoint does not answer.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDoctor(cmd.Context(), s, names, asJSON)
		},
	}
	cmd.Flags().StringArrayVar(&names, "testbed", nil, "only this testbed, by its `NAME`; may be repeated")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func runDoctor(ctx context.Context, s *state, names []string, asJSON bool) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	var known []string
	for _, b := range c.Testbeds {
		known = append(known, b.Name)
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return usagef("--testbed %s: there is no testbed of that name\n  hint: there are: %s", n, strings.Join(known, ", "))
		}
	}
	maps, err := loadMaps(c)
	if err != nil {
		return err
	}
	report := doctor.Report{ToolVersion: version}
	answers := true
	for _, b := range c.Testbeds {
		if len(names) > 0 && !slices.Contains(names, b.Name) {
			continue
		}
		if s.Terminal && !s.quiet {
			fmt.Fprintln(s.Stderr, "looking at testbed "+b.Name)
		}
		f, err := examine(ctx, s, c, b, maps)
		if err != nil {
			return fmt.Errorf("testbed %s: %w", b.Name, err)
		}
		if ctx.Err() != nil {
			return &statusError{exitInterrupted, nil}
		}
		report.Add(b.Name, f)
		answers = answers && f.Answers()
	}
	if err := printDoctor(s, report, asJSON); err != nil {
		return err
	}
	switch {
	case !answers:
		return &statusError{exitOutside, nil}
	case report.Status == doctor.Error:
		return &statusError{exitFailed, nil}
	}
	return nil
}

// examine finds out what there is to know of one testbed. An error is one of
// the configuration.
func examine(ctx context.Context, s *state, c *config.Config, b config.Testbed, maps screenMaps) (doctor.Facts, error) {
	subject := doctor.Subject{
		Names: testbed.Names{Device: c.Product.DeviceName, DevicePlug: b.Plugs.Device,
			ProvisionerPlug: b.Plugs.Provisioner, Provisioner: b.Provisioner},
		UDID: virtual.DefaultSerial, Commands: programs(b), Clock: drivers.RealClock{}, Alexa: maps.alexa, AlexaMaps: maps.alexas,
	}
	if b.Phone != nil {
		subject.UDID, subject.Chromedriver = b.Phone.UDID, chromedriverOf(b.Phone)
	}
	if m := maps.partner(b); m != nil {
		subject.Others = []*screen.Map{m}
	}
	bed, err := openTestbed(s, c, b, maps, opening{seed: c.Seed})
	var t *certification.Trouble
	switch {
	case err == nil:
		defer bed.Close(ctx)
		subject.Phone, subject.Clock = bed.Phone, bed.Clock
	case b.Phone != nil && errors.As(err, &t) && t.Code != certification.DefConfiguration:
		// The phone cannot be leased. Its server can be asked nevertheless.
		conn, err := b.Phone.Resolve(os.LookupEnv)
		if err != nil {
			return doctor.Facts{}, usage(err)
		}
		phone := appium.New(appium.Options{Endpoint: conn.Endpoint})
		defer phone.Close(ctx)
		subject.Lease, subject.Phone = t, phone
	default:
		return doctor.Facts{}, err
	}
	return doctor.Read(ctx, subject), nil
}

// chromedriverOf is the chromedriver that a phone's capabilities name.
func chromedriverOf(p *config.Phone) *doctor.Chromedriver {
	c := &doctor.Chromedriver{}
	if conn, err := p.Resolve(os.LookupEnv); err == nil {
		c.Path, _ = conn.Capabilities["appium:chromedriverExecutable"].(string)
		if u, err := url.Parse(conn.Endpoint); err == nil {
			ip := net.ParseIP(u.Hostname())
			c.Here = u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
		}
	}
	return c
}

// programs are those that switch the testbed's sockets.
func programs(b config.Testbed) []doctor.Command {
	var list []doctor.Command
	for _, s := range []struct {
		plug   string
		socket config.Socket
	}{{b.Plugs.Device, b.Power.Device}, {b.Plugs.Provisioner, b.Power.Provisioner}} {
		if s.socket.Method != config.PowerCommand {
			continue
		}
		for _, args := range [][]string{s.socket.CommandOn, s.socket.CommandOff} {
			list = append(list, doctor.Command{Socket: s.plug, Program: args[0]})
		}
	}
	return list
}

func printDoctor(s *state, r doctor.Report, asJSON bool) error {
	if asJSON {
		enc := safeJSON(s.Stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	width := 0
	for _, t := range r.Testbeds {
		for _, l := range t.Checks {
			width = max(width, len(l.Check))
		}
	}
	var b strings.Builder
	for _, t := range r.Testbeds {
		b.WriteString("testbed " + t.Name)
		if t.Simulated {
			b.WriteString(" (SIMULATED)")
		}
		b.WriteString("\n")
		for _, l := range t.Checks {
			// Only the last column may hold characters of other widths.
			fmt.Fprintf(&b, "  %-7s  %-*s  %s\n", l.Status, width, l.Check, oneLine(l.Message))
			if l.Hint != "" && l.Status != doctor.OK {
				fmt.Fprintf(&b, "  %-7s  %-*s  hint: %s\n", "", width, "", oneLine(l.Hint))
			}
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "%d ok, %d %s, %d %s\n", r.Counts.OK, r.Counts.Warning, plural("warning", r.Counts.Warning), r.Counts.Error, plural("error", r.Counts.Error))
	_, err := fmt.Fprint(s.Stdout, printable(b.String()))
	return err
}

func plural(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// oneLine keeps what comes from outside on its line.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
