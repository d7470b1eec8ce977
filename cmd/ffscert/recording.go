package main

import (
	"context"
	"fmt"
	"net/http"
	"regexp"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/devicelog"
	"ffscert/drivers/network"
	"ffscert/drivers/recording"
	"ffscert/drivers/testbed"
	"ffscert/drivers/virtual/replay"
	"ffscert/features/certification"
)

// recorded makes a testbed keep the traffic of its attempts.
func recorded(bed *testbed.Testbed, o *appium.Options) *recording.Recorder {
	r := &recording.Recorder{Tool: version, Testbed: bed.Name, Endpoint: o.Endpoint, Clock: bed.Clock, Secrets: bed.Secrets,
		Rules: func() recording.Rules { return bed.NewCamera(nil) }}
	o.Clock, o.Wire = bed.Clock, r.Wire
	bed.Socket = r.Socket
	begin := bed.BeginAttempt
	bed.BeginAttempt = func(id certification.AttemptID) {
		if begin != nil {
			begin(id)
		}
		bed.Unfit()
		r.Begin(id)
	}
	end := bed.EndAttempt
	bed.EndAttempt = func(a certification.Attempt, save func(string, []byte) (string, error)) testbed.Ending {
		var e testbed.Ending
		if end != nil {
			e = end(a, save)
		}
		path, leftOut, err := r.Finish(a, save)
		if err != nil {
			leftOut = append(leftOut, "the traffic of the attempt was not kept: "+err.Error())
		}
		e.Recording, e.Notes = path, append(e.Notes, leftOut...)
		return e
	}
	return r
}

// recordLab records what the testbed does without its phone, too.
func recordLab(r *recording.Recorder, bed *testbed.Testbed) {
	if bed.Network != nil {
		bed.Network.Wrap(r.Lab)
	}
	if bed.Log != nil {
		bed.Log, r.DeviceLog = r.Log(bed.Log), true
	}
	for _, p := range []struct {
		text    *string
		pattern *regexp.Regexp
	}{{&r.LogPatterns.NetworkRefused, bed.LogPatterns.NetworkRefused}, {&r.LogPatterns.FailureReported, bed.LogPatterns.FailureReported}} {
		if p.pattern != nil {
			*p.text = p.pattern.String()
		}
	}
}

// replayed makes a testbed of what was recorded: the recording answers, and is
// the clock.
func replayed(bed *testbed.Testbed, o *appium.Options, path string) (devicelog.Patterns, error) {
	p, err := replay.Open(path, false)
	if err != nil {
		return devicelog.Patterns{}, err
	}
	patterns, err := p.LogPatterns().Compile()
	if err == nil {
		bed.Network, err = network.NewKeeper(p.Lab(), "")
	}
	if err != nil {
		p.Close()
		return devicelog.Patterns{}, fmt.Errorf("%s: log_patterns: %w", path, err)
	}
	bed.Log = p.Log()
	bed.Clock, bed.Shut = p.Clock, p.Close
	o.Endpoint, o.UDID, o.Transport = p.Endpoint(), p.Serial(), http.RoundTripper(p)
	if o.Endpoint == "" {
		o.Endpoint = "http://recorded.invalid"
	}
	bed.Socket = func(s drivers.Power) drivers.Power { return p.Socket(s.Name()) }
	bed.BeginAttempt = func(id certification.AttemptID) {
		// A session of before the attempt is not in its recording.
		_ = bed.Phone.Close(context.Background()) // the player never refuses it
		bed.Unfit()
		p.Begin(id)
		if bed.Tracer != nil {
			bed.Tracer.Quiet = !p.Traced()
		}
	}
	bed.EndAttempt = func(certification.Attempt, func(string, []byte) (string, error)) testbed.Ending {
		return testbed.Ending{Left: p.End(), Notes: []string{fmt.Sprintf("REPLAYED from %s: no phone took part", path)}}
	}
	return patterns, nil
}
