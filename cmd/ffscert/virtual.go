package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"ffscert/cmd/internal/config"
	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/replay"
)

func newVirtualCmd(s *state) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "virtual",
		Short: "The simulated testbed",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q for virtual\n  hint: use `ffscert virtual serve` or `ffscert virtual apps`", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newVirtualServeCmd(s), newVirtualAppsCmd(s))
	return cmd
}

// serveOptions is what `ffscert virtual serve` was asked to do.
type serveOptions struct {
	listen, adb, serial, events, testbed, replay string
	app, locale, browser                         string
	speed                                        float64
}

func newVirtualServeCmd(s *state) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve a virtual phone with the Alexa app, to Appium clients or to adb",
		Long: `serve runs a simulated testbed in real time. With --adb the phone speaks adb:
"adb connect" it, and the real Appium with its UiAutomator2 driver drives it.
With --listen it is an Appium-compatible endpoint by itself. Both may be given.

When it is ready, it prints one JSON line with addresses and serial. "control"
is the address of the lab itself: with /network after it, it is what a testbed
takes as network.http, and with /device-log as device_log.http. The command ends
with SIGINT or SIGTERM. The lab is that of the first virtual testbed in the
configuration, or the built-in one.

With --replay there is no lab: what "ffscert run --record" kept answers, at the
pace at which it was recorded. A request that was not recorded is an error. DIR
is a run's folder, or one file of it.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("replay") {
				for _, flag := range []string{"adb", "serial", "speed", "events", "app", "locale", "browser", "testbed"} {
					if cmd.Flags().Changed(flag) {
						return usagef("--%s does not go with --replay\n  hint: a recording has its own serial and pace; a testbed with `virtual: {replay: DIR}` replays without waiting", flag)
					}
				}
				return runServeReplay(cmd.Context(), s, o)
			}
			return runServe(cmd.Context(), s, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "", "Appium-compatible endpoint at `HOST:PORT` (default 127.0.0.1:4723 without --adb); port 0 picks a free one")
	f.StringVar(&o.adb, "adb", "", "phone that speaks adb at `HOST:PORT`, outside 5555–5585; port 0 picks a free one")
	f.StringVar(&o.serial, "serial", "", "ro.serialno of the phone (default: the address that adb lists)")
	f.Float64Var(&o.speed, "speed", 1, "the world's seconds per second, `N` > 0")
	f.StringVar(&o.events, "events", "", "write the world's truth to `FILE`, as JSON lines")
	f.StringVar(&o.app, "app", "", "the Alexa app: `MODEL` that is built in, such as alexa-2024.16, or a path (default: the testbed's)")
	f.StringVar(&o.locale, "locale", "", "the phone's `LOCALE`, such as de-DE or ja-JP (default: the testbed's)")
	f.StringVar(&o.browser, "browser", "", "Chromium that shows web pages behind --adb: a `PATH`, or none (default: the first that is installed)")
	f.StringVar(&o.replay, "replay", "", "answer from the traffic that a run with --record kept in `DIR`, instead of a simulated lab")
	f.StringVar(&o.testbed, "testbed", "", "the virtual testbed of this `NAME` in the configuration")
	return cmd
}

// ready is the line that `ffscert virtual serve` prints.
type ready struct {
	Schema string `json:"schema"`
	Appium string `json:"appium,omitempty"`
	ADB    string `json:"adb,omitempty"`
	// Control is the address of the lab itself: /network and /device-log.
	Control string `json:"control,omitempty"`
	// Browser is the path of the Chromium that shows web pages behind adb; not
	// there if there is none.
	Browser string  `json:"browser,omitempty"`
	Serial  string  `json:"serial"`
	Speed   float64 `json:"speed"`
	PID     int     `json:"pid"`
	// Replay is where the recordings are that are replayed, Attempts how many.
	Replay   string `json:"replay,omitempty"`
	Attempts int    `json:"attempts,omitempty"`
}

func runServe(ctx context.Context, s *state, o serveOptions) error {
	if o.speed <= 0 {
		return usagef("--speed %v: the speed must be more than 0\n  hint: 1 is real time", o.speed)
	}
	c, err := s.config()
	if err != nil {
		return err
	}
	if cat, err := s.catalog(c); err != nil {
		return err
	} else if plan, err := cat.Plan(c.Plan); err == nil {
		followPlan(c, plan)
	}
	bed, err := virtualTestbed(c, o.testbed)
	if err != nil {
		return err
	}
	if o.listen == "" && o.adb == "" {
		o.listen = "127.0.0.1:4723"
	}
	var doorAppium, doorADB net.Listener
	for _, door := range []struct {
		flag, addr string
		ln         *net.Listener
	}{{"listen", o.listen, &doorAppium}, {"adb", o.adb, &doorADB}} {
		if door.addr == "" {
			continue
		}
		if door.flag == "adb" && scannedByADB(door.addr) {
			return usagef("--adb %s: every adb server scans the ports 5555 to 5585 and would take the phone twice\n  hint: choose another port, such as 6555", door.addr)
		}
		ln, err := virtual.Listen(door.addr)
		if err != nil {
			return usagef("--%s %s: %w\n  hint: choose a free port, or port 0", door.flag, door.addr, err)
		}
		defer ln.Close()
		*door.ln = ln
	}
	cfg := labConfig(*bed.Virtual)
	cfg.Speed = o.speed
	if o.app != "" {
		cfg.App = o.app
	}
	if o.locale != "" {
		cfg.Locale = o.locale
	}
	cfg.Serial = o.serial
	if cfg.Serial == "" && doorADB != nil {
		cfg.Serial = doorADB.Addr().String()
	}
	if o.events != "" {
		f, err := os.Create(s.path(o.events))
		if err != nil {
			return usagef("--events: %w\n  hint: name a file in a folder that exists", err)
		}
		defer f.Close()
		cfg.Events = f
	}
	cfg.Browser, cfg.Log = o.browser, s.log
	lab, err := virtual.Open(cfg)
	if err != nil {
		return usage(err)
	}
	r := ready{Schema: "ffscert/virtual/v1", Serial: lab.Serial(), Speed: o.speed, PID: os.Getpid()}
	if doorAppium != nil {
		r.Appium = lab.ServeAppium(doorAppium)
	}
	if doorADB != nil {
		lab.ServeADB(doorADB)
		r.ADB, r.Browser = doorADB.Addr().String(), lab.Browser()
		if r.Browser == "" && o.browser != virtual.NoBrowser {
			s.log.Warn("no Chromium is installed: web pages of the phone are in its native tree only, and offer no web context")
		}
	}
	control, err := virtual.Listen("127.0.0.1:0")
	if err != nil {
		lab.Close()
		return usage(err)
	}
	r.Control = lab.ServeControl(control)
	if err := json.NewEncoder(s.Stdout).Encode(r); err != nil {
		lab.Close()
		return err
	}
	s.sayServing(r)
	<-ctx.Done()
	if err := lab.Close(); err != nil {
		return fmt.Errorf("the events could not be written: %w", err)
	}
	return nil
}

// runServeReplay is `ffscert virtual serve --replay`.
func runServeReplay(ctx context.Context, s *state, o serveOptions) error {
	if o.listen == "" {
		o.listen = "127.0.0.1:4723"
	}
	p, err := replay.Open(s.path(o.replay), true)
	if err != nil {
		return usagef("--replay: %w", err)
	}
	defer p.Close()
	ln, err := virtual.Listen(o.listen)
	if err != nil {
		return usagef("--listen %s: %w\n  hint: choose a free port, or port 0", o.listen, err)
	}
	endpoint, stop := p.Serve(ln)
	defer stop()
	r := ready{Schema: "ffscert/virtual/v1", Appium: endpoint, Serial: p.Serial(), Speed: 1, PID: os.Getpid(), Replay: s.path(o.replay), Attempts: p.Attempts()}
	if err := json.NewEncoder(s.Stdout).Encode(r); err != nil {
		return err
	}
	s.sayServing(r)
	<-ctx.Done()
	return nil
}

func (s *state) sayServing(r ready) {
	if s.quiet || !s.Terminal {
		return
	}
	if r.ADB != "" {
		io.WriteString(s.Stderr, "adb connect "+r.ADB+", then give Appium the udid "+r.ADB+"; Ctrl-C ends it\n")
	}
	if r.Appium != "" {
		io.WriteString(s.Stderr, "Appium clients connect to "+r.Appium+"; Ctrl-C ends it\n")
	}
}

// virtualTestbed finds a virtual testbed in the configuration.
func virtualTestbed(c *config.Config, name string) (config.Testbed, error) {
	for _, b := range c.Testbeds {
		if b.Virtual != nil && (name == "" || b.Name == name) {
			return b, nil
		}
	}
	if name != "" {
		return config.Testbed{}, usagef("--testbed %s: the configuration has no virtual testbed of that name", name)
	}
	for _, b := range config.Default().Testbeds {
		return b, nil
	}
	return config.Testbed{}, usagef("there is no virtual testbed")
}

// scannedByADB tells whether adb servers look for emulators at that port.
func scannedByADB(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 5555 && n <= 5585
}
