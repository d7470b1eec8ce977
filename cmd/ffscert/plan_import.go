package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"ffscert/cmd/internal/config"
	"ffscert/features/catalog"
	"ffscert/features/catalog/sheet"
)

type importOptions struct {
	file     string
	maps     []string
	tabs     []string
	id       string
	name     string
	version  string
	protocol string
	variant  string
	out      string
	force    bool
}

func newPlanImportCmd(s *state) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import SHEET.xlsx",
		Short: "Make a plan of your own of Amazon's sheet",
		Long: `import reads a test plan that was downloaded from Amazon, an XLSX workbook, and
makes a plan of your own of it. It finds the header row and the columns of id,
group, title, steps, expected and actual result (and result, tester, date,
started, finished, notes) by their headings, in any order and in every visible
tab. Headings that it does not know are given with --map.

A case with the id of a built-in one takes over its criterion. For any other,
one attempt that must pass is assumed and labelled as ours, unless a column says
how many (--map attempts=HEADING).

The plan is written to plans/ID.yaml, beside ffscert.yaml, where every command
finds it. Exit status: 0 written, 1 refused because the file is there already,
2 the sheet or an option cannot be used.`,
		Example: `  ffscert plan import "FFS test plan.xlsx"
  ffscert plan import plan.xlsx --id mine --protocol zss --map id=Kennung --map actual=Ergebnis`,
		Args: exactly(1, "the path of a sheet"),
		RunE: func(_ *cobra.Command, args []string) error {
			o.file = args[0]
			return runImport(s, o)
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.maps, "map", nil, "`COLUMN=HEADING`, the heading of a column, or 'column D' (id, group, title, steps, expected, actual, result, tester, date, started, finished, notes, attempts); may be repeated")
	f.StringArrayVar(&o.tabs, "tab", nil, "only the tab of this `NAME`; may be repeated (default: every visible one)")
	f.StringVar(&o.id, "id", "", "`ID` of the plan (default: from the file's name)")
	f.StringVar(&o.name, "name", "", "`NAME` of the plan (default: that of Amazon's plan if the sheet names one, or the file's)")
	f.StringVar(&o.version, "plan-version", "", "`VERSION` of the plan (default: what the sheet says)")
	f.StringVar(&o.protocol, "protocol", "", "`PROTOCOL`: wss-wifi, wss-ble, zss, bss, mss-wifi, mss-thread (default: that of Amazon's plan if the sheet names one, or of the configuration's plan)")
	f.StringVar(&o.variant, "variant", "", "`VARIANT`: default or simplified")
	f.StringVar(&o.out, "out", "", "write to this `FILE` instead of plans/ID.yaml")
	f.BoolVar(&o.force, "force", false, "write over a file that is there")
	return cmd
}

func runImport(s *state, o importOptions) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	builtIn, err := catalog.Load()
	if err != nil {
		return err
	}
	mapping, err := sheet.ParseMap(o.maps)
	if err != nil {
		return usage(err)
	}
	options := sheet.Options{Map: mapping, Tabs: o.tabs}
	book, _, err := s.readSheet(o.file, options)
	if err != nil {
		return err
	}
	head, said, err := o.head(c, builtIn, book)
	if err != nil {
		return err
	}
	plan := book.Plan(head, builtIn, options)
	text, err := plan.Write()
	if err != nil {
		return usage(fmt.Errorf("%s: %w", o.file, err))
	}
	out := o.out
	if out == "" {
		out = filepath.Join(s.plansDir(c), head.ID+".yaml")
	}
	if filepath.Dir(s.path(out)) == s.plansDir(c) {
		// The folder's other plans are read together with this one.
		if err := s.free(c, head.ID, out, o.force); err != nil {
			return err
		}
	}
	// What is written is read first: a plan that cannot be used is never left behind.
	if _, err := catalog.ParseOwn(s.shown(s.path(out)), text, builtIn); err != nil {
		return usage(err)
	}
	if err := s.putNew(out, text, o.force, o.out == ""); err != nil {
		return err
	}
	o.report(s, book, plan, append(said, book.Notes...), out, s.plansDir(c))
	return nil
}

// readSheet reads a workbook of the user's.
func (s *state) readSheet(file string, o sheet.Options) (*sheet.Book, []byte, error) {
	data, err := readBounded(s.path(file), sheet.MaxFile)
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = fmt.Errorf("%s: cannot be read: %w", file, pe.Err)
		}
		return nil, nil, usagef("%w\n  hint: name the test plan that you downloaded, an XLSX workbook", err)
	}
	book, err := sheet.Read(file, data, o)
	return book, data, usage(err)
}

var notInPlanID = regexp.MustCompile(`[^a-z0-9]+`)

