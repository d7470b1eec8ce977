package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ffscert/drivers"
	"ffscert/features/certification"
)

// logWithin bounds how long the device's log is read for a trace.
const logWithin = 10 * time.Second

// Look looks at the phone between two steps, for the attempt's trace. It does not
// while something is measured: while a set-up time is counted that a later step
// records (recorded says whether there is one), and while a journey is recorded,
// whose screens are timed. The error says that the phone's session was lost.
func (a *Attempt) Look(ctx context.Context, recorded bool) error {
	if a.rec != nil || recorded && a.powered != nil && a.SetupTime == nil {
		return nil
	}
	return a.Bed.Tracer.Look(ctx, a.Bed.Phone)
}

// KeepTrace keeps what was traced of the attempt, and returns its path; "" if
// nothing was. What could not be kept is observed.
func (a *Attempt) KeepTrace(ctx context.Context) string {
	tr := a.Bed.Tracer
	if tr == nil || a.Save == nil {
		return ""
	}
	log, why := a.deviceLog(ctx)
	rules := a.Bed.NewCamera(nil)
	a.private(rules)
	trace := tr.Finish(rules, a.Bed.Secrets, rules.Secrets, log)
	if trace == nil {
		return ""
	}
	if why != "" {
		trace.LeftOut = append(trace.LeftOut, a.Bed.Secrets.Text(why))
	}
	data, err := json.Marshal(trace)
	if err == nil {
		var path string
		if path, err = a.Save(fmt.Sprintf("%s-%d%s", a.ID.Case, a.ID.N, certification.TraceExt), append(data, '\n')); err == nil {
			return path
		}
	}
	a.Observe("the trace of the attempt could not be kept: " + err.Error())
	return ""
}

// deviceLog are the lines of the device's log since it got power in this attempt,
// without what is secret, or why there are none.
func (a *Attempt) deviceLog(ctx context.Context) (lines []drivers.LogLine, why string) {
	switch {
	case a.Bed.Log == nil:
		return nil, "the testbed has no log of the device (device_log in the configuration)"
	case a.Bed.Tracer.Quiet:
		return nil, "the recording that was replayed does not have the device's log for the trace"
	case a.logErr != nil:
		return nil, "the device's log: " + a.logErr.Error()
	case !a.logged:
		return nil, "" // the device had no power yet
	}
	ctx, cancel := context.WithTimeout(ctx, logWithin)
	defer cancel()
	lines, err := a.logLines(ctx)
	if err != nil {
		return nil, "the device's log: " + err.Error()
	}
	for i := range lines {
		lines[i].Text = a.redacted(lines[i].Text)
	}
	return lines, ""
}

func (a *Attempt) logLines(ctx context.Context) (lines []drivers.LogLine, err error) {
	if timed, ok := a.Bed.Log.(drivers.TimedLog); ok {
		return timed.TimedLines(ctx)
	}
	texts, err := a.Bed.Log.Lines(ctx)
	for _, t := range texts {
		lines = append(lines, drivers.LogLine{Text: t})
	}
	return lines, err
}
