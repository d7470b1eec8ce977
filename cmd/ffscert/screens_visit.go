package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ffscert/cmd/internal/config"
	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/apps/alexa"
	"ffscert/drivers/screen"
	"ffscert/drivers/testbed"
)

// visit looks at the app on a phone: it walks through it, or lets a person
// open the screens.
func (o *screensOptions) visit(ctx context.Context, s *state, c *config.Config, own *screen.Map, l *looked) error {
	if own != nil && own.App() != "alexa" && !o.interactive {
		return usagef("%s is a map of %q: only the Alexa app can be walked through\n  hint: open its screens yourself, with --interactive", own.File(), own.App())
	}
	if own != nil && own.Platform() != "android" {
		return usagef("%s is for %s: only Android phones are driven\n  hint: compare it with page sources, --sources DIR", own.File(), own.Platform())
	}
	chosen, err := chooseTestbeds(c, []string{o.testbed})
	if err != nil {
		return err
	}
	beds, err := openTestbeds(ctx, s, c, chosen, opening{seed: c.Seed})
	if err != nil {
		return err
	}
	bed := beds[0]
	defer bed.Close(ctx)
	if _, err := bed.Phone.Open(ctx); err != nil {
		return outside(ctx, err)
	}
	fitting, err := bed.Fit(ctx)
	if err != nil {
		return outside(ctx, err)
	}
	l.fit, l.version, l.locale = fitting.Map, fitting.Version, fitting.Locale
	for _, n := range fitting.Notes {
		l.notes = append(l.notes, n.Text)
	}
	if own != nil && own.App() == "alexa" {
		bed.Alexa.Use(own.For(fitting.Locale))
	}
	bed.Join()
	bed.Alexa.Notice = func(n act.Notice) {
		if n.Rule != "SCREEN-FALLBACK" {
			l.notes = append(l.notes, n.Text)
		}
	}
	if o.interactive {
		m := bed.Alexa.Map()
		if own != nil {
			m = own
		}
		return o.ask(ctx, s, bed.Phone, m, l)
	}
	if err := bed.ToStart(ctx, nil); err != nil && ctx.Err() != nil {
		return outside(ctx, err)
	}
	walk, err := bed.Alexa.Walk(ctx, bed.Names.DevicePlug)
	l.notes = append(l.notes, walk.Notes...)
	if err != nil {
		return outside(ctx, err)
	}
	return o.keep(s, bed, walk, l)
}

// outside is an error of what is outside, or the interruption.
func outside(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &statusError{exitInterrupted, nil}
	}
	return &statusError{exitOutside, err}
}

func (o *screensOptions) keep(s *state, bed *testbed.Testbed, walk alexa.Walk, l *looked) error {
	for _, stop := range walk.Stops {
		for _, name := range stop.Screens {
			if err := o.take(s, name, stop.Source, l); err != nil {
				return err
			}
		}
	}
	for i, tree := range bed.Alexa.Cards() {
		l.sources = append(l.sources, screen.Source{Name: fmt.Sprintf("card %d on the way", i+1), Tree: tree})
	}
	return nil
}

// take adds one page source, and keeps it if that was asked for.
func (o *screensOptions) take(s *state, name, source string, l *looked) error {
	tree, err := screen.Parse(source)
	if err != nil {
		return &statusError{exitOutside, fmt.Errorf("the page source of %s cannot be read: %w", name, err)}
	}
	n := 1 + len(slices.DeleteFunc(slices.Clone(l.sources), func(x screen.Source) bool { return x.Screen != name }))
	file := name + ".xml"
	if n > 1 {
		file = fmt.Sprintf("%s-%d.xml", name, n)
	}
	l.sources = append(l.sources, screen.Source{Name: file, Tree: tree, Screen: name})
	if o.save == "" {
		return nil
	}
	masked, _, err := screen.Mask(source, func(n *screen.Node) bool { return n.Password })
	if err != nil {
		return err
	}
	dir := s.path(o.save)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return usagef("--save: %w", err)
	}
	return usage(writeWhole(filepath.Join(dir, file), []byte(masked)))
}

// ask lets a person open each screen of the map, and looks at it.
func (o *screensOptions) ask(ctx context.Context, s *state, phone drivers.Phone, m *screen.Map, l *looked) error {
	in := bufio.NewReader(s.Stdin)
	screens := m.Screens()
	slices.SortStableFunc(screens, func(a, b *screen.Screen) int {
		if a.Covers() == b.Covers() {
			return strings.Compare(a.Name(), b.Name())
		}
		if b.Covers() {
			return -1
		}
		return 1
	})
	for _, sc := range screens {
		fmt.Fprintf(s.Stderr, "Open the %s (%s) on the phone, then press Enter; s skips it, q ends: ", printable(sc.Title()), sc.Name())
		answer, err := in.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if ctx.Err() != nil {
			return &statusError{exitInterrupted, nil}
		}
		answer = strings.TrimSpace(answer)
		switch {
		case answer == "q" || err != nil && answer == "":
			fmt.Fprintln(s.Stderr)
			return nil
		case answer == "s":
			continue
		}
		source, err := phone.Source(ctx)
		if err != nil {
			return outside(ctx, err)
		}
		if err := o.take(s, sc.Name(), source, l); err != nil {
			return err
		}
	}
	return nil
}
