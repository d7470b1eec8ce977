package journal

import (
	"context"
	"errors"
	"time"

	"ffscert/features/certification"
)

// Journal is the one writer of a run. Its methods may be called from several
// goroutines.
type Journal struct{}

// Create makes a new run below runsDir, writes its header and points
// runsDir/latest at it. The header's ID is ignored and given anew; its Created
// must be set, in UTC.
func Create(ctx context.Context, runsDir string, h Header) (*Journal, error) {
	return nil, errors.ErrUnsupported
}

// Resume opens a run that exists to append to it, and marks it running again. A
// finished run is refused with [ErrFinished], one that another process writes
// to with [ErrBusy].
func Resume(ctx context.Context, runsDir, run string) (*Journal, error) {
	return nil, errors.ErrUnsupported
}

// Header is the run's header, with its id.
func (j *Journal) Header() Header { return Header{} }

// Dir is the run's folder.
func (j *Journal) Dir() string { return "" }

// Append stores an attempt. When it returns nil, the attempt is on the disk. A
// second attempt with the same case, scenario and number is refused with
// [ErrDuplicate]. The attempt is not stored if the context is done before, so
// callers that stop hand over [context.WithoutCancel].
func (j *Journal) Append(ctx context.Context, a certification.Attempt) error {
	return errors.ErrUnsupported
}

// SetTestbed adds what is known of a testbed, or replaces what was known. Once
// simulated, a testbed stays so.
func (j *Journal) SetTestbed(ctx context.Context, t Testbed) error { return errors.ErrUnsupported }

// SaveEvidence stores a file under its content's hash and returns its path
// inside the run's folder, with slashes. Only the extension of name is used.
// The file is complete, and on the disk, when SaveEvidence returns.
func (j *Journal) SaveEvidence(name string, data []byte) (path string, err error) {
	return "", errors.ErrUnsupported
}

// Record reads the run as it is now.
func (j *Journal) Record(ctx context.Context) (Record, error) {
	return Record{}, errors.ErrUnsupported
}

// Finish marks the run finished at that moment.
func (j *Journal) Finish(ctx context.Context, at time.Time) error { return errors.ErrUnsupported }

// Interrupt marks the run interrupted at that moment; it can be resumed.
func (j *Journal) Interrupt(ctx context.Context, at time.Time) error { return errors.ErrUnsupported }

// Close gives the run free for another writer. A run that was neither finished
// nor interrupted reads as interrupted from now on. Closing twice is no error.
func (j *Journal) Close() error { return errors.ErrUnsupported }
