package replay

import (
	"context"
	"fmt"

	"ffscert/drivers"
	"ffscert/drivers/devicelog"
	"ffscert/drivers/network"
	"ffscert/drivers/recording"
)

// What a testbed did without its phone happens again as it was recorded: nothing
// is switched or changed.

// Socket is a socket that was switched by other means than the phone.
func (p *Player) Socket(name string) drivers.Power { return socket{name, p} }

type socket struct {
	name string
	p    *Player
}

func (s socket) Name() string { return s.name }

func (s socket) On(ctx context.Context) (drivers.Switched, error)  { return s.switched(ctx, true) }
func (s socket) Off(ctx context.Context) (drivers.Switched, error) { return s.switched(ctx, false) }

func (s socket) switched(ctx context.Context, on bool) (drivers.Switched, error) {
	asked := recording.Event{Kind: recording.KindPower, Power: &recording.Power{Socket: s.name, On: on}}
	e, err := s.p.again(ctx, &asked, func(e *recording.Event) bool {
		return e.Kind == recording.KindPower && e.Power.Socket == s.name && e.Power.On == on
	})
	switch {
	case err != nil:
		return drivers.Switched{}, err
	case e == nil:
		now := s.p.Clock.Now()
		return drivers.Switched{From: now, To: now, Already: true}, nil
	case e.Power.Error != nil:
		return drivers.Switched{}, e.Power.Error.AsError()
	}
	return drivers.Switched{From: s.p.base.Add(e.Power.From), To: s.p.base.Add(e.Power.To), Already: e.Power.Already}, nil
}

// Lab is what changed the customer's networks and account.
func (p *Player) Lab() network.Lab { return lab{p} }

type lab struct{ p *Player }

func (l lab) Arrange(ctx context.Context, s network.Situation) error { return l.change(ctx, s, false) }
func (l lab) Restore(ctx context.Context, s network.Situation) error { return l.change(ctx, s, true) }

func (l lab) change(ctx context.Context, s network.Situation, restored bool) error {
	asked := recording.Event{Kind: recording.KindNetwork, Network: &recording.Network{Situation: s, Restored: restored}}
	e, err := l.p.again(ctx, &asked, func(e *recording.Event) bool {
		return e.Kind == recording.KindNetwork && e.Network.Situation == s && e.Network.Restored == restored
	})
	if err != nil || e == nil {
		return err
	}
	return e.Network.Error.AsError()
}

// Log is the device's log; nil if the testbed had none.
func (p *Player) Log() drivers.DeviceLog {
	if !p.header.DeviceLog {
		return nil
	}
	return deviceLog{p}
}

// LogPatterns are how the device wrote to its log.
func (p *Player) LogPatterns() devicelog.Texts { return p.header.LogPatterns }

type deviceLog struct{ p *Player }

func (l deviceLog) Mark(ctx context.Context) error {
	_, err := l.ask(ctx, true)
	return err
}

func (l deviceLog) Lines(ctx context.Context) ([]string, error) { return l.ask(ctx, false) }

func (l deviceLog) ask(ctx context.Context, mark bool) ([]string, error) {
	asked := recording.Event{Kind: recording.KindLog, Log: &recording.Log{Mark: mark}}
	e, err := l.p.again(ctx, &asked, func(e *recording.Event) bool { return e.Kind == recording.KindLog && e.Log.Mark == mark })
	if err != nil || e == nil {
		return nil, err
	}
	return e.Log.Lines, e.Log.Error.AsError()
}

// again finds what was recorded for something that is no request, and lets the
// time pass that it took. Between attempts there is nothing, and no error.
func (p *Player) again(ctx context.Context, asked *recording.Event, same func(*recording.Event) bool) (*recording.Event, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tape
	if t == nil {
		return nil, nil
	}
	i := -1
	if t.stray == "" {
		i = t.findOther(same, asked.Acts())
	}
	if i < 0 && t.stray == "" {
		t.stray = fmt.Sprintf("%s came, and the recording goes on with %s", shown(asked), t.expected())
	}
	if t.stray != "" {
		return nil, trouble(t.stray)
	}
	e := &t.events[i]
	repeated := i < t.next
	t.answered(i)
	if err := p.pass(ctx, e, repeated); err != nil {
		return nil, err
	}
	p.acted = p.Clock.Now()
	return e, nil
}
