package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"ffscert/cmd/internal/config"
	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/apps/alexa"
	"ffscert/drivers/apps/amazon"
	"ffscert/drivers/apps/partner"
	"ffscert/drivers/devicelog"
	"ffscert/drivers/farm"
	"ffscert/drivers/network"
	"ffscert/drivers/onetime"
	"ffscert/drivers/power"
	"ffscert/drivers/recording"
	"ffscert/drivers/secret"
	"ffscert/drivers/testbed"
	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/handset"
	"ffscert/features/certification"
)

// chooseTestbeds are the testbeds that were asked for, all by default, in the
// order of the configuration.
func chooseTestbeds(c *config.Config, names []string) ([]config.Testbed, error) {
	var chosen []config.Testbed
	var known []string
	for _, b := range c.Testbeds {
		known = append(known, b.Name)
		if len(names) == 0 || slices.Contains(names, b.Name) {
			chosen = append(chosen, b)
		}
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return nil, usagef("--testbed %s: there is no testbed of that name\n  hint: there are: %s", n, strings.Join(known, ", "))
		}
	}
	return chosen, nil
}

// opening says how testbeds are opened.
type opening struct {
	seed int64
	// notBefore is when simulated time begins at the earliest.
	notBefore time.Time
	// held are phones that are leased already.
	held leases
}

// openTestbeds makes the chosen testbeds. No session is opened yet.
func openTestbeds(ctx context.Context, s *state, c *config.Config, chosen []config.Testbed, o opening) ([]*testbed.Testbed, error) {
	maps, err := loadMaps(c)
	if err != nil {
		return nil, err
	}
	var beds []*testbed.Testbed
	for _, b := range chosen {
		bed, err := openTestbed(s, c, b, maps, o)
		if err != nil {
			for _, b := range beds {
				b.Close(ctx)
			}
			return nil, fmt.Errorf("testbed %s: %w", b.Name, err)
		}
		beds = append(beds, bed)
	}
	return beds, nil
}

func openTestbed(s *state, c *config.Config, b config.Testbed, m screenMaps, o opening) (*testbed.Testbed, error) {
	bed := &testbed.Testbed{
		Name: b.Name,
		Names: testbed.Names{Device: c.Product.DeviceName, DevicePlug: b.Plugs.Device,
			ProvisionerPlug: b.Plugs.Provisioner, Provisioner: b.Provisioner},
		Timing: testbed.Timing{ProvisionerOff: b.Timing.ProvisionerOff, ProvisionerReady: b.Timing.ProvisionerReady},
		Clock:  drivers.RealClock{},
	}
	opts := appium.Options{App: m.alexa.Application(), Log: s.log.WithField("testbed", b.Name), Secrets: s.secrets}
	bed.Secrets = s.secrets
	var simulated devicelog.Patterns
	if b.Virtual != nil && b.Virtual.Replay != "" {
		var err error
		if simulated, err = replayed(bed, &opts, b.Virtual.Replay); err != nil {
			return nil, usage(err)
		}
	} else if b.Virtual != nil {
		lab, err := embeddedLab(*b.Virtual, o)
		if err != nil {
			return nil, usage(err)
		}
		bed.Clock = lab.lab.Clock
		bed.Shut = lab.lab.Close
		bed.BeginAttempt = func(id certification.AttemptID) { lab.lab.BeginAttempt(id.Case+" "+id.Scenario, id.N) }
		opts.Endpoint, opts.UDID = lab.endpoint, lab.lab.Serial()
		if bed.Network, err = network.NewKeeper(lab.lab.Network(), ""); err != nil {
			return nil, err
		}
		bed.Log = lab.lab.DeviceLog()
		if simulated, err = lab.lab.LogPatterns().Compile(); err != nil {
			return nil, err
		}
	} else {
		conn, err := b.Phone.Resolve(os.LookupEnv)
		if err != nil {
			return nil, usage(err)
		}
		s.secrets.Add(conn.Secrets...)
		held := o.held[conn.UDID]
		if held == nil {
			if held, err = farm.Lease(conn.UDID); err != nil {
				return nil, &statusError{exitOutside, err}
			}
		}
		bed.Shut = held.Release
		opts.Endpoint, opts.UDID, opts.Capabilities = conn.Endpoint, conn.UDID, conn.Capabilities
		if args := b.Phone.Reconnect; len(args) > 0 {
			bed.Reconnect = testbed.CommandReconnect(args)
		}
		t := b.Phone.CommandTimeouts
		opts.Limits = appium.Limits{Session: t.Session, Find: t.Find, Source: t.Source, Action: t.Action, Screenshot: t.Screenshot, Other: t.Other}
	}
	if err := opts.Validate(); err != nil {
		if bed.Shut != nil {
			bed.Shut()
		}
		return nil, usage(err)
	}
	var rec *recording.Recorder
	if s.record {
		rec = recorded(bed, &opts)
	}
	traced(s, bed, &opts, rec)
	phone := appium.New(opts)
	bed.Phone = phone
	if b.Phone != nil {
		if err := addLab(s, bed, b, phone.KeepAlive); err != nil {
			bed.Shut()
			return nil, err
		}
	}
	patterns, err := c.Product.LogPatterns.Texts().Compile()
	if err != nil {
		bed.Shut()
		return nil, usage(err)
	}
	bed.LogPatterns = patterns.Over(simulated)
	if rec != nil {
		recordLab(rec, bed)
	}
	bed.Alexa = alexa.New(phone, bed.Clock, m.alexa)
	bed.AlexaMaps = m.alexas
	bed.Dialogs = m.dialogs
	bed.Declared = declared(c, b)
	if err := addApps(s, bed, b, m); err != nil {
		if bed.Shut != nil {
			bed.Shut()
		}
		return nil, err
	}
	bed.DevicePower = socket(bed, b.Power.Device, b.Plugs.Device)
	bed.ProvisionerPower = socket(bed, b.Power.Provisioner, b.Plugs.Provisioner)
	return bed, nil
}

