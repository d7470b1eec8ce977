package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/mattn/go-isatty"
	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"ffscert/cmd/internal/config"
	"ffscert/drivers/secret"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/render/safe"
)

// What goes where: data goes to stdout, everything else to stderr. With
// --quiet stderr carries errors only. Nobody but [Main] prints an error, and
// it prints it once.

// Exit statuses, a part of the contract of the command line.
const (
	exitPassed      = 0
	exitFailed      = 1
	exitUsage       = 2
	exitOutside     = 3 // blocked, not run, or something outside does not answer
	exitReview      = 4
	exitInterrupted = 130
)

// state is everything global: stdio, arguments, environment.
type state struct {
	Args   []string
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Dir    string // the working folder
	Getenv func(string) string
	// Interactive tells whether stdin is a terminal, so that questions can be asked.
	Interactive bool
	// Terminal tells whether stderr is a terminal, Columns how wide stdout is.
	Terminal bool
	// Screen tells whether stdout is a terminal.
	Screen  bool
	Color   bool
	Columns int
	// Size is the size of the terminal on stderr, whenever it is asked; nil is
	// that of an old one.
	Size    func() (width, height int)
	Signals func(context.Context) (context.Context, context.CancelFunc)

	// Options that every command has.
	configPath string
	runsDir    string
	quiet      bool
	logFormat  string
	logLevel   string
	log        *logrus.Logger
	record     bool // keep the traffic of every attempt
	trace      traceWhen
	secrets    *secret.Masker // what is shown nowhere
}

// system is the state of the real process.
func system() *state {
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	// A reader that has gone (| head) must not end a run that takes hours.
	signal.Ignore(syscall.SIGPIPE)
	columns := 100
	if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && w > 20 {
		columns = w
	}
	return &state{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Dir: dir, Getenv: os.Getenv,
		Interactive: isatty.IsTerminal(os.Stdin.Fd()),
		Screen:      isatty.IsTerminal(os.Stdout.Fd()),
		Terminal:    isatty.IsTerminal(os.Stderr.Fd()),
		Color:       isatty.IsTerminal(os.Stdout.Fd()) && os.Getenv("NO_COLOR") == "",
		Columns:     columns,
		Size: func() (int, int) {
			w, h, err := term.GetSize(int(os.Stderr.Fd()))
			if err != nil || w < 1 || h < 1 {
				return 80, 24
			}
			return w, h
		},
		Signals: twice}
}

// twice ends the work in good order at the first interrupt or SIGTERM, and the
// process at the second one: what is recorded is on the disk already, and a
// phone or server that hangs must not hold anybody up.
func twice(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	done := make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for first := true; ; first = false {
			select {
			case <-signals:
			case <-done:
				return
			}
			if !first {
				os.Exit(exitInterrupted)
			}
			cancel()
		}
	}()
	return ctx, sync.OnceFunc(func() {
		signal.Stop(signals)
		close(done)
		cancel()
	})
}

// statusError carries an exit status. Without a message nothing is printed:
// the command has said everything already.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

// usage marks an error as one of usage or configuration.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &statusError{exitUsage, err}
}

func usagef(format string, args ...any) error { return usage(fmt.Errorf(format, args...)) }

// Main runs the command line and returns the exit status.
func Main(s *state) int {
	ctx, cancel := s.Signals(context.Background())
	defer cancel()
	if s.secrets == nil {
		s.secrets = new(secret.Masker)
	}
	root := newRoot(s)
	root.SetArgs(s.Args)
	err := root.ExecuteContext(ctx)
	if err == nil || cutOff(ctx, err) {
		return statusOf(ctx, err)
	}
	status := statusOf(ctx, err)
	var se *statusError
	if errors.As(err, &se) {
		err = se.err
	}
	if errors.Is(err, syscall.EPIPE) {
		return exitOutside // who reads has gone, and wants no more words
	}
	if err != nil {
		var t *certification.Trouble
		fmt.Fprintln(s.Stderr, "ffscert: "+printable(s.secrets.Text(err.Error())))
		if errors.As(err, &t) && t.Hint != "" {
			fmt.Fprintln(s.Stderr, "  hint: "+printable(s.secrets.Text(t.Hint)))
		}
	}
	return status
}

// statusOf is the exit status of what ended with an error, or with none.
func statusOf(ctx context.Context, err error) int {
	var se *statusError
	switch {
	case err == nil:
		return exitPassed
	case cutOff(ctx, err):
		return exitInterrupted
	case errors.As(err, &se):
		return se.status
	}
	return exitUsage // cobra's own errors are errors of usage
}

// screenSize is the size of the terminal on stderr.
func (s *state) screenSize() (width, height int) {
	if s.Size == nil {
		return 80, 24
	}
	return s.Size()
}

// cutOff tells whether an error is nothing but the interrupt that was asked for.
// It may come at any moment, while a journal is read as well as in an attempt,
// and must never look like a mistake of the user or a fault of the disk.
func cutOff(ctx context.Context, err error) bool {
	// A transaction that an interrupt rolled back says only that it is done.
	stopped := errors.Is(err, context.Canceled) || errors.Is(err, sql.ErrTxDone)
	return ctx.Err() != nil && stopped && !journal.NoRoom(err) && !errors.Is(err, journal.ErrLocked) && !errors.Is(err, journal.ErrForeign)
}

