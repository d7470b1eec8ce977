package main

import (
	"fmt"

	"ffscert/drivers/appium"
	"ffscert/drivers/recording"
	"ffscert/drivers/testbed"
	"ffscert/drivers/tracing"
)

// traceWhen says which attempts are traced; the zero value traces none.
type traceWhen string

const (
	traceFailed traceWhen = "failed"
	traceAll    traceWhen = "all"
	traceOff    traceWhen = "off"
)

func (w *traceWhen) String() string { return string(*w) }

func (w *traceWhen) Type() string { return "WHEN" }

func (w *traceWhen) Set(s string) error {
	switch v := traceWhen(s); v {
	case traceFailed, traceAll, traceOff:
		*w = v
		return nil
	}
	return fmt.Errorf("use %s, %s or %s", traceFailed, traceAll, traceOff)
}

// traced makes a testbed trace its attempts. rec, if not nil, hears the same.
func traced(s *state, bed *testbed.Testbed, o *appium.Options, rec *recording.Recorder) {
	if s.trace != traceFailed && s.trace != traceAll {
		return
	}
	bed.Tracer = &tracing.Tracer{Clock: bed.Clock, All: s.trace == traceAll}
	o.Clock = bed.Clock
	hear := o.Wire
	o.Wire = func(x appium.Exchange) {
		if hear != nil {
			hear(x)
		}
		bed.Tracer.Wire(x)
	}
	if rec != nil {
		rec.Traced = true
	}
}
