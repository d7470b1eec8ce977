package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ffscert/cmd/internal/config"
	"ffscert/drivers/dialogs"
	"ffscert/drivers/screen"
	"ffscert/drivers/virtual/apps"
	"ffscert/features/catalog"
	"ffscert/reports/matrix"
)

// initOptions are the flags of init: the answers to its questions.
type initOptions struct {
	kind    string // virtual or phone
	answers config.Starter
	out     string
	schemas string
	force   bool
}

func newInitCmd(s *state) *cobra.Command {
	var o initOptions
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a commented ffscert.yaml, by asking a few questions",
		Long: `init writes a commented configuration for a virtual testbed or for a phone. On
a terminal it asks for what the flags do not say; elsewhere it asks nothing.
The file is checked before it is put in its place, and a file that is there
already is left alone.

Exit status 0: written; 1: a file is in the way; 2: usage, or an answer that
cannot be used.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runInit(cmd.Context(), s, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.kind, "testbed-kind", "", "`virtual|phone`: a simulated testbed, or a phone behind an Appium server")
	f.StringVar(&o.answers.DeviceName, "device-name", "", "`NAME` of the device under test, exactly as the Alexa app will show it")
	f.StringVar(&o.answers.Endpoint, "endpoint", "", "`URL` of the Appium server (default http://127.0.0.1:4723)")
	f.StringVar(&o.answers.UDID, "udid", "", "the phone's `SERIAL`, as adb devices lists it")
	f.StringVar(&o.answers.DevicePlug, "device-plug", "", "`NAME` of the plug that feeds the device")
	f.StringVar(&o.answers.ProvisionerPlug, "provisioner-plug", "", "`NAME` of the plug that feeds the provisioner")
	f.StringVar(&o.answers.Provisioner, "provisioner", "", "`NAME` of the Echo or router that sets the device up")
	f.StringVar(&o.answers.Plan, "plan", "", "`ID` of the test plan (default "+config.DefaultPlan+")")
	f.StringVar(&o.out, "out", "ffscert.yaml", "`FILE` to write")
	f.StringVar(&o.schemas, "schemas", "", "also write the JSON Schemas for editors into `DIR`")
	f.BoolVar(&o.force, "force", false, "replace a file that is there")
	return cmd
}

// The kinds of testbed.
const (
	kindVirtual = "virtual"
	kindPhone   = "phone"
)

func runInit(ctx context.Context, s *state, o initOptions) error {
	if o.kind != "" {
		if err := oneOf("testbed-kind", o.kind, kindVirtual, kindPhone); err != nil {
			return err
		}
	}
	cat, err := catalog.Load()
	if err != nil {
		return err
	}
	out := s.path(o.out)
	if _, err := os.Lstat(out); err == nil && !o.force {
		return inTheWay(o.out)
	}
	var text []byte
	if s.Interactive {
		text, err = converse(ctx, s, cat, &o)
	} else if err = o.complete(); err == nil {
		text, err = o.text(s, cat)
	}
	if err != nil {
		return err
	}
	if o.schemas != "" {
		if err := writeSchemas(s.path(o.schemas)); err != nil {
			return usage(err)
		}
	}
	if err := place(out, text, o.force); errors.Is(err, fs.ErrExist) {
		return inTheWay(o.out)
	} else if err != nil {
		return usage(err)
	}
	if !s.quiet {
		next := "ffscert run"
		if o.kind == kindPhone {
			next = "ffscert doctor"
		}
		if o.out != "ffscert.yaml" {
			next += " --config " + o.out
		}
		fmt.Fprintln(s.Stderr, printable("wrote "+o.out+"; next: "+next))
	}
	return nil
}

func inTheWay(out string) error {
	return &statusError{exitFailed, fmt.Errorf("%s is there already\n  hint: give --force to replace it, or --out FILE to write another one", out)}
}

// complete fills in what is usual, and names the flags that are needed, where
// nobody can be asked. A phone's plugs and provisioner have no default: a guess
// might switch something that is not meant.
func (o *initOptions) complete() error {
	var missing []string
	for _, q := range o.questions() {
		if *q.answer == "" && q.usual == "" {
			missing = append(missing, "--"+q.flag)
		}
	}
	if len(missing) > 0 {
		verb := "is"
		if len(missing) > 1 {
			verb = "are"
		}
		return usagef("%s %s needed: nobody can be asked, because the standard input is no terminal\n  hint: see `ffscert init --help`", strings.Join(missing, ", "), verb)
	}
	return nil
}

// question is one thing that init has to know.
type question struct {
	flag   string
	answer *string
	asks   string
	usual  string // the answer if none is given; "" if there is none
}

// questions are those that the kind of testbed leads to, the kind's own first.
func (o *initOptions) questions() []question {
	a := &o.answers
	kind := question{"testbed-kind", &o.kind, "A simulated testbed (virtual), or a phone behind an Appium server (phone)?", ""}
	plan := question{"plan", &a.Plan, "Test plan, as `ffscert plan list` names it?", config.DefaultPlan}
	device := question{"device-name", &a.DeviceName, "Name of the device under test, exactly as the Alexa app will show it?", ""}
	switch o.kind {
	case kindVirtual:
		device.usual = config.DefaultDevice
		return []question{kind, plan, device}
	case kindPhone:
		return []question{kind, plan, device,
			{"endpoint", &a.Endpoint, "Address of the Appium server?", "http://127.0.0.1:4723"},
			{"udid", &a.UDID, "Serial of the phone, as `adb devices` lists it?", ""},
			{"device-plug", &a.DevicePlug, "Name of the plug that feeds the device, in the Alexa app?", ""},
			{"provisioner-plug", &a.ProvisionerPlug, "Name of the plug that feeds the provisioner?", ""},
			{"provisioner", &a.Provisioner, "Name of the provisioner, such as an Echo?", ""},
		}
	}
	return []question{kind}
}

// text is the file, checked by the rules of every configuration file.
func (o *initOptions) text(s *state, cat *catalog.Catalog) ([]byte, error) {
	a := o.answers
	a.Sample = config.SampleVirtual
	if o.kind == kindPhone {
		a.Sample = config.SampleRealPhone
	} else if a.Endpoint != "" || a.UDID != "" {
		return nil, usagef("--endpoint and --udid are for a phone\n  hint: give --testbed-kind phone, too")
	}
	if a.Plan != "" {
		if _, err := findPlan(cat, a.Plan); err != nil {
			return nil, err
		}
	}
	if o.schemas != "" {
		dir, err := filepath.Rel(filepath.Dir(s.path(o.out)), s.path(o.schemas))
		if err != nil {
			return nil, usage(err)
		}
		a.Schema = filepath.ToSlash(filepath.Join(dir, schemaConfig))
		if strings.ContainsFunc(a.Schema, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
			return nil, usagef("--schemas %s: editors do not understand a path with spaces", o.schemas)
		}
	}
	text, err := a.Text()
	if err != nil {
		return nil, usage(err)
	}
	c, err := config.Parse(o.out, text)
	if err != nil {
		return nil, usage(err)
	}
	for _, w := range c.Warnings {
		if !s.quiet {
			fmt.Fprintln(s.Stderr, "warning: "+printable(w.Error()))
		}
	}
	return text, nil
}

// converse asks for what the flags do not say, until the answers can be used.
func converse(ctx context.Context, s *state, cat *catalog.Catalog, o *initOptions) ([]byte, error) {
	in := bufio.NewReader(io.LimitReader(s.Stdin, 1<<20))
	given := map[string]bool{}
	for again := false; ; again = true {
		for i := 0; i < len(o.questions()); i++ {
			q := o.questions()[i] // the kind of testbed decides what follows
			if given[q.flag] || !again && *q.answer != "" {
				given[q.flag] = true
				continue
			}
			if q.flag == "testbed-kind" && q.usual == "" {
				q.usual = kindVirtual
			}
			if again {
				q.usual = *q.answer
			}
			if err := q.ask(ctx, s.Stderr, in); err != nil {
				return nil, err
			}
			if q.flag == "testbed-kind" && !slices.Contains([]string{kindVirtual, kindPhone}, o.kind) {
				fmt.Fprintln(s.Stderr, "Please answer virtual or phone.")
				o.kind = ""
				i--
			}
		}
		text, err := o.text(s, cat)
		if err == nil {
			return text, nil
		}
		fmt.Fprintln(s.Stderr, printable("That cannot be used:\n"+err.Error()))
		all := true
		for _, q := range o.questions() {
			all = all && given[q.flag]
		}
		if all {
			return nil, err // there is nothing left to ask
		}
	}
}

// ask puts a question until it is answered. What is asked goes to stderr.
func (q question) ask(ctx context.Context, to io.Writer, in *bufio.Reader) error {
	for {
		usual := ""
		if q.usual != "" {
			usual = " [" + q.usual + "]"
		}
		fmt.Fprint(to, printable(q.asks+usual+" "))
		line, err := readLine(ctx, in)
		if answer := strings.TrimSpace(line); answer != "" {
			*q.answer = answer
			return nil
		}
		if err != nil {
			fmt.Fprintln(to)
			if ctx.Err() != nil {
				return &statusError{exitInterrupted, nil}
			}
			return usagef("the answers ended before --%s\n  hint: nothing was written", q.flag)
		}
		if q.usual != "" {
			*q.answer = q.usual
			return nil
		}
	}
}

// readLine reads a line, or gives up when the context is done: a terminal that
// nobody types on cannot be asked to stop.
func readLine(ctx context.Context, in *bufio.Reader) (string, error) {
	type result struct {
		line string
		err  error
	}
	got := make(chan result, 1)
	go func() {
		line, err := in.ReadString('\n')
		got <- result{line, err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-got:
		return r.line, r.err
	}
}

// place puts the file where it belongs; without force an error wraps
// fs.ErrExist if there is one already.
func place(path string, text []byte, force bool) error {
	if force {
		return writeWhole(path, text)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(path)
	}
	return err
}

// The names of the schemas.
const (
	schemaConfig  = "ffscert.schema.json"
	schemaMap     = "map.schema.json"
	schemaDialogs = "dialogs.schema.json"
	schemaApp     = "app.schema.json"
	schemaMatrix  = "matrix.schema.json"
)

// writeSchemas writes the JSON Schemas of all files that people edit, and of
// the matrix.
func writeSchemas(dir string) error {
	app, err := apps.JSONSchema()
	if err != nil {
		return err
	}
	maps, err := json.MarshalIndent(screen.MapSchema(), "", "  ")
	if err != nil {
		return err
	}
	over, err := json.MarshalIndent(dialogs.Schema(), "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		text []byte
	}{{schemaConfig, config.Schema()}, {schemaMap, append(maps, '\n')}, {schemaDialogs, append(over, '\n')}, {schemaApp, app}, {schemaMatrix, matrix.JSONSchema()}} {
		if err := writeWhole(filepath.Join(dir, f.name), f.text); err != nil {
			return err
		}
	}
	return nil
}
