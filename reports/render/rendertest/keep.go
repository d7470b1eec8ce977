package rendertest

import (
	"context"
	"errors"

	"ffscert/reports/journal"
)

// Keep puts a run into a journal below the folder runs, which is made, and
// returns the run's folder.
func Keep(ctx context.Context, runs string, rec journal.Record) (dir string, err error) {
	j, err := journal.Create(ctx, runs, rec.Header)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	for _, b := range rec.Testbeds {
		if err := j.SetTestbed(ctx, b); err != nil {
			return "", err
		}
	}
	if err := j.AppendAll(ctx, rec.Attempts); err != nil {
		return "", err
	}
	if rec.State == journal.Finished {
		err = j.Finish(ctx, rec.Ended)
	}
	return j.Dir(), err
}
