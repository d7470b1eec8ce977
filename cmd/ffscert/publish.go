package main

import (
	"context"
	"io"
	"path/filepath"
	"sync"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render/html"
	"ffscert/steps/suite"
)

// publish writes matrix.json and matrix.html into the run's folder.
func (r result) publish() error {
	if err := matrix.WriteFile(filepath.Join(r.dir, "matrix.json"), r.matrix); err != nil {
		return err
	}
	return journal.WriteTo(filepath.Join(r.dir, pageName), func(w io.Writer) error { return r.page(w, r.dir) })
}

// publishEvery is how often the reports in a run's folder are brought up to
// date while it goes on, at most.
const publishEvery = 5 * time.Second

// publisher keeps matrix.json and matrix.html up to date while a run goes on,
// so that a run that is killed leaves more than its journal. They say that the
// run is running, and as of when: nobody is left to correct that if its process
// dies. `ffscert matrix` knows better, because it sees whether anybody runs.
type publisher struct {
	s *state
	j *journal.Journal

	mu     sync.Mutex
	last   time.Time
	shrunk html.Shrunk
}

func (p *publisher) publish(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.last.IsZero() && time.Since(p.last) < publishEvery {
		return
	}
	rec, err := p.j.Record(context.WithoutCancel(ctx))
	if err == nil {
		rec.AsOf = time.Now().UTC()
		err = result{record: rec, matrix: matrix.Of(rec), dir: p.j.Dir(), shrunk: &p.shrunk}.publish()
	}
	if err != nil { // the journal will say if it matters
		p.s.log.WithError(err).Debug("the reports in the run's folder were not brought up to date")
	}
	p.last = time.Now()
}

// listeners tells the progress first, then the reports.
type listeners struct {
	*shower
	page *publisher
}

func (l *listeners) Ended(bed string, a certification.Attempt) {
	l.shower.Ended(bed, a)
	l.page.publish(context.Background())
}

var _ suite.Watcher = (*listeners)(nil)
