package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"ffscert/features/certification"
)

// Answers of people are kept beside the journal, in a file of their own, so
// that a run can be reviewed while it goes on. The file is only ever replaced
// as a whole, by one that begins with all that was in it; a chain of sums, as
// in the journal, tells if an answer was changed or taken out.

const (
	reviewsName   = "reviews.json"
	reviewsLock   = "reviews.lock"
	reviewsSchema = "ffscert/reviews/v1"
	// maxReviews bounds the file, in bytes.
	maxReviews = 64 << 20
)

// Answer is what a person says of an item that waits for a review.
type Answer string

// The answers. A note decides nothing.
const (
	AnswerPass Answer = "pass"
	AnswerFail Answer = "fail"
	AnswerNote Answer = "note"
)

// Review is one answer. The newest that decides counts; those before it stay.
type Review struct {
	// N counts from 1, in the order in which the answers were given.
	N  int       `json:"n"`
	At time.Time `json:"at_utc"`
	// Case is what was answered: the case as a whole, unless Scenario and
	// Attempt name one of its attempts.
	Case     string `json:"case"`
	Scenario string `json:"scenario,omitempty"`
	Attempt  int    `json:"attempt,omitempty"`
	Answer   Answer `json:"answer"`
	// Cause is who is to blame for a fail: the product or the partner app.
	Cause certification.Cause `json:"cause,omitempty"`
	Note  string              `json:"note,omitempty"`
	// Name is who answered.
	Name string `json:"name"`
	// Evidence are paths inside the run's folder, with slashes.
	Evidence []string      `json:"evidence,omitempty"`
	Images   []ReviewImage `json:"images,omitempty"`
}

// ReviewImage is a picture of a thing whose size was measured, such as a barcode.
type ReviewImage struct {
	Path string `json:"path"` // inside the run's folder; among the evidence, too
	// WidthMM and HeightMM are the size of the thing itself, in millimetres, > 0.
	WidthMM  float64 `json:"width_mm"`
	HeightMM float64 `json:"height_mm"`
}

// Decides tells whether the answer is more than a note.
func (r Review) Decides() bool { return r.Answer == AnswerPass || r.Answer == AnswerFail }

type reviewsFile struct {
	Schema  string         `json:"schema"`
	Run     string         `json:"run"`
	Answers []sealedReview `json:"answers"`
	Tip     string         `json:"tip"` // sum of the last answer
}

type sealedReview struct {
	Review
	Sum string `json:"sum"`
}

func (r Review) link(before string) (string, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	return sumOf("review", before, string(data)), nil
}

// Reviews is the one writer of the answers of a run. It needs nothing of the
// run's own writer.
type Reviews struct {
	dir, run string
	lock     *flock.Flock
}

// OpenReviews opens the answers of the run with that id, or the newest for
// [Latest], to add to them. A second writer is refused with [ErrBusy].
func OpenReviews(ctx context.Context, runsDir, run string) (*Reviews, error) {
	id, dir, err := resolve(runsDir, run)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(dir, reviewsLock)
	if err := lockable(name); err != nil {
		return nil, err
	}
	l := flock.New(name)
	patient, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	ok, err := l.TryLockContext(patient, lockEvery)
	switch {
	case ok:
		return &Reviews{dir, id, l}, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err == nil || errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("the reviews of run %s: %w", id, ErrBusy)
	}
	return nil, fmt.Errorf("lock the reviews: %w", err)
}

// Close gives the answers free for another writer.
func (w *Reviews) Close() error { return w.lock.Close() }

// SaveEvidence stores a file as [Journal.SaveEvidence] does.
func (w *Reviews) SaveEvidence(name string, data []byte) (string, error) {
	return saveEvidence(w.dir, name, data)
}

// Append adds answers, all or none, in their order. Their numbers are given
// anew. They are on the disk when Append returns nil.
func (w *Reviews) Append(list ...Review) error {
	before, err := readReviews(w.dir, w.run)
	if err != nil {
		return err
	}
	f := reviewsFile{Schema: reviewsSchema, Run: w.run, Tip: firstLink(w.run)}
	for i, r := range append(before, list...) {
		if i >= len(before) {
			if err := r.validate(); err != nil {
				return fmt.Errorf("record a review: %w", err)
			}
			r.N, r.At = i+1, r.At.UTC().Round(0)
			r.Case, r.Scenario, r.Note, r.Name = valid(r.Case), valid(r.Scenario), valid(r.Note), valid(r.Name)
		}
		if f.Tip, err = r.link(f.Tip); err != nil {
			return fmt.Errorf("record a review: %w", err)
		}
		f.Answers = append(f.Answers, sealedReview{r, f.Tip})
	}
	data, err := json.MarshalIndent(f, "", " ")
	if err == nil && len(data) >= maxReviews {
		err = fmt.Errorf("the answers would take more than %d MiB", maxReviews>>20)
	}
	if err == nil {
		err = WriteFile(filepath.Join(w.dir, reviewsName), append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("record a review: %w", err)
	}
	return nil
}

func (r Review) validate() error {
	switch {
	case r.Case == "" || r.Name == "" || r.At.IsZero():
		return errors.New("its case, name or time is missing")
	case !r.Decides() && r.Answer != AnswerNote:
		return fmt.Errorf("%q is no answer", r.Answer)
	case (r.Answer == AnswerFail) != r.Cause.MayFail():
		return fmt.Errorf("the answer %s does not go with the cause %q", r.Answer, r.Cause)
	case (r.Scenario == "") != (r.Attempt == 0) || r.Attempt < 0:
		return errors.New("an attempt is named by its scenario and its number")
	}
	return nil
}

// readReviews reads the answers of a run, and compares each with its sum. There
// are none where there is no file.
func readReviews(dir, run string) ([]Review, error) {
	path := filepath.Join(dir, reviewsName)
	in, err := openRegular(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if errors.Is(err, ErrForeign) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("read the reviews: %w", err)
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, maxReviews+1))
	if err != nil {
		return nil, fmt.Errorf("read the reviews: %w", err)
	}
	var f reviewsFile
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("%s: %w: it does not parse: %w", path, ErrForeign, err)
	}
	if f.Schema != reviewsSchema || f.Run != run {
		return nil, fmt.Errorf("%s: %w: schema %q, run %q", path, ErrForeign, f.Schema, f.Run)
	}
	var list []Review
	link := firstLink(run)
	for i, s := range f.Answers {
		if link, err = s.link(link); err != nil || link != s.Sum || s.N != i+1 {
			return nil, damaged(path, fmt.Sprintf("answer %d of %d, or the one before it,", i+1, len(f.Answers)))
		}
		list = append(list, s.Review)
	}
	if link != f.Tip {
		return nil, damaged(path, "the list of answers")
	}
	return list, nil
}
