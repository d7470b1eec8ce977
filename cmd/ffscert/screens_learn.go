package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"ffscert/drivers/screen"
)

func newScreensLearnCmd(s *state) *cobra.Command {
	var o screensOptions
	var version, out string
	var score, lead float64
	cmd := &cobra.Command{
		Use:   "learn [MAP]",
		Short: "Propose a screen map for a new release of the app",
		Long: `learn looks at a new release of an app as check does, and writes a new screen map
for it, starting from MAP or from the map that a run would use. Where an element
was found by a fallback, or is missing and exactly one thing is like it, the new
map has a new first locator, with score and evidence beside it. What is not sure
is left as it was, and listed. Nothing is changed by itself: read the new map,
then give it to a run (screens: {alexa: FILE}).

Exit status 0: with the new map nothing is missing or ambiguous; 1: something
still is; 2: usage; 3: the phone does not answer.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.valid(); err != nil {
				return err
			}
			if len(args) > 1 {
				return usagef("a new map starts from one map\n  hint: give one MAP")
			}
			for _, f := range []struct {
				name  string
				value float64
			}{{"min-score", score}, {"min-lead", lead}} {
				if !(f.value >= 0 && f.value <= 1) {
					return usagef("--%s %v: must be from 0 to 1", f.name, f.value)
				}
			}
			return runScreensLearn(cmd.Context(), s, o, args, screen.Lesson{From: version, Score: score, Lead: lead}, out)
		},
	}
	o.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&version, "app-version", "", "first `VERSION` of the app that the new map is for (default: what the phone says)")
	f.StringVar(&out, "out", "", "write the new map to `FILE`, which must not exist (default: the standard output)")
	f.Float64Var(&score, "min-score", screen.DefaultScore, "least `SCORE` of what is proposed for a missing element, 0 to 1")
	f.Float64Var(&lead, "min-lead", screen.DefaultLead, "how far it must be ahead of the next, 0 to 1")
	return cmd
}

func runScreensLearn(ctx context.Context, s *state, o screensOptions, args []string, lesson screen.Lesson, out string) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	given, err := openMaps(s, args)
	if err != nil {
		return err
	}
	if o.asJSON && out == "" {
		return usagef("with --json the new map needs a file\n  hint: give --out FILE")
	}
	if out != "" {
		if _, err := os.Lstat(s.path(out)); !errors.Is(err, os.ErrNotExist) {
			return usagef("--out %s: it is there already, and is not overwritten\n  hint: name a new file", out)
		}
	}
	if lesson.From == "" && o.sources != "" {
		return usagef("which version of the app do the page sources show?\n  hint: give --app-version, such as 2024.16")
	}
	var m *screen.Map
	if len(given) > 0 {
		m = given[0]
	}
	l, err := o.look(ctx, s, c, m)
	if err != nil {
		return err
	}
	if m == nil {
		usual, err := usualMaps(c, l)
		if err != nil {
			return err
		}
		if len(usual) > 1 {
			return usagef("the page sources show several apps, and a new map is of one\n  hint: give the MAP to start from: %s or %s", usual[0].File(), usual[1].File())
		}
		m = usual[0]
	}
	if lesson.From == "" {
		if lesson.From = l.version; lesson.From == "" {
			return usagef("the phone does not tell the version of the app\n  hint: give --app-version; or start the Appium server with --allow-insecure=uiautomator2:adb_shell")
		}
	}
	lesson.Names = l.names
	learnt, err := m.For(l.locale).Learn(named(m, l.sources), lesson)
	if err != nil {
		return usage(err)
	}
	if !learnt.Before.Seen() {
		return &statusError{exitFailed, fmt.Errorf("no page was recognised as a screen of the map: nothing was learnt")}
	}
	if err := writeLearnt(s, learnt, l.notes, out, o.asJSON); err != nil {
		return err
	}
	if learnt.After.Drifted() {
		return &statusError{exitFailed, nil}
	}
	return nil
}

func writeLearnt(s *state, learnt screen.Learnt, notes []string, out string, asJSON bool) error {
	if out == "" {
		if _, err := s.Stdout.Write(learnt.YAML); err != nil {
			return err
		}
	} else {
		path := s.path(out)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return usage(err)
		}
		if err := writeWhole(path, learnt.YAML); err != nil {
			return usage(err)
		}
	}
	if asJSON {
		return writeJSON(s, struct {
			Schema string   `json:"schema"`
			Out    string   `json:"out"`
			Notes  []string `json:"notes"`
			screen.Learnt
		}{"ffscert/screens-learn/v1", out, append([]string{}, notes...), learnt})
	}
	// The map may be on stdout: what is said about it goes beside it.
	say := func(format string, args ...any) { fmt.Fprintln(s.Stderr, printable(fmt.Sprintf(format, args...))) }
	for _, n := range notes {
		say("%s", oneLine(n))
	}
	for _, p := range learnt.Proposals {
		say("%s: %s (%s, score %.2f, %s)", p.Path, p.Locator, p.How, p.Score, p.Source)
	}
	for _, o := range learnt.LeftOut {
		say("left as it was: %s: %s", o.Path, oneLine(o.Reason))
	}
	say("%d proposed, %d left as they were; with the new map: %d found, %d by a fallback, %d ambiguous, %d missing", len(learnt.Proposals), len(learnt.LeftOut),
		learnt.After.Count(screen.Found), learnt.After.Count(screen.Fallback), learnt.After.Count(screen.Ambiguous), learnt.After.Count(screen.Missing))
	if out != "" {
		say("read %s, then give it to a run: screens: {alexa: %s}", out, out)
	}
	return nil
}
