package network

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"ffscert/features/certification"
)

// Keeper sees to it that a testbed comes back from every situation: it knows
// what was arranged until it was put back, also after an error, and, with a
// note on the disk, after the end of the process. It is used by one goroutine.
type Keeper struct {
	lab      Lab
	note     string
	arranged Situation
}

// NewKeeper keeps a lab. note is the path of a file that outlives the process,
// "" for none. What an earlier process left arranged counts as arranged.
func NewKeeper(lab Lab, note string) (*Keeper, error) {
	k := &Keeper{lab: lab, note: note}
	if note == "" {
		return k, nil
	}
	f, err := os.Open(note)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 100))
	if err != nil {
		return nil, err
	}
	if _, ok := FactOf(Situation(text)); !ok {
		return nil, fmt.Errorf("%s holds no situation: put the testbed's networks and account back by hand, then remove the file", note)
	}
	k.arranged = Situation(text)
	return k, nil
}

// Wrap puts something between the keeper and its lab, such as a recorder.
func (k *Keeper) Wrap(with func(Lab) Lab) { k.lab = with(k.lab) }

// Arranged is the situation that was arranged and not put back, or "".
func (k *Keeper) Arranged() Situation {
	if k == nil {
		return ""
	}
	return k.arranged
}

// Arrange brings the testbed into a situation, from whichever it is in.
func (k *Keeper) Arrange(ctx context.Context, s Situation) error {
	if k.arranged != "" && k.arranged != s {
		if err := k.Restore(ctx); err != nil {
			return err
		}
	}
	// Noted before: what comes of an arrangement that fails is not known.
	if err := k.write(s); err != nil {
		return err
	}
	k.arranged = s
	err := k.lab.Arrange(ctx, s)
	var t *certification.Trouble
	if errors.As(err, &t) && (t.Code == certification.RigNobody || t.Code == certification.DefConfiguration) {
		// Nobody was there, or nothing says how: nothing has changed.
		err = errors.Join(err, k.forget())
	}
	return err
}

// Restore puts the testbed back; nothing is done if nothing was arranged. An
// error is a [certification.RigNotRestored] trouble: until Restore succeeds,
// what is tried on the testbed proves nothing.
func (k *Keeper) Restore(ctx context.Context) error {
	if k == nil || k.arranged == "" {
		return nil
	}
	err := k.lab.Restore(ctx, k.arranged)
	if err == nil {
		if err = k.forget(); err == nil {
			return nil
		}
	}
	fact, _ := FactOf(k.arranged)
	t := &certification.Trouble{Code: certification.RigNotRestored, Cause: certification.CauseRig, Err: err,
		Message: "the testbed is still in the situation " + string(k.arranged) + " (" + fact.Is + ")",
		Hint:    "put it back by hand: " + fact.Undo + "; then run again"}
	var why *certification.Trouble
	if errors.As(err, &why) {
		t.Evidence = why.Evidence
	}
	return t
}

func (k *Keeper) forget() error {
	if k.note != "" {
		if err := os.Remove(k.note); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	k.arranged = ""
	return nil
}

func (k *Keeper) write(s Situation) error {
	if k.note == "" {
		return nil
	}
	err := os.MkdirAll(filepath.Dir(k.note), 0o700)
	if err == nil {
		err = os.WriteFile(k.note, []byte(s), 0o600)
	}
	if err != nil {
		return &certification.Trouble{Code: certification.ToolUnclassified, Cause: certification.CauseTool, Err: err,
			Message: "it cannot be noted that the testbed's networks or account are changed",
			Hint:    "the note needs a folder of your own: set XDG_STATE_HOME to one"}
	}
	return nil
}
