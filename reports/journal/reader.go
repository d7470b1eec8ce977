package journal

import (
	"context"
	"errors"
)

// Latest names the newest run.
const Latest = "latest"

// Errors that callers decide on.
var (
	// ErrBusy says that another process writes to the run.
	ErrBusy = errors.New("another process writes to this run")
	// ErrFinished says that a finished run cannot be resumed.
	ErrFinished = errors.New("the run is finished")
	// ErrDuplicate says that the attempt's number is taken.
	ErrDuplicate = errors.New("this attempt is in the journal already")
	// ErrNoRun says that there is no such run.
	ErrNoRun = errors.New("no such run")
	// ErrBadRunID says that a name is no run id.
	ErrBadRunID = errors.New("not a run id")
	// ErrForeign says that a file is not a journal, is torn, or was made by a
	// newer version. Such a file is never written to.
	ErrForeign = errors.New("not a journal of this tool")
)

// Reader reads a run while it may still be written to.
type Reader struct{}

// Open opens the run with that id, or the newest for [Latest], for reading.
func Open(ctx context.Context, runsDir, run string) (*Reader, error) {
	return nil, errors.ErrUnsupported
}

// Dir is the run's folder.
func (r *Reader) Dir() string { return "" }

// Record reads the run as it is now, in one consistent look.
func (r *Reader) Record(ctx context.Context) (Record, error) {
	return Record{}, errors.ErrUnsupported
}

// Close ends the reading.
func (r *Reader) Close() error { return nil }

// Read opens, reads and closes: the record of a run and its folder.
func Read(ctx context.Context, runsDir, run string) (Record, string, error) {
	return Record{}, "", errors.ErrUnsupported
}

// Entry is one run in a listing.
type Entry struct {
	ID  string
	Dir string
	// Header and State are zero when Err is set: a run that cannot be read is
	// listed, never hidden.
	Header Header
	State  State
	Err    error
}

// List lists the runs below runsDir, the newest first. A folder that does not
// exist holds no runs.
func List(ctx context.Context, runsDir string) ([]Entry, error) {
	return nil, errors.ErrUnsupported
}
