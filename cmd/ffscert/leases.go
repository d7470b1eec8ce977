package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"ffscert/cmd/internal/config"
	"ffscert/drivers/farm"
	"ffscert/features/certification"
	"ffscert/reports/events"
)

// leases are the phones of a run, by their serials.
type leases map[string]*farm.Leased

// lease takes the phones of the testbeds, and waits for those that another run
// has if it was asked to. They are taken in one order by all runs, so that no
// two runs wait for each other.
func lease(ctx context.Context, s *state, beds []config.Testbed, wait time.Duration, ev *events.Writer) (_ leases, err error) {
	type phone struct{ bed, udid string }
	var phones []phone
	for _, b := range beds {
		if b.Phone == nil {
			continue
		}
		conn, err := b.Phone.Resolve(os.LookupEnv)
		if err != nil {
			return nil, usage(fmt.Errorf("testbed %s: %w", b.Name, err))
		}
		phones = append(phones, phone{b.Name, conn.UDID})
	}
	slices.SortFunc(phones, func(a, b phone) int { return strings.Compare(a.udid, b.udid) })
	all := leases{}
	defer func() {
		if err != nil {
			all.release()
		}
	}()
	until := time.Now().Add(wait)
	for _, p := range phones {
		l, err := farm.LeaseWithin(ctx, p.udid, min(wait, max(time.Until(until), 0)), func(busy error) {
			ev.Emit(&events.PhoneAwaited{Testbed: p.bed, Message: s.secrets.Text(busy.Error()), Longest: wait.Seconds()})
			if !s.quiet {
				fmt.Fprintf(s.Stderr, "testbed %s: waiting for up to %s: %s\n", p.bed, wait, printable(busy.Error()))
			}
		})
		if err != nil {
			if ctx.Err() != nil {
				return nil, &statusError{exitInterrupted, nil}
			}
			var t *certification.Trouble
			if errors.As(err, &t) && t.Code == certification.RigBusy && wait == 0 {
				t.Hint += "; ffscert run --wait-for-phone 30m waits for it"
			}
			return nil, &statusError{exitOutside, fmt.Errorf("testbed %s: %w", p.bed, err)}
		}
		all[p.udid] = l
	}
	return all, nil
}

// name tells others for which run the phones are used.
func (l leases) name(s *state, run string) {
	for udid, one := range l {
		if err := one.SetRun(run); err != nil {
			s.log.WithField("phone", udid).WithError(err).Debug("the lease does not name the run")
		}
	}
}

func (l leases) release() {
	for _, one := range l {
		_ = one.Release() // the system takes back what is left
	}
}
