package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
)

// answerAtTerminal asks for the items one by one, records each answer at once,
// and returns how many were recorded.
func answerAtTerminal(ctx context.Context, s *state, o reviewOptions, w *journal.Reviews, rec journal.Record) (int, error) {
	var items []matrix.Item
	for _, i := range matrix.Items(rec) {
		if i.Open() || o.all {
			items = append(items, i)
		}
	}
	if len(items) == 0 {
		return 0, nil
	}
	r := &reviewer{s: s, in: newOperator(s, answerWithin), out: s.Stderr, w: w, name: saneName(o.name)}
	n := 0
	for k, i := range items {
		done, err := r.ask(ctx, rec, i, k+1, len(items))
		if done {
			n++
		}
		switch {
		case ctx.Err() != nil:
			return n, &statusError{exitInterrupted, nil}
		case errors.Is(err, io.EOF):
			return n, nil // nobody is there any more; what was answered is recorded
		case err != nil:
			return n, err
		}
	}
	return n, nil
}

type reviewer struct {
	s    *state
	in   *terminalOperator
	out  io.Writer
	w    *journal.Reviews
	name string
}

func (r *reviewer) ask(ctx context.Context, rec journal.Record, i matrix.Item, k, of int) (done bool, err error) {
	say := func(format string, args ...any) { fmt.Fprint(r.out, printable(fmt.Sprintf(format, args...))) }
	for r.name == "" {
		say("your name, for the records: ")
		line, err := r.in.line(ctx)
		if err != nil {
			return false, err
		}
		r.name = saneName(line)
	}
	say("\n%d of %d: %s %s\n", k, of, i.Case.ID, oneLine(i.Title))
	if i.Attempt > 0 {
		say("  attempt %d of %s\n", i.Attempt, oneLine(i.Scenario))
	}
	for _, t := range []struct{ what, text string }{{"the guide", i.Case.Requirement}, {"to do", i.Case.Steps}, {"to see", i.Case.Expected}, {"asked", i.Why}} {
		if t.text != "" {
			say("  %s: %s\n", t.what, oneLine(t.text))
		}
	}
	for _, e := range i.Evidence {
		say("  look at: %s\n", e)
	}
	for _, a := range answersTo(rec, i) {
		say("  said before: %s\n", spoken(a))
	}
	word, err := r.in.choose(ctx, "pass, fail, note, skip or quit", "pass", "fail", "note", "skip", "quit")
	if err != nil || word == "skip" {
		return false, err
	}
	if word == "quit" {
		return false, io.EOF
	}
	a := journal.Review{Case: i.Case.ID, Scenario: i.Scenario, Attempt: i.Attempt, Answer: journal.Answer(word), Name: r.name}
	if a.Answer == journal.AnswerFail {
		cause, err := r.in.choose(ctx, "who is to blame: product or partner_app", string(certification.CauseProduct), string(certification.CausePartnerApp))
		if err != nil {
			return false, err
		}
		a.Cause = certification.Cause(cause)
	}
	files, err := r.files(ctx)
	if err != nil {
		return false, err
	}
	if a.Answer == journal.AnswerPass && len(files) == 0 && (i.Attempt == 0 || len(i.Evidence) == 0) {
		say("a pass needs something to show for it: nothing was recorded\n")
		return false, nil
	}
	say("a note (may be empty): ")
	if a.Note, err = r.in.line(ctx); err != nil {
		return false, err
	}
	if a.Note = strings.ToValidUTF8(a.Note, "\uFFFD"); len(a.Note) > maxNote {
		say("the note is longer than %d bytes: nothing was recorded\n", maxNote)
		return false, nil
	}
	if a.Answer == journal.AnswerNote && a.Note == "" {
		say("an empty note says nothing: nothing was recorded\n")
		return false, nil
	}
	a.At = now()
	if err := keep(r.w, &a, files); err != nil {
		return false, err
	}
	if err := r.w.Append(a); err != nil {
		return false, err
	}
	say("recorded\n")
	return true, nil
}

// files asks for what there is to show, until nothing is typed.
func (r *reviewer) files(ctx context.Context) ([]shownFile, error) {
	var files []shownFile
	for {
		fmt.Fprint(r.out, "a file to show (empty: no more): ")
		path, err := r.in.line(ctx)
		if err != nil || path == "" {
			return files, err
		}
		f, err := show(r.s.path(path), 0, 0)
		if err == nil && f.isPicture() {
			f, err = r.size(ctx, f)
		}
		if errors.Is(err, io.EOF) || ctx.Err() != nil {
			return nil, err
		}
		if err != nil {
			fmt.Fprintln(r.out, printable(err.Error()))
			continue
		}
		files = append(files, f)
	}
}

// size asks how large the thing in a picture is.
func (r *reviewer) size(ctx context.Context, f shownFile) (shownFile, error) {
	for {
		fmt.Fprint(r.out, "if it is a barcode, its width × height in mm, like 40 x 20 (empty: it is none): ")
		text, err := r.in.line(ctx)
		if err != nil || text == "" {
			return f, err
		}
		w, h, ok := parseSize(text)
		if ok {
			if sized, err := show(f.path, w, h); err == nil {
				return sized, nil
			}
		}
		fmt.Fprintf(r.out, "two numbers between 0 and %d are needed, like 40 x 20\n", maxSizeMM)
	}
}

var sizePattern = regexp.MustCompile(`^\s*([0-9]+(?:[.,][0-9]+)?)\s*(?:mm)?\s*[xX×*]\s*([0-9]+(?:[.,][0-9]+)?)\s*(?:mm)?\s*$`)

// parseSize reads "40 x 20", "40×20 mm", "12,5 x 12.5".
func parseSize(s string) (width, height float64, ok bool) {
	m := sizePattern.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, false
	}
	width, err1 := strconv.ParseFloat(strings.Replace(m[1], ",", ".", 1), 64)
	height, err2 := strconv.ParseFloat(strings.Replace(m[2], ",", ".", 1), 64)
	return width, height, err1 == nil && err2 == nil && width > 0 && height > 0
}
