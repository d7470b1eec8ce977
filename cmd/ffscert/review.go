package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // pictures of barcodes
	_ "image/png"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ffscert/reports/journal"
	"ffscert/reports/matrix"
)

type reviewOptions struct {
	run, from, name string
	list, json, all bool
}

func newReviewCmd(s *state) *cobra.Command {
	o := reviewOptions{run: journal.Latest}
	cmd := &cobra.Command{
		Use:   "review [RUN]",
		Short: "Answer what waits for a person, one by one",
		Long: `review asks for everything in a run, the latest by default, that a person has to
decide: attended and evidence cases, and attempts that wait for a review. Each is
answered with pass, fail or note, a name, and what there is to show: files, and for
a barcode its picture with width × height in millimetres.

Every answer is recorded with its time. The newest one counts; those before it stay
in the records. A pass counts only with evidence. What attempts have decided by
themselves cannot be answered. A run can be reviewed while it goes on.

Without a terminal, answers come from a file (--from):

  name: Jane Roe
  answers:
    - case: FFS-BAR-01
      answer: pass                     # pass, fail or note
      note: printed on the long side
      images: [{file: outer.png, width_mm: 40, height_mm: 20}]
    - case: FFS-SEC-01
      answer: pass
      evidence: [tls.pcapng]           # relative to this file
    - case: FFS-LWA-02
      scenario: "consent.feature:12 …"  # only where several attempts wait
      attempt: 3
      answer: fail
      cause: partner_app               # product or partner_app

All answers of a file are recorded, or none. One that is the newest already is not
recorded again.

Exit status: 0 answered or listed, 2 usage, or an answer that cannot be recorded.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("review takes one run, not %d\n  hint: see `ffscert review --help`", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.run = args[0]
			}
			return runReview(cmd.Context(), s, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "record the answers of this YAML `FILE`")
	f.StringVar(&o.name, "name", "", "`NAME` of who answers (default: asked for, or that of the file)")
	f.BoolVar(&o.list, "list", false, "only list what waits, and what was answered")
	f.BoolVar(&o.json, "json", false, "list as JSON")
	f.BoolVar(&o.all, "all", false, "at the terminal, also ask what was answered already")
	return cmd
}

func runReview(ctx context.Context, s *state, o reviewOptions) error {
	c, err := s.config()
	if err != nil {
		return err
	}
	r, err := readResult(ctx, s.runs(c), o.run)
	if err != nil {
		return err
	}
	o.run = r.record.ID // "latest" may be another one in a minute
	switch {
	case o.list || o.json:
		return listItems(s, r.record, o.json)
	case o.from == "" && !s.attended():
		return usagef("nobody is there to answer: review needs a terminal, or --from FILE\n  hint: `ffscert review --list` shows what waits, `ffscert review --help` how to write the file")
	}
	w, err := journal.OpenReviews(ctx, s.runs(c), o.run)
	if errors.Is(err, journal.ErrBusy) {
		return &statusError{exitOutside, fmt.Errorf("%w\n  hint: somebody is reviewing this run; try again when they have finished", err)}
	}
	if err != nil {
		return err
	}
	n := 0
	if o.from != "" {
		n, err = answerFrom(s, o, w, r.record)
	} else {
		n, err = answerAtTerminal(ctx, s, o, w, r.record)
	}
	if err = errors.Join(err, w.Close()); n == 0 && err != nil {
		return err
	}
	return errors.Join(err, s.reviewed(context.WithoutCancel(ctx), s.runs(c), o.run, n))
}

// reviewed brings the reports up to date and says what is left.
func (s *state) reviewed(ctx context.Context, runsDir, run string, n int) (err error) {
	r, closeRun, err := openResult(ctx, runsDir, run)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeRun()) }()
	if n > 0 && r.record.State != journal.Running { // whoever carries it out does it then
		if err := r.publish(); err != nil {
			return err
		}
	}
	open := 0
	for _, i := range matrix.Items(r.record) {
		if i.Open() {
			open++
		}
	}
	if !s.quiet {
		fmt.Fprintf(s.Stderr, "run %s: %d recorded, %d still to be answered; verdict %s\n", run, n, open, r.matrix.Summary.Verdict)
	}
	return nil
}

// listedItems is what `review --list --json` says.
type listedItems struct {
	Schema string       `json:"schema"`
	Run    string       `json:"run"`
	Items  []listedItem `json:"items"`
}

// listedItem is something that waits, or waited, for a person.
type listedItem struct {
	Case     string           `json:"case"`
	Title    string           `json:"title"`
	Scenario string           `json:"scenario"`
	Attempt  int              `json:"attempt"`
	Why      string           `json:"why"`
	Evidence []string         `json:"evidence"`
	Open     bool             `json:"open"`
	Answers  []journal.Review `json:"answers"`
}

func listItems(s *state, rec journal.Record, asJSON bool) error {
	items := matrix.Items(rec)
	if asJSON {
		list := listedItems{"ffscert/items/v1", rec.ID, []listedItem{}}
		for _, i := range items {
			list.Items = append(list.Items, listedItem{i.Case.ID, i.Title, i.Scenario, i.Attempt, i.Why, append([]string{}, i.Evidence...), i.Open(), answersTo(rec, i)})
		}
		return writeJSON(s, list)
	}
	if len(items) == 0 {
		_, err := fmt.Fprintf(s.Stdout, "run %s: nothing waits for a person\n", rec.ID)
		return err
	}
	rows := [][]string{{"CASE", "ATTEMPT", "ANSWER", "WHAT IS ASKED, AND WHAT WAS SAID"}}
	add := func(name, attempt, answer, said string) {
		for _, line := range strings.Split(s.folded(said, 32), "\n") {
			rows = append(rows, []string{name, attempt, answer, line})
			name, attempt, answer = "", "", ""
		}
	}
	for _, i := range items {
		attempt, answer := "", "open"
		if i.Attempt > 0 {
			attempt = fmt.Sprintf("#%d", i.Attempt)
		}
		if i.Answer != nil {
			answer = string(i.Answer.Answer)
		}
		add(i.Case.ID, attempt, answer, firstOf(i.Scenario, i.Title)+": "+i.Why)
		for _, a := range answersTo(rec, i) {
			add("", "", "", spoken(a))
		}
	}
	return columns(s, rows)
}

// folded breaks a text for a screen on which so many columns are taken already;
// what a program reads stays on one line.
func (s *state) folded(text string, taken int) string {
	if !s.Screen {
		return text
	}
	return wrap(text, max(s.Columns-taken, 30), "")
}

// spoken says an answer in one line.
func spoken(a journal.Review) string {
	t := fmt.Sprintf("%d: %s by %s, %s UTC", a.N, a.Answer, a.Name, a.At.Format("2006-01-02 15:04"))
	if a.Cause != "" {
		t += ", cause " + string(a.Cause)
	}
	for _, i := range a.Images {
		t += fmt.Sprintf(", %g × %g mm", i.WidthMM, i.HeightMM)
	}
	if a.Note != "" {
		t += ": " + a.Note
	}
	return t
}

// answersTo are all answers to an item, the oldest first.
func answersTo(rec journal.Record, i matrix.Item) []journal.Review {
	list := []journal.Review{}
	for _, r := range rec.Reviews {
		if r.Case == i.Case.ID && r.Scenario == i.Scenario && r.Attempt == i.Attempt {
			list = append(list, r)
		}
	}
	return list
}

// shownFile is a file that somebody shows.
type shownFile struct {
	path string
	data []byte
	// Width and height are the size of what the picture shows, in millimetres; 0
	// if the file is no picture of a thing that was measured.
	width, height float64
}

// maxShown bounds a file that somebody shows, in bytes; maxPixels a picture.
const (
	maxShown  = 64 << 20
	maxPixels = 120 << 20
	maxSizeMM = 2000
)

// show reads a file. One that has a size must be a picture.
func show(path string, width, height float64) (shownFile, error) {
	data, err := readBounded(path, maxShown)
	if err != nil {
		return shownFile{}, err
	}
	if len(data) == 0 {
		return shownFile{}, fmt.Errorf("%s: is empty, and shows nothing", path)
	}
	f := shownFile{path, data, width, height}
	if width == 0 && height == 0 {
		return f, nil
	}
	for _, mm := range []float64{width, height} {
		if !(mm > 0 && mm <= maxSizeMM) || math.IsNaN(mm) {
			return shownFile{}, fmt.Errorf("%s: a size of %g × %g mm is not between 0 and %d mm", path, width, height, maxSizeMM)
		}
	}
	if !f.isPicture() {
		return shownFile{}, fmt.Errorf("%s: is no PNG or JPEG picture that can be opened", path)
	}
	return f, nil
}

func (f shownFile) isPicture() bool {
	c, _, err := image.DecodeConfig(bytes.NewReader(f.data))
	if err != nil || c.Width < 1 || c.Height < 1 || c.Width > maxPixels/c.Height {
		return false
	}
	_, _, err = image.Decode(bytes.NewReader(f.data))
	return err == nil
}

// keep stores the files and names them in the answer.
func keep(w *journal.Reviews, a *journal.Review, files []shownFile) error {
	for _, f := range files {
		inside, err := w.SaveEvidence(f.path, f.data)
		if err != nil {
			return err
		}
		a.Evidence = append(a.Evidence, inside)
		if f.width > 0 {
			a.Images = append(a.Images, journal.ReviewImage{Path: inside, WidthMM: f.width, HeightMM: f.height})
		}
	}
	return nil
}

// saneName bounds who answers; empty is nobody.
func saneName(name string) string {
	name = strings.Join(strings.Fields(printable(name)), " ")
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100])
	}
	return name
}

// maxNote bounds a note, in bytes.
const maxNote = 4000

// now is when an answer is given.
func now() time.Time { return time.Now().UTC().Truncate(time.Second) }
