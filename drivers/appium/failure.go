package appium

import (
	"context"
	"errors"
	"net"
)

// Failure is a way in which a request brings no answer.
type Failure string

// The failures.
const (
	FailureTimeout Failure = "timeout"  // nothing came within the limit
	FailureDNS     Failure = "dns"      // the host is not known
	FailureTooLong Failure = "too long" // the answer was longer than is read
	FailureOther   Failure = "other"    // refused, closed, broken off
)

func failureKind(err error) Failure {
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.Is(err, errTooLong):
		return FailureTooLong
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		return FailureTimeout
	case errors.As(err, &dns):
		return FailureDNS
	}
	return FailureOther
}

// Error is the failure as a transport returns it, so that [Phone] judges it as
// it judged the one that was recorded.
func (f Failure) Error(detail string) error {
	switch f {
	case FailureTooLong:
		return errTooLong
	case FailureTimeout:
		return &timeoutError{detail}
	case FailureDNS:
		return &net.DNSError{Err: detail}
	}
	return errors.New(detail)
}

type timeoutError struct{ detail string }

func (e *timeoutError) Error() string { return e.detail }
func (*timeoutError) Timeout() bool   { return true }
func (*timeoutError) Temporary() bool { return false }

// StraySign is what a replayed endpoint says in an error when a request is not
// in the recording, in lower case.
const StraySign = "ffscert-replay: not in the recording"

// stray remembers that a request was not in the recording, even if whoever
// sent it does not care.
func (p *Phone) stray(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.strayed == nil {
		p.strayed = err
	}
}

// Strayed implements [drivers.Replayed].
func (p *Phone) Strayed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.strayed
	p.strayed = nil
	return err
}
