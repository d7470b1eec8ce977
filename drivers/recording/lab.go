package recording

import (
	"context"
	"errors"

	"ffscert/drivers"
	"ffscert/drivers/network"
)

// What a testbed does without its phone is recorded beside the traffic.

// Socket records how a socket is switched, for sockets that are not switched by
// the phone itself.
func (r *Recorder) Socket(p drivers.Power) drivers.Power { return &socket{p, r} }

type socket struct {
	drivers.Power
	r *Recorder
}

func (s *socket) On(ctx context.Context) (drivers.Switched, error) {
	return s.record(ctx, true, s.Power.On)
}

func (s *socket) Off(ctx context.Context) (drivers.Switched, error) {
	return s.record(ctx, false, s.Power.Off)
}

func (s *socket) record(ctx context.Context, on bool, do func(context.Context) (drivers.Switched, error)) (w drivers.Switched, err error) {
	s.r.note(func() (Event, error) {
		w, err = do(ctx)
		return Event{Kind: KindPower, Power: &Power{Socket: s.Name(), On: on, Already: w.Already, Error: troubleOf(err)}}, err
	}, func(a *Attempt, e *Event) {
		if err == nil {
			e.Power.From, e.Power.To = w.From.Sub(a.Header.Started), w.To.Sub(a.Header.Started)
		}
	})
	return w, err
}

// Lab records how the customer's networks and account are changed.
func (r *Recorder) Lab(l network.Lab) network.Lab { return &lab{l, r} }

type lab struct {
	inner network.Lab
	r     *Recorder
}

func (l *lab) Arrange(ctx context.Context, s network.Situation) (err error) {
	l.r.note(func() (Event, error) {
		err = l.inner.Arrange(ctx, s)
		return Event{Kind: KindNetwork, Network: &Network{Situation: s, Error: troubleOf(err)}}, err
	}, nil)
	return err
}

func (l *lab) Restore(ctx context.Context, s network.Situation) (err error) {
	l.r.note(func() (Event, error) {
		err = l.inner.Restore(ctx, s)
		return Event{Kind: KindNetwork, Network: &Network{Situation: s, Restored: true, Error: troubleOf(err)}}, err
	}, nil)
	return err
}

// Log records what the device's log says.
func (r *Recorder) Log(l drivers.DeviceLog) drivers.DeviceLog { return &deviceLog{l, r} }

type deviceLog struct {
	inner drivers.DeviceLog
	r     *Recorder
}

func (l *deviceLog) Mark(ctx context.Context) (err error) {
	l.r.note(func() (Event, error) {
		err = l.inner.Mark(ctx)
		return Event{Kind: KindLog, Log: &Log{Mark: true, Error: troubleOf(err)}}, err
	}, nil)
	return err
}

func (l *deviceLog) Lines(ctx context.Context) (lines []string, err error) {
	l.r.note(func() (Event, error) {
		lines, err = l.inner.Lines(ctx)
		return Event{Kind: KindLog, Log: &Log{Lines: lines, Error: troubleOf(err)}}, err
	}, nil)
	return lines, err
}

// note records what do does, and when.
func (r *Recorder) note(do func() (Event, error), complete func(*Attempt, *Event)) {
	began := r.Clock.Now()
	e, err := do()
	ended := r.Clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.attempt
	if a == nil || a.End.Incomplete != "" {
		return
	}
	if errors.Is(err, context.Canceled) {
		a.End.Incomplete = "what the testbed did was stopped from outside"
		return
	}
	e.At, e.Took = began.Sub(a.Header.Started), ended.Sub(began)
	if complete != nil {
		complete(a, &e)
	}
	if e.Log != nil {
		for _, line := range e.Log.Lines {
			r.kept += len(line)
		}
	}
	r.add(e)
}