// head is what the sheet does not say of its plan, with a remark for each guess.
func (o importOptions) head(c *config.Config, builtIn *catalog.Catalog, book *sheet.Book) (head catalog.OwnFile, said []string, err error) {
	head = catalog.OwnFile{ID: o.id, Name: o.name, Version: o.version, Protocol: o.protocol, Variant: o.variant}
	var names []string
	for _, p := range builtIn.Plans() {
		names = append(names, p.Name)
	}
	base := strings.TrimSuffix(book.Name, filepath.Ext(book.Name))
	if head.ID == "" {
		head.ID = strings.Trim(notInPlanID.ReplaceAllString(strings.ToLower(base), "-"), "-")
		head.ID = strings.Trim(head.ID[:min(len(head.ID), 48)], "-")
		if head.ID == "" {
			head.ID = "sheet"
		}
		if _, err := builtIn.Plan(head.ID); err == nil {
			head.ID += "-sheet"
		}
	}
	if name := book.Names(names); name != "" && (o.protocol == "" || o.variant == "") {
		for _, p := range builtIn.Plans() {
			if p.Name == name && (o.protocol == "" || o.protocol == p.Protocol) {
				head.Fill(p.Name, p.Protocol, p.Variant)
				head.Target = p.Target
				said = append(said, fmt.Sprintf("the sheet names the plan %q: protocol %s, variant %s", name, head.Protocol, head.Variant))
			}
		}
	}
	if head.Protocol == "" {
		p, err := builtIn.Plan(c.Plan)
		if err != nil {
			return head, nil, usagef("%s: which protocol is it for?\n  hint: give it with --protocol, such as --protocol mss-wifi", o.file)
		}
		head.Fill("", p.Protocol, p.Variant)
		said = append(said, fmt.Sprintf("the sheet does not name its protocol: %s is assumed, as in the plan %s of the configuration (--protocol names another)", p.Protocol, p.ID))
	}
	for _, p := range builtIn.Plans() {
		if p.Protocol == head.Protocol && head.Radios == "" {
			head.Radios = p.Radios
		}
	}
	head.Fill(base, head.Protocol, "default")
	if head.Version == "" {
		if head.Version = book.Version(); head.Version == "" {
			head.Version = "unknown"
			said = append(said, "the sheet does not say its version (--plan-version does)")
		}
	}
	if head.Target == "" {
		head.Target = "see the sheet " + book.Name
	}
	head.Note = "Imported from Amazon's sheet " + book.Name + "."
	return head, said, nil
}

// report says what was made: the file on stdout, all else on stderr.
func (o importOptions) report(s *state, book *sheet.Book, plan catalog.OwnFile, notes []string, out, dir string) {
	fmt.Fprintln(s.Stdout, printable(s.shown(s.path(out))))
	if s.quiet {
		return
	}
	for _, t := range book.Tables {
		var columns []string
		for _, f := range sheet.Fields() {
			if col, ok := t.Columns[f]; ok {
				columns = append(columns, fmt.Sprintf("%s %q", f, t.Headings[col]))
			}
		}
		fmt.Fprintln(s.Stderr, printable(fmt.Sprintf("tab %q row %d: %s", t.Tab, t.Row, strings.Join(columns, ", "))))
		if t.Columns[sheet.Actual] == 0 && t.Columns[sheet.Result] == 0 {
			notes = append(notes, fmt.Sprintf("tab %q has no column for the actual result: `ffscert plan fill` needs one (--map actual=HEADING)", t.Tab))
		}
	}
	for _, n := range notes {
		fmt.Fprintln(s.Stderr, "note: "+printable(n))
	}
	fmt.Fprintf(s.Stderr, "plan %s: %d cases, protocol %s, version %s\n", plan.ID, len(plan.Cases), plan.Protocol, printable(plan.Version))
	if o.out != "" && filepath.Dir(s.path(out)) != dir {
		fmt.Fprintf(s.Stderr, "note: plans are looked for in %s\n", printable(s.shown(dir)))
		return
	}
	fmt.Fprintf(s.Stderr, "next: ffscert plan coverage %s\n", plan.ID)
}

// free refuses an id that another file of the folder has.
func (s *state) free(c *config.Config, id, out string, force bool) error {
	_, owns, err := s.plans(c)
	if err != nil {
		if force {
			return nil // the file that is written over may be the broken one
		}
		return err
	}
	for _, own := range owns {
		if own.Plan.ID == id && s.path(own.Path) != s.path(out) {
			return &statusError{exitFailed, fmt.Errorf("the plan %q is that of %s already\n  hint: give this one another id with --id", id, own.Path)}
		}
	}
	return nil
}

// putNew writes a file of the user's whole or not at all; one that is there is
// written over only if the user says so. Folders are made where makeDir says so.
func (s *state) putNew(out string, data []byte, force, makeDir bool) error {
	return s.putNewBy(out, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}, force, makeDir)
}

// putNewBy is putNew for what is too large to be held in memory.
func (s *state) putNewBy(out string, write func(io.Writer) error, force, makeDir bool) error {
	path := s.path(out)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return usagef("%s: is a folder\n  hint: name a file", out)
	}
	if _, err := os.Lstat(path); err == nil && !force {
		return &statusError{exitFailed, fmt.Errorf("%s: is there already\n  hint: write over it with --force, or name another file with --out", s.shown(path))}
	}
	if makeDir {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return usage(err)
		}
	}
	return usage(writeWholeBy(path, write))
}
