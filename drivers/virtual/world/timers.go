package world

import "time"

// timers are what is scheduled in this attempt; the world's lock guards them.
type timers struct {
	last    uint64
	pending map[uint64]func() // how to take back what has not run yet
}

// after runs fn, with the world's lock held, once d has passed, or at once if d
// is 0. The caller holds the lock, also when it calls cancel.
func (w *World) after(d time.Duration, fn func()) (cancel func()) {
	if d <= 0 {
		fn()
		return func() {}
	}
	w.timers.last++
	id := w.timers.last
	// The clock may already be calling when the request is taken back: whether
	// it still stands is decided here, under the lock.
	stop := w.clk.AfterFunc(d, func(time.Time) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if _, stands := w.timers.pending[id]; stands {
			delete(w.timers.pending, id)
			fn()
		}
	})
	if w.timers.pending == nil {
		w.timers.pending = map[uint64]func(){}
	}
	w.timers.pending[id] = stop
	return func() {
		delete(w.timers.pending, id)
		stop()
	}
}

// forget takes back everything that is scheduled.
func (w *World) forget() {
	for _, stop := range w.timers.pending {
		stop()
	}
	w.timers.pending = nil
}
