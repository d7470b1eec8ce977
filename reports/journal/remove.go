package journal

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Remove deletes a run with all that is in its folder. One that is being carried
// out or reviewed is refused with [ErrBusy].
func Remove(ctx context.Context, runsDir, id string) error {
	if id == Latest {
		return fmt.Errorf("remove a run: %q: %w", id, ErrBadRunID)
	}
	id, dir, err := resolve(runsDir, id)
	if err != nil {
		return err
	}
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("remove the run %s: it is a link, and not a folder of its own", id)
	}
	lock, err := lockRun(ctx, dir)
	if err != nil {
		return err
	}
	defer lock.Close()
	reviews, err := OpenReviews(ctx, runsDir, id)
	if err != nil {
		return err
	}
	defer reviews.Close()
	// Under another name first: what is half deleted is never taken for a run.
	old := filepath.Join(runsDir, ".old-"+id)
	if err := os.Rename(dir, old); err != nil {
		return fmt.Errorf("remove the run %s: %w", id, err)
	}
	if err := os.RemoveAll(old); err != nil {
		return fmt.Errorf("remove the run %s: %w", id, err)
	}
	return nil
}
