package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"ffscert/features/certification"
	"ffscert/reports/render/audit"
	"ffscert/reports/render/safe"
	"ffscert/steps/checks/consent"
	"ffscert/steps/checks/consent/baseline"
	"ffscert/steps/checks/consent/captures"
)

// defaultBaseline is the folder of approved texts.
const defaultBaseline = "consent-baseline"

func newConsentCmd(s *state) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "consent",
		Short: "Audit what the customer saw of Login with Amazon",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q for consent\n  hint: use `ffscert consent audit`, `ffscert consent approve` or `ffscert consent diff`", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newConsentAuditCmd(s), newConsentApproveCmd(s), newConsentDiffCmd(s))
	return cmd
}

// consentOptions are the options of the three commands.
type consentOptions struct {
	capture, baseline string
	// given tells whether the baseline was named on the command line.
	given bool
}

func (o *consentOptions) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.capture, "capture", "", "the recorded capture in `DIR`: capture.json, and FILE.xml, FILE.png, FILE.html for each screen")
	cmd.Flags().StringVar(&o.baseline, "baseline", defaultBaseline, "`DIR` of the approved texts")
}

// read reads the capture.
func (o *consentOptions) read(s *state, cmd *cobra.Command) (consent.Capture, *consent.Auditor, error) {
	o.given = cmd.Flags().Changed("baseline")
	if o.capture == "" {
		return consent.Capture{}, nil, usagef("%s needs a recorded capture\n  hint: give one with --capture DIR; `ffscert consent audit` without one walks the journeys and says where they are recorded", cmd.CommandPath())
	}
	c, err := captures.Read(s.path(o.capture))
	if err != nil {
		return c, nil, usage(err)
	}
	a, err := consent.New()
	return c, a, err
}

// approved reads the approved texts; none if the default folder is not there.
func (o *consentOptions) approved(s *state, locale string) (*baseline.Texts, error) {
	store, err := baseline.Open(s.path(o.baseline))
	if errors.Is(err, fs.ErrNotExist) && !o.given {
		return nil, nil
	}
	if err != nil {
		return nil, usagef("%w\n  hint: `ffscert consent approve` stores them", err)
	}
	t, err := store.All(locale)
	if err = errors.Join(err, store.Close()); err != nil {
		return nil, usage(err)
	}
	return &t, nil
}

func newConsentAuditCmd(s *state) *cobra.Command {
	var o consentOptions
	var asJSON bool
	var page string
	var walk walkOptions
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Judge a consent journey rule by rule",
		Long: `audit judges what a customer saw of Login with Amazon: twenty rules over the
screens of a journey. Without --capture, the journeys are walked on a testbed
of the configuration, or on the built-in virtual one, in a run of their own; what
was recorded stays in the run's folder. With it, a recording is judged. Rules on facts may fail;
judgements on words are at most a review. What could not be judged is not run,
and never a pass.

Exit status 0: passed; 1: there are findings, or a required rule could not be
judged; 2: the capture or the configuration cannot be read; 3: a journey could
not be walked to its end.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("capture") {
				o.given = cmd.Flags().Changed("baseline")
				walk.seedSet, walk.asJSON, walk.page = cmd.Flags().Changed("seed"), asJSON, page
				return walkConsent(cmd.Context(), s, &o, walk)
			}
			for _, f := range []string{"journey", "testbed", "seed"} {
				if cmd.Flags().Changed(f) {
					return usagef("--%s says what is walked, and --capture is a recording of a walk\n  hint: leave one of the two out", f)
				}
			}
			c, a, err := o.read(s, cmd)
			if err != nil {
				return err
			}
			approved, err := o.approved(s, c.Locale)
			if err != nil {
				return err
			}
			var opts consent.Options
			if approved != nil {
				opts.Baseline = approved
			}
			report := a.Judge(c, opts)
			if page != "" {
				var b bytes.Buffer
				if err := audit.Render(&b, report, c, version); err != nil {
					return err
				}
				if err := writeWhole(s.path(page), b.Bytes()); err != nil {
					return usage(err)
				}
			}
			if asJSON {
				err = writeJSON(s, report)
			} else {
				err = printAudit(s, report)
			}
			if err == nil && report.Verdict != certification.Passed {
				err = &statusError{exitFailed, nil}
			}
			return err
		},
	}
	o.flags(cmd)
	cmd.Flags().StringArrayVar(&walk.journeys, "journey", nil, "walk only the journey of this `NAME`, such as refuse; may be repeated")
	cmd.Flags().StringArrayVar(&walk.beds, "testbed", nil, "walk only on the testbed of this `NAME`; may be repeated")
	cmd.Flags().Int64Var(&walk.seed, "seed", 0, "seed `N` of everything that is drawn at random")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON (ffscert/consent/v1)")
	cmd.Flags().StringVar(&page, "html", "", "also write a page for people to this `FILE`, with each screen and a box around what was found; of several journeys, one each")
	return cmd
}

// longestSaid bounds a text in the table, in runes.
const longestSaid = 600

func printAudit(s *state, r consent.Report) error {
	text := func(v string) string { return safe.Text(v, longestSaid) }
	t := plainTable()
	t.AppendHeader(table.Row{"Rule", "Outcome", "Why"})
	width := max(s.Columns-30, 40)
	for _, rule := range r.Rules {
		outcome := strings.ReplaceAll(string(rule.Outcome), "_", " ")
		if rule.Outcome == consent.NotRun && rule.Required {
			outcome += ", required"
		}
		t.AppendRow(table.Row{rule.ID, outcome, wrap(text(rule.Why), width, "")})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Login with Amazon: %s, journey %s, %s · rule set %s\n", text(r.AppName), r.Journey, text(r.Locale), r.RuleSet)
	if r.Simulated {
		b.WriteString("SIMULATED made on a simulated phone: no proof for a certification\n")
	}
	b.WriteString("\n" + t.Render() + "\n")
	if len(r.Findings) > 0 {
		b.WriteString("\n")
	}
	for _, f := range r.Findings {
		where := "journey"
		if f.Screen != "" {
			where = text(f.Screen)
		}
		if f.Bounds != nil {
			where += fmt.Sprintf(" [%d,%d][%d,%d]", f.Bounds.X, f.Bounds.Y, f.Bounds.X+f.Bounds.Width, f.Bounds.Y+f.Bounds.Height)
		}
		b.WriteString(wrap(fmt.Sprintf("%s %s, %s: %s", f.Severity, f.Rule, where, text(f.Message)), max(s.Columns, 60), "  ") + "\n")
	}
	verdict := strings.ToUpper(string(r.Verdict))
	if r.Cause != "" {
		verdict += ", cause " + string(r.Cause)
	}
	fmt.Fprintf(&b, "\nVerdict: %s · rule set %s\n", verdict, r.RuleSet)
	_, err := fmt.Fprint(s.Stdout, b.String())
	return err
}

func newConsentApproveCmd(s *state) *cobra.Command {
	var o consentOptions
	cmd := &cobra.Command{
		Use:   "approve --capture DIR",
		Short: "Store the texts of a capture as approved",
		Long: `approve stores what can be read on each screen of a capture, one file per
locale and screen, for a pull request. From then on LWA-BASELINE holds the texts
against them.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, a, err := o.read(s, cmd)
			if err != nil {
				return err
			}
			store, err := baseline.Create(s.path(o.baseline))
			if err != nil {
				return usage(err)
			}
			files, err := store.Approve(c.Locale, a.Texts(c))
			if err = errors.Join(err, store.Close()); err != nil {
				return usage(err)
			}
			for _, f := range files {
				fmt.Fprintln(s.Stdout, safe.Text(o.baseline+"/"+f, longestSaid))
			}
			return nil
		},
	}
	o.flags(cmd)
	return cmd
}

