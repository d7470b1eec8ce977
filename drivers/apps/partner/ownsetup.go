package partner

import (
	"context"
	"errors"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// Progress is how far the maker's own set-up has come.
type Progress string

// The stages.
const (
	NotShown Progress = ""
	Offered  Progress = "offered" // it waits to be started
	Running  Progress = "running"
	Done     Progress = "done"
	Failed   Progress = "failed"
)

// progress reads the stage from a snapshot.
func (a *App) progress(tree *screen.Tree) (Progress, error) {
	page, err := a.guide.Page(tree)
	if err != nil || page != "own_set_up" {
		return NotShown, err
	}
	for _, stage := range []struct {
		element string
		is      Progress
	}{{"own_set_up.failed", Failed}, {"own_set_up.done", Done}, {"own_set_up.running", Running}, {"own_set_up.start", Offered}} {
		if on, err := a.hand.On(tree, stage.element); err != nil || on {
			return stage.is, err
		}
	}
	return NotShown, nil
}

// OwnSetUpWithin opens the app and waits until its own set-up comes up by
// itself; [NotShown] if it does not. Other devices and pages are left alone.
func (a *App) OwnSetUpWithin(ctx context.Context, within time.Duration) (Progress, error) {
	p, err := a.ownSetUpWithin(ctx, within)
	return p, a.why(ctx, err)
}

func (a *App) ownSetUpWithin(ctx context.Context, within time.Duration) (Progress, error) {
	a.hand.Forget()
	if tree, err := a.hand.Look(ctx); err != nil {
		return NotShown, err
	} else if p, err := a.progress(tree); err != nil || p != NotShown {
		return p, err
	} else if page, err := a.guide.Page(tree); err != nil {
		return NotShown, err
	} else if page == act.Elsewhere {
		// The app may come up on its own set-up: that is not to be left.
		if err := a.guide.Open(ctx); err != nil {
			return NotShown, err
		}
	}
	p := NotShown
	ok, err := a.until(ctx, "the maker's own set-up to start by itself", within, func(ctx context.Context) (bool, error) {
		tree, err := a.hand.Look(ctx)
		if err != nil {
			return false, err
		}
		if p, err = a.progress(tree); err != nil || p != NotShown {
			return p != NotShown, err
		}
		page, err := a.guide.Page(tree)
		if err != nil || page == "home" || page == act.Unknown {
			return false, err
		}
		if _, err := a.OpenHome(ctx); err != nil {
			return false, err
		}
		return false, nil
	})
	if err != nil || !ok {
		return NotShown, err
	}
	return p, nil
}

// StartOwnSetUp starts the maker's own set-up as a customer does: by adding a
// device.
func (a *App) StartOwnSetUp(ctx context.Context) error { return a.why(ctx, a.startOwnSetUp(ctx)) }

func (a *App) startOwnSetUp(ctx context.Context) error {
	a.hand.Forget()
	tree, err := a.hand.Look(ctx)
	if err != nil {
		return err
	}
	p, err := a.progress(tree)
	if err != nil {
		return err
	}
	if p == NotShown || p == Done {
		if _, err := a.OpenHome(ctx); err != nil {
			return err
		}
		if err := a.hand.Tap(ctx, "home.add_device"); err != nil {
			return err
		}
		err := a.hand.Until(ctx, "the page of the maker's own set-up", act.AppearWithin, func(t *screen.Tree) error {
			var err error
			if p, err = a.progress(t); err != nil || p != NotShown {
				return err
			}
			return act.NotYet(&certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseDefinition,
				Message: "adding a device in the partner app did not open the page of its own set-up", Hint: "correct home.add_device or own_set_up in the app's screen map"})
		})
		if err != nil {
			return err
		}
	}
	if p == Offered || p == Failed {
		return a.tapStart(ctx)
	}
	return nil
}

// tapStart starts the set-up, unless it has begun by itself meanwhile.
func (a *App) tapStart(ctx context.Context) error {
	err := a.hand.Tap(ctx, "own_set_up.start")
	if err == nil || certification.TroubleOf(err).Code != certification.AppElementMissing {
		return err
	}
	tree, lerr := a.hand.Look(ctx)
	if lerr != nil {
		return lerr
	}
	if p, perr := a.progress(tree); perr != nil || p == Running || p == Done {
		return perr
	}
	return err
}

// offeredFor is how long a set-up that came up by itself may wait before it is
// started by hand: many go on by themselves.
const offeredFor = 15 * time.Second

// FollowOwnSetUp waits for the end of the maker's own set-up, on whose page the
// app is; where it waits to be started, it is started. The result is [Done],
// [Failed], or the last stage that was seen when the time was up.
func (a *App) FollowOwnSetUp(ctx context.Context, within time.Duration) (Progress, error) {
	a.hand.Forget()
	last := NotShown
	var offered time.Time
	err := drivers.Poll(ctx, a.hand.Clock, drivers.Wait{For: "the end of the maker's own set-up", Timeout: within, Every: lookEvery},
		func(ctx context.Context) error {
			tree, err := a.hand.Look(ctx)
			if err != nil {
				return err
			}
			p, err := a.progress(tree)
			if err != nil {
				return err
			}
			if p != NotShown {
				last = p
			}
			switch p {
			case Done, Failed:
				return nil
			case Offered:
				now := a.hand.Clock.Now()
				if offered.IsZero() {
					offered = now
				}
				if now.Sub(offered) >= offeredFor {
					a.guide.Note("OWN-SET-UP", "the maker's own set-up waited to be started: started it")
					if err := a.tapStart(ctx); err != nil {
						return err
					}
				}
			case NotShown:
				if page, err := a.guide.Page(tree); err != nil {
					return err
				} else if page == act.Elsewhere {
					if err := a.guide.Crash(ctx); err != nil {
						return err
					}
					if err := a.guide.Open(ctx); err != nil {
						return err
					}
				}
			}
			return drivers.ErrNotYet
		})
	var late *drivers.TimeoutError
	if errors.As(err, &late) {
		return last, nil
	}
	return last, a.why(ctx, err)
}
