package farm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ffscert/drivers"
	"ffscert/features/certification"
)

// lookEvery is how often a phone that another run has is asked for again.
const lookEvery = 500 * time.Millisecond

// LeaseWithin is [Lease], but waits for a phone that another run has, for at
// most that long; 0 does not wait. told, if not nil, learns whom it waits for,
// again whenever that changes. A phone that this process has already is never
// waited for.
func LeaseWithin(ctx context.Context, udid string, longest time.Duration, told func(error)) (*Leased, error) {
	dir, err := Dir()
	if err != nil {
		return nil, unable(err)
	}
	return leaseWithin(ctx, dir, udid, longest, told)
}

func leaseWithin(ctx context.Context, dir, udid string, longest time.Duration, told func(error)) (*Leased, error) {
	l, has, err := leaseIn(dir, udid)
	if longest <= 0 || !othersPhone(err, has) {
		return l, err
	}
	var named Holder
	tell := func() {
		if told != nil && has.PID != 0 && has != named {
			named = has
			told(err)
		}
	}
	tell()
	waited := drivers.Poll(ctx, drivers.RealClock{}, drivers.Wait{For: fmt.Sprintf("the phone %q", udid), Timeout: longest, Every: lookEvery},
		func(context.Context) error {
			if l, has, err = leaseIn(dir, udid); !othersPhone(err, has) {
				return err
			}
			tell()
			return drivers.ErrNotYet
		})
	var late *drivers.TimeoutError
	var busy *certification.Trouble
	if errors.As(waited, &late) && errors.As(err, &busy) {
		busy.Message += fmt.Sprintf("; it was waited for for %s", longest)
		return nil, busy
	}
	if waited != nil {
		return nil, waited
	}
	return l, nil
}

// othersPhone tells whether err says that another process has the phone.
func othersPhone(err error, has Holder) bool {
	var t *certification.Trouble
	return errors.As(err, &t) && t.Code == certification.RigBusy && !has.own()
}