// declared is what the maker has registered with Amazon. That of a simulated
// app is known.
func declared(c *config.Config, b config.Testbed) testbed.Declared {
	lwa := c.Product.LoginWithAmazon
	d := testbed.Declared{AppName: lwa.AppName, Scopes: lwa.Scopes}
	if v := b.Virtual; v != nil {
		if d.AppName == "" {
			d.AppName = v.Partner.AppName
		}
		if d.Scopes == nil {
			d.Scopes = v.Partner.Scopes
		}
	}
	return d
}

// addApps adds the maker's app and Amazon's pages, with what they are signed in
// with.
func addApps(s *state, bed *testbed.Testbed, b config.Testbed, m screenMaps) error {
	own, err := b.Accounts.Partner.Resolve(os.LookupEnv)
	if err != nil {
		return usagef("accounts.partner: %w", err)
	}
	login, err := b.Accounts.Amazon.Resolve(os.LookupEnv)
	if err != nil {
		return usagef("accounts.amazon: %w", err)
	}
	s.secrets.AddLogin(own.User, own.Password)
	s.secrets.AddLogin(login.User, login.Password)
	if v := b.Virtual; v != nil {
		// A simulated app takes whatever is typed.
		simulated := config.Credentials{User: v.Account.Email, Password: "simulated"}
		if own.User == "" {
			own = simulated
		}
		if login.User == "" {
			login = simulated
		}
	}
	bed.Customer = customer(b, own.User, login.User)
	if m.amazon != nil {
		bed.Amazon = amazon.New(bed.Phone, bed.Clock, m.amazon)
		bed.Amazon.Account = amazon.Account{Email: login.User, Password: login.Password}
		bed.Amazon.Permissions, bed.Amazon.Secret = b.Accounts.Amazon.PermissionsPage, s.secrets.Add
		if bed.Amazon.Codes, err = oneTimeCodes(s, bed, b); err != nil {
			return err
		}
	}
	if pm := m.partner(b); pm != nil {
		bed.Partner = partner.New(bed.Phone, bed.Clock, pm)
		bed.Partner.Account = partner.Account{User: own.User, Password: own.Password}
	}
	return nil
}

