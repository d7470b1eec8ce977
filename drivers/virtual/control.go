package virtual

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net"
	"net/http"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/devicelog"
	"ffscert/drivers/network"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
)

// Network changes the lab's own networks and account.
func (l *Lab) Network() network.Lab { return situations{l.World} }

type situations struct{ w *world.World }

func (s situations) Arrange(_ context.Context, x network.Situation) error {
	if err := s.w.Arrange(world.Situation(x)); err != nil {
		return &certification.Trouble{Code: certification.RigNetwork, Cause: certification.CauseDefinition, Err: err,
			Message: "the simulated lab cannot be brought into the situation " + string(x), Hint: "see wifi and protocol of the virtual testbed"}
	}
	return nil
}

func (s situations) Restore(context.Context, network.Situation) error {
	s.w.Settle()
	return nil
}

// DeviceLog is the log of the lab's device.
func (l *Lab) DeviceLog() drivers.DeviceLog { return &deviceLog{lab: l} }

type deviceLog struct {
	lab  *Lab
	mark time.Time
}

func (d *deviceLog) Mark(context.Context) error {
	d.mark = d.lab.Clock.Now()
	return nil
}

func (d *deviceLog) Lines(ctx context.Context) ([]string, error) {
	var lines []string
	all, err := d.TimedLines(ctx)
	for _, l := range all {
		lines = append(lines, l.Text)
	}
	return lines, err
}

// TimedLines implements [drivers.TimedLog].
func (d *deviceLog) TimedLines(context.Context) ([]drivers.LogLine, error) {
	var lines []drivers.LogLine
	for _, l := range d.lab.World.DeviceLog() {
		if !l.At.Before(d.mark) {
			lines = append(lines, drivers.LogLine{At: l.At, Text: l.Text})
		}
	}
	return lines, nil
}

// LogPatterns are how the lab's device writes to its log.
func (l *Lab) LogPatterns() devicelog.Texts {
	refused, reported := l.World.LogPatterns()
	return devicelog.Texts{NetworkRefused: refused, FailureReported: reported}
}

// maxControl bounds the body of a request to the control endpoint, in bytes.
const maxControl = 64 << 10

// ServeControl opens a door to the lab itself on a listener, for tools that
// drive its phone from elsewhere: POST /network takes a [network.Request], GET
// /network says what is arranged, GET /device-log is the device's log. It
// returns at once.
func (l *Lab) ServeControl(ln net.Listener) (endpoint string) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /network", l.changeNetwork)
	mux.HandleFunc("GET /network", func(w http.ResponseWriter, _ *http.Request) { l.sayNetwork(w) })
	mux.HandleFunc("GET /device-log", func(w http.ResponseWriter, _ *http.Request) {
		var b bytes.Buffer
		for _, line := range l.World.DeviceLog() {
			fmt.Fprintf(&b, "%s %s\n", line.At.UTC().Format(time.RFC3339Nano), line.Text)
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write(b.Bytes())
	})
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		srv.Serve(ln) // always returns an error; closing it is how it ends
	}()
	l.onClose(func() {
		srv.Close()
		<-done
	})
	return "http://" + ln.Addr().String()
}

func (l *Lab) changeNetwork(w http.ResponseWriter, r *http.Request) {
	// A page in a browser cannot send this type to another origin unasked.
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		http.Error(w, "send JSON, with Content-Type: application/json", http.StatusUnsupportedMediaType)
		return
	}
	var req network.Request
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxControl))
	if err := dec.Decode(&req); err != nil {
		http.Error(w, "no request: "+err.Error(), http.StatusBadRequest)
		return
	}
	switch req.Action {
	case "arrange":
		if err := l.World.Arrange(world.Situation(req.Situation)); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
	case "restore":
		l.World.Settle()
	default:
		http.Error(w, fmt.Sprintf("there is no action %q: arrange or restore", req.Action), http.StatusBadRequest)
		return
	}
	l.sayNetwork(w)
}

func (l *Lab) sayNetwork(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(struct {
		Situation world.Situation `json:"situation"` // "" for the usual lab
	}{l.World.Situation()})
}