// screenDiff is how the texts of a screen differ from the approved ones.
// diffedScreens is what `consent diff --json` says.
type diffedScreens struct {
	Schema  string       `json:"schema"`
	Locale  string       `json:"locale"`
	RuleSet string       `json:"ruleset"`
	Screens []screenDiff `json:"screens"`
}

type screenDiff struct {
	Screen  string          `json:"screen"`
	State   string          `json:"state"` // same, changed, new, missing
	Changes consent.Changes `json:"changes,omitempty"`
}

func newConsentDiffCmd(s *state) *cobra.Command {
	var o consentOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "diff --capture DIR",
		Short: "Show word by word how texts differ from the approved ones",
		Long: `diff shows how the texts of a capture differ from the approved ones: [-removed-]
and {+added+}. ¶ is the end of a text.

Exit status 0: as approved; 1: something differs, or was never approved; 2: the
capture or the approved texts cannot be read.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, a, err := o.read(s, cmd)
			if err != nil {
				return err
			}
			o.given = true
			approved, err := o.approved(s, c.Locale)
			if err != nil {
				return err
			}
			diffs, differs := diffScreens(a.Texts(c), approved)
			if asJSON {
				enc := json.NewEncoder(s.Stdout)
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				err = enc.Encode(diffedScreens{"ffscert/consent-diff/v1", c.Locale, consent.RuleSet, diffs})
			} else {
				err = printDiff(s, c.Locale, diffs)
			}
			if err == nil && differs {
				err = &statusError{exitFailed, nil}
			}
			return err
		},
	}
	o.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func diffScreens(now []consent.ScreenTexts, approved *baseline.Texts) (diffs []screenDiff, differs bool) {
	seen := map[string]bool{}
	for _, sc := range now {
		if seen[sc.Screen] {
			continue
		}
		seen[sc.Screen] = true
		old, ok := approved.Approved(approved.Locale(), sc.Screen)
		d := screenDiff{Screen: sc.Screen, State: "new"}
		if ok {
			d.State = "same"
			if d.Changes = consent.Diff(old, sc.Texts); d.Changes.Any() {
				d.State = "changed"
			} else {
				d.Changes = nil
			}
		}
		differs = differs || d.State != "same"
		diffs = append(diffs, d)
	}
	for _, name := range approved.Screens() {
		if !seen[name] {
			diffs = append(diffs, screenDiff{Screen: name, State: "missing"})
		}
	}
	return diffs, differs
}

func printDiff(s *state, locale string, diffs []screenDiff) error {
	var b strings.Builder
	for _, d := range diffs {
		what := map[string]string{"same": "as approved", "changed": "changed", "new": "never approved", "missing": "approved, and not in this capture"}[d.State]
		fmt.Fprintf(&b, "%s %s: %s\n", locale, safe.Text(d.Screen, longestSaid), what)
		if d.State != "changed" {
			continue
		}
		var line strings.Builder
		for _, ch := range d.Changes {
			text := safe.Text(ch.Text, 4000)
			switch ch.Kind {
			case consent.Added:
				text = "{+" + text + "+}"
			case consent.Removed:
				text = "[-" + text + "-]"
			}
			line.WriteString(text + " ")
		}
		b.WriteString("  " + wrap(line.String(), max(s.Columns-2, 60), "  ") + "\n")
	}
	_, err := fmt.Fprint(s.Stdout, b.String())
	return err
}