// customer is whose accounts are used: their names, and the addresses and
// telephone numbers that they sign in with. Another user name is no name.
func customer(b config.Testbed, users ...string) *secret.Person {
	words := []string{b.Accounts.Partner.Name, b.Accounts.Amazon.Name}
	if v := b.Virtual; v != nil && b.Accounts.Amazon.Name == "" {
		words = append(words, v.Account.Name, v.Account.Email)
	}
	for _, u := range users {
		if strings.Contains(u, "@") || len(u) > 6 && strings.Trim(u, "+0123456789 -/()") == "" {
			words = append(words, u)
		}
	}
	return secret.NewPerson(words...)
}

// oneTimeCodes are those of the Amazon account; nil if nothing says where they
// come from. A simulated account has its own.
func oneTimeCodes(s *state, bed *testbed.Testbed, b config.Testbed) (onetime.Source, error) {
	c := b.Accounts.Amazon.Code
	alive := bed.Phone.KeepAlive
	switch {
	case c != nil && len(c.Command) > 0:
		return onetime.Command{Args: c.Command, Testbed: b.Name, Timeout: c.Timeout}, nil
	case c != nil && c.Prompt:
		return onetime.Prompt{Who: func() drivers.Operator { return bed.Operator }, Testbed: b.Name, Alive: alive}, nil
	}
	secret := ""
	if c != nil {
		var err error
		if secret, err = c.Secret(os.LookupEnv); err != nil {
			return nil, usagef("accounts.amazon.code.%w", err)
		}
		s.secrets.Add(secret)
	} else if b.Virtual != nil && b.Accounts.Amazon.User == "" {
		secret = b.Virtual.Account.TOTPSeed
	}
	if secret == "" {
		return nil, nil
	}
	t, err := onetime.NewTOTP(secret)
	if err != nil {
		return nil, usagef("accounts.amazon.code: what totp_env or totp_file names %w", err)
	}
	if c != nil {
		s.secrets.Add(t.Secret())
	}
	t.Now, t.Clock, t.Alive = bed.Amazon.Time, bed.Clock, alive
	return t, nil
}

func socket(bed *testbed.Testbed, s config.Socket, plug string) drivers.Power {
	if s.Method == config.PowerCommand {
		var p drivers.Power = power.Command{Socket: plug, OnArgs: s.CommandOn, OffArgs: s.CommandOff, Clock: bed.Clock}
		if bed.Socket != nil {
			p = bed.Socket(p)
		}
		return p
	}
	return power.Alexa{App: bed.Alexa, Plug: plug}
}

// followPlan gives simulated labs the protocol of the plan, where the
// configuration gives them none and the lab speaks it.
func followPlan(c *config.Config, plan certification.Plan) {
	for _, b := range c.Testbeds {
		if b.Virtual == nil || b.Virtual.ProtocolGiven {
			continue
		}
		world := b.Virtual.Config
		world.Protocol = plan.Protocol
		if world.Validate() == nil {
			b.Virtual.Protocol = plan.Protocol
		}
	}
}

// labConfig is the simulated lab of a virtual testbed.
func labConfig(v config.Virtual) virtual.Config {
	latency := handset.PhoneProfile()
	if v.Latency == config.LatencyNone {
		latency = handset.NoProfile()
	}
	return virtual.Config{World: v.Config, Latency: latency, App: v.App, PartnerApp: v.PartnerApp, Locale: v.Locale, FontScale: v.FontScale}
}

type embedded struct {
	lab      *virtual.Lab
	endpoint string
}

// embeddedLab opens a lab on virtual time, with its Appium endpoint on a free
// port of this machine.
func embeddedLab(v config.Virtual, o opening) (embedded, error) {
	cfg := labConfig(v)
	cfg.NotBefore = o.notBefore
	cfg.World.Seed = uint64(o.seed)
	lab, err := virtual.Open(cfg)
	if err != nil {
		return embedded{}, err
	}
	ln, err := virtual.Listen("127.0.0.1:0")
	if err != nil {
		lab.Close()
		return embedded{}, err
	}
	return embedded{lab, lab.ServeAppium(ln)}, nil
}
