package world_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/world"
)

// writes records each write by itself, and fails when it is told to.
type writes struct {
	all   []string
	fail  int // the number of the write that fails; 0 is none
	short bool
}

func (w *writes) Write(p []byte) (int, error) {
	w.all = append(w.all, string(p))
	if len(w.all) == w.fail {
		if w.short {
			return len(p) / 2, nil
		}
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func TestOneWritePerEvent(t *testing.T) {
	out := &writes{}
	cfg := world.Defaults()
	instant(&cfg)
	cfg.Device.Name = "Zoë's\u2028\"light\""
	w, err := world.New(cfg, clock.NewVirtual(epoch), out)
	if err != nil {
		t.Fatal(err)
	}
	w.BeginAttempt("c", 1)
	w.Switch("plug-device", true)
	isTrue(t, len(out.all) > 10)
	for _, line := range out.all {
		isTrue(t, strings.HasPrefix(line, `{"seq":`) && strings.HasSuffix(line, "}\n") && strings.Count(line, "\n") == 1, line)
	}
	equal(t, out.all[0], `{"seq":1,"utc":"2025-03-01T22:00:00Z","t":0,"event":"lab_started","device":"Zoë's\u2028\"light\"","protocol":"mss-wifi","seed":1}`+"\n")
	equal(t, out.all[1], `{"seq":2,"utc":"2025-03-01T22:00:00Z","t":0,"event":"attempt_began","case":"c","attempt":1}`+"\n")
	isTrue(t, w.Err() == nil)
}

func TestAWriterThatFails(t *testing.T) {
	for _, short := range []bool{false, true} {
		out := &writes{fail: 3, short: short}
		cfg := world.Defaults()
		instant(&cfg)
		w, err := world.New(cfg, clock.NewVirtual(epoch), out)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 5 {
			w.BeginAttempt("c", n+1)
		}
		w.Switch("plug-device", true)
		equal(t, len(out.all), 3, "nothing more after the first error")
		isTrue(t, w.Err() != nil && strings.Contains(w.Err().Error(), "write event 3 (attempt_began)"), w.Err())
		equal(t, errors.Is(w.Err(), io.ErrShortWrite), short)
		isTrue(t, len(w.Devices()) == 11, "the world goes on")
	}
	// Without a writer there is no truth to write.
	w, err := world.New(world.Defaults(), clock.NewVirtual(epoch), nil)
	if err != nil {
		t.Fatal(err)
	}
	w.BeginAttempt("c", 1)
	isTrue(t, w.Err() == nil)
}

func TestNothingHappensAfterClose(t *testing.T) {
	l := newLab(t, nil)
	l.Switch(l.id("First plug"), true)
	l.Close()
	n := l.events.Len()
	l.pass(time.Hour)
	equal(t, l.events.Len(), n)
}

// Many hands on a lab in real time, for the race detector; afterwards the event
// file must still be in order.
func TestManyHandsInRealTime(t *testing.T) {
	clk := clock.NewReal(200)
	defer clk.Close()
	var out bytes.Buffer
	cfg := world.Defaults()
	cfg.Device.SetUpFailure = 0.3
	cfg.Faults = everyFault(0.3)
	cfg.Device.SetUpTime.Max = time.Minute
	w, err := world.New(cfg, clk, &out)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 400*time.Millisecond)
	defer cancel()
	var wg sync.WaitGroup
	for hand := range 7 {
		wg.Go(func() {
			for i := 0; clk.Sleep(ctx, 500*time.Millisecond) == nil; i++ {
				switch hand {
				case 0:
					w.Switch("plug-device", i%100 < 90)
				case 1:
					w.Switch("plug-provisioner", i%200 > 3)
				case 2:
					for _, d := range w.Devices() {
						if strings.HasPrefix(d.ID, "dut-") && i%20 == 0 {
							w.Delete(d.ID)
						}
					}
				case 3:
					if c, ok := w.Card(); ok {
						w.AnswerCard(c.ID, world.AnswerBack)
					}
				case 4:
					if i%150 == 149 {
						w.BeginAttempt("c", i)
					}
				case 5:
					for _, d := range w.PartnerDevices() {
						if i%30 == 0 {
							w.PartnerRemove(d.ID)
						}
					}
					for _, d := range w.Dialogs() {
						w.AnswerDialog(d.ID, world.AnswerBack)
					}
					w.CrashDue(world.AppAlexa)
					if i%50 == 0 {
						w.StartOwnSetUp()
					}
				default:
					w.Version()
					w.DeviceLog()
					w.Account()
					w.Partner()
					w.AuthRequest()
					w.Authorize(i%2 == 0)
				}
			}
		})
	}
	wg.Wait()
	w.Close()
	l := &lab{t: t, events: &out}
	var last time.Time
	for i, e := range l.all() {
		at, err := time.Parse(time.RFC3339Nano, e.UTC)
		isTrue(t, err == nil && e.Seq == uint64(i+1) && !at.Before(last), e)
		last = at
	}
	isTrue(t, len(l.all()) > 20)
}

// What the truth says about a moment must fit between two looks at the account.
func TestTheMomentOfSetUpLiesBetweenTwoLooks(t *testing.T) {
	clk := clock.NewReal(1)
	defer clk.Close()
	var out bytes.Buffer
	cfg := world.Defaults()
	instant(&cfg)
	cfg.Device.SetUpTime = world.Range{Min: 30 * time.Millisecond, Max: 60 * time.Millisecond}
	w, err := world.New(cfg, clk, &out)
	if err != nil {
		t.Fatal(err)
	}
	w.Switch("plug-device", true)
	var before, after time.Time
	for after.IsZero() {
		look := time.Now()
		if _, there := w.Device("dut-1"); there {
			after = time.Now()
		} else {
			before = look
		}
		if err := clk.Sleep(t.Context(), time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	at, err := time.Parse(time.RFC3339Nano, (&lab{t: t, events: &out}).one(world.EventDeviceSetUp).UTC)
	isTrue(t, err == nil && !at.Before(before.UTC().Round(0)) && !at.After(after.UTC().Round(0)), before, at, after)
}