// printable makes text that may come from outside harmless for a terminal.
func printable(text string) string { return safe.Lines(text) }

// safeJSON writes JSON that a terminal can show, whatever is in it.
func safeJSON(w io.Writer) *json.Encoder { return json.NewEncoder(jsonWriter{w}) }

type jsonWriter struct{ w io.Writer }

func (j jsonWriter) Write(b []byte) (int, error) {
	_, err := j.w.Write(safe.JSON(b)) // an encoder writes whole values
	return len(b), err
}

func newRoot(s *state) *cobra.Command {
	root := &cobra.Command{
		Use:   "ffscert",
		Short: "Certify that a device sets itself up: Amazon Frustration-Free Setup",
		Long: `ffscert runs Amazon's Frustration-Free Setup certification: Gherkin scenarios
drive the Alexa app on a phone behind Appium, or on a simulated testbed, and
the results roll up into a pass/fail matrix.

Without ffscert.yaml, "ffscert run" uses the built-in virtual testbed.`,
		SilenceErrors: true, SilenceUsage: true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q\n  hint: see `ffscert --help`", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return s.prepare()
		},
	}
	root.SetIn(s.Stdin)
	root.SetOut(s.Stdout)
	root.SetErr(s.Stderr)
	f := root.PersistentFlags()
	f.StringVar(&s.configPath, "config", "", "configuration `FILE` (default ffscert.yaml, if it is there)")
	f.StringVar(&s.runsDir, "runs", "", "`DIR` where runs are kept (default runs)")
	f.BoolVar(&s.quiet, "quiet", false, "no progress, errors only")
	f.StringVar(&s.logFormat, "log-format", "text", "format of log lines, `text|json`")
	f.StringVar(&s.logLevel, "log-level", "warning", "least `LEVEL` of log lines: error, warning, info, debug")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w\n  hint: see `%s --help`", err, cmd.CommandPath())
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(newRunCmd(s), newCheckCmd(s), newMatrixCmd(s), newTraceCmd(s), newRunsCmd(s), newReviewCmd(s), newPacketCmd(s), newPlanCmd(s), newStepsCmd(s), newInitCmd(s), newDoctorCmd(s), newScreensCmd(s), newVirtualCmd(s), newExplainCmd(s), newConsentCmd(s), newVersionCmd(s))
	return root
}

// prepare checks the options that every command has and makes the log.
func (s *state) prepare() error {
	s.log = logrus.New()
	s.log.SetOutput(s.Stderr)
	level, err := logrus.ParseLevel(s.logLevel)
	if err != nil {
		return usagef("--log-level %s: no such level\n  hint: use error, warning, info or debug", s.logLevel)
	}
	if s.quiet {
		level = min(level, logrus.ErrorLevel)
	}
	s.log.SetLevel(level)
	switch s.logFormat {
	case "text":
		s.log.SetFormatter(&logrus.TextFormatter{DisableColors: !s.Terminal, FullTimestamp: true, TimestampFormat: "2006-01-02T15:04:05.000Z07:00"})
	case "json":
		s.log.SetFormatter(&logrus.JSONFormatter{TimestampFormat: "2006-01-02T15:04:05.000Z07:00"})
	default:
		return usagef("--log-format %s: no such format\n  hint: use text or json", s.logFormat)
	}
	s.log.SetFormatter(maskedLog{s.log.Formatter, s.secrets})
	return nil
}

// longestLine bounds what of a text stands in the log, in characters.
const longestLine = 4000

// maskedLog takes secrets out of log lines, and what a terminal would obey,
// whoever writes them.
type maskedLog struct {
	logrus.Formatter
	secrets *secret.Masker
}

func (m maskedLog) Format(e *logrus.Entry) ([]byte, error) {
	harmless := *e
	harmless.Message = safe.Text(m.secrets.Text(e.Message), longestLine)
	harmless.Data = make(logrus.Fields, len(e.Data))
	for name, value := range e.Data {
		switch v := value.(type) {
		case string:
			value = safe.Text(m.secrets.Text(v), longestLine)
		case error:
			value = safe.Text(m.secrets.Text(v.Error()), longestLine)
		}
		harmless.Data[name] = value
	}
	line, err := m.Formatter.Format(&harmless)
	return m.secrets.Bytes(line), err
}

// path makes a path of the user's absolute.
func (s *state) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(s.Dir, p)
}

// config reads the configuration: the file that was named, or ffscert.yaml if
// it is there, or the built-in virtual testbed.
func (s *state) config() (*config.Config, error) {
	name := s.configPath
	if name == "" {
		name = "ffscert.yaml"
		if _, err := os.Lstat(s.path(name)); errors.Is(err, os.ErrNotExist) {
			return config.Default(), nil
		}
	}
	c, err := config.Load(s.path(name))
	if err != nil {
		return nil, usage(err)
	}
	for _, w := range c.Warnings {
		if !s.quiet {
			fmt.Fprintln(s.Stderr, "warning: "+printable(w.Error()))
		}
	}
	return c, nil
}

// runs is the folder in which runs are kept.
func (s *state) runs(c *config.Config) string {
	if s.runsDir != "" {
		return s.path(s.runsDir)
	}
	if c != nil && c.Runs != "" {
		return s.path(c.Runs)
	}
	return s.path(config.DefaultRuns)
}
