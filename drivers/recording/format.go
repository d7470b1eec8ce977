// Package recording keeps the traffic between a run and its phone, one file an
// attempt, so that the attempt can be replayed without the phone. Secrets are
// taken out before anything is written; what cannot be made safe is left out,
// and that is said.
//
// It knows the wire and what is secret on it, and nothing of how it is
// replayed. The format is described in README.md beside this file.
package recording

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"ffscert/drivers/appium"
	"ffscert/drivers/devicelog"
	"ffscert/drivers/network"
	"ffscert/features/certification"
)

// Schema names the format.
const Schema = "ffscert/wire/v1"

// Extension is how the files are called.
const Extension = ".jsonl.gz"

// SessionPath stands in paths in the place of a session and its id.
const SessionPath = "/session/:id"

// Attempt is the traffic of one attempt.
type Attempt struct {
	Header Header
	Events []Event
	End    End
	// File is where it was read from, for messages.
	File string
}

// ID names the attempt.
func (a *Attempt) ID() certification.AttemptID {
	return certification.AttemptID{Case: a.Header.Case, Scenario: a.Header.Scenario, N: a.Header.N}
}

// Header is the first line of a file.
type Header struct {
	Schema   string    `json:"schema"`
	Tool     string    `json:"tool_version"`
	Case     string    `json:"case"`
	Scenario string    `json:"scenario"`
	N        int       `json:"n"`
	Testbed  string    `json:"testbed"`
	Started  time.Time `json:"started_utc"`
	// Endpoint is the server's address, without user and password.
	Endpoint string `json:"endpoint"`
	// Session and Status are what the server had answered to the session that
	// was open when the attempt began, and to a question for its state.
	Session Body `json:"session"`
	Status  Body `json:"status"`
	// DeviceLog tells whether the testbed had a log of the device, and
	// LogPatterns how that device writes to it.
	DeviceLog bool `json:"device_log,omitempty"`
	// Traced tells whether the screen was looked at between the steps, and the
	// device's log read at the end, for the trace of the attempt.
	Traced      bool            `json:"traced,omitempty"`
	LogPatterns devicelog.Texts `json:"log_patterns"`
}

// The kinds of events.
const (
	KindHTTP  = "http"
	KindPower = "power"
	// KindNetwork is that the customer's networks and account were changed, and
	// KindLog that the device's log was asked.
	KindNetwork = "network"
	KindLog     = "log"
)

// Event is one line of a file: a request and its answer, or a socket that was
// switched without the phone.
type Event struct {
	Kind string `json:"kind"`
	// At is since the beginning of the attempt, and Took how long it took, on
	// the testbed's clock, in nanoseconds.
	At   time.Duration `json:"at_ns"`
	Took time.Duration `json:"took_ns"`

	Method   string `json:"method,omitempty"`
	Path     string `json:"path,omitempty"` // below the endpoint, the session as [SessionPath]
	Request  *Body  `json:"request,omitempty"`
	Status   int    `json:"status,omitempty"` // 0 if there was no answer
	Response *Body  `json:"response,omitempty"`
	// SameAs is the place, from 0, of an earlier event with the same response.
	SameAs *int `json:"same_as,omitempty"`
	// Failure and Detail say why there was no answer.
	Failure appium.Failure `json:"failure,omitempty"`
	Detail  string         `json:"detail,omitempty"`
	// LeftOut says why an answer was not kept.
	LeftOut string `json:"left_out,omitempty"`

	Power   *Power   `json:"power,omitempty"`
	Network *Network `json:"network,omitempty"`
	Log     *Log     `json:"log,omitempty"`
}

// Network is a situation that the testbed was brought into, or put back from.
type Network struct {
	Situation network.Situation `json:"situation"`
	Restored  bool              `json:"restored,omitempty"`
	Error     *Trouble          `json:"error,omitempty"`
}

// Log is a question to the device's log: where it stands (Mark), or its lines.
type Log struct {
	Mark  bool     `json:"mark,omitempty"`
	Lines []string `json:"lines,omitempty"`
	Error *Trouble `json:"error,omitempty"`
}

// Power is a socket that was switched by other means than the phone.
type Power struct {
	Socket  string        `json:"socket"`
	On      bool          `json:"on"`
	From    time.Duration `json:"from_ns"`
	To      time.Duration `json:"to_ns"`
	Already bool          `json:"already"`
	Error   *Trouble      `json:"error,omitempty"`
}

// Trouble is a certification.Trouble.
type Trouble struct {
	Code    certification.Code  `json:"code"`
	Cause   certification.Cause `json:"cause"`
	Message string              `json:"message"`
	Hint    string              `json:"hint,omitempty"`
}

func troubleOf(err error) *Trouble {
	if err == nil {
		return nil
	}
	t := certification.TroubleOf(err)
	return &Trouble{t.Code, t.Cause, t.Error(), t.Hint}
}

// AsError is the trouble as it was; nil for none.
func (t *Trouble) AsError() error {
	if t == nil {
		return nil
	}
	return &certification.Trouble{Code: t.Code, Cause: t.Cause, Message: t.Message, Hint: t.Hint}
}

// End is the last line of a file: without it the file is not whole.
type End struct {
	Kind    string                `json:"kind"` // "end"
	Events  int                   `json:"events"`
	Verdict certification.Verdict `json:"verdict"`
	Cause   certification.Cause   `json:"cause,omitempty"`
	Code    certification.Code    `json:"code,omitempty"`
	Message string                `json:"message,omitempty"`
	// Incomplete says why not everything was recorded; "" if it was.
	Incomplete string `json:"incomplete,omitempty"`
}

// Body is a body of a request or answer: JSON as it is, text as a string, else
// base64.
type Body []byte

// MarshalJSON writes {"json": …}, {"text": …} or {"base64": …}.
func (b Body) MarshalJSON() ([]byte, error) {
	var form struct {
		JSON   json.RawMessage `json:"json,omitempty"`
		Text   *string         `json:"text,omitempty"`
		Base64 []byte          `json:"base64,omitempty"`
	}
	switch text := string(b); {
	case utf8.Valid(b) && compact(b):
		form.JSON = json.RawMessage(b)
	case utf8.Valid(b):
		form.Text = &text
	default:
		form.Base64 = b
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(form)
	return bytes.TrimRight(buf.Bytes(), "\n"), err
}

// compact tells whether JSON stays as it is, byte for byte, within JSON.
func compact(b []byte) bool {
	var buf bytes.Buffer
	return json.Compact(&buf, b) == nil && bytes.Equal(buf.Bytes(), b)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (b *Body) UnmarshalJSON(raw []byte) error {
	var form struct {
		JSON   json.RawMessage `json:"json"`
		Text   *string         `json:"text"`
		Base64 []byte          `json:"base64"`
	}
	if string(bytes.TrimSpace(raw)) == "null" {
		*b = nil
		return nil
	}
	if err := json.Unmarshal(raw, &form); err != nil {
		return err
	}
	switch {
	case form.JSON != nil:
		*b = Body(form.JSON)
	case form.Text != nil:
		*b = Body(*form.Text)
	default:
		*b = Body(form.Base64)
	}
	return nil
}

// Name is the name of an attempt's file.
func Name(id certification.AttemptID) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, id.Case)
	sum := sha256.Sum256([]byte(id.Case + "\x00" + id.Scenario))
	return fmt.Sprintf("%.60s-%s-%04d%s", plain, hex.EncodeToString(sum[:4]), id.N, Extension)
}

// check says what is wrong with an event.
func (e *Event) check(place int) error {
	switch {
	case e.At < -time.Hour || e.At > longest || e.Took < 0 || e.Took > longest:
		return errors.New("at_ns, took_ns: no attempt takes that long")
	}
	switch e.Kind {
	case KindHTTP:
		return e.checkHTTP(place)
	case KindPower:
		if e.Power == nil || e.Power.Socket == "" {
			return errors.New("power: is missing, or names no socket")
		}
		return e.Power.Error.check()
	case KindNetwork:
		if e.Network == nil {
			return errors.New("network: is missing")
		}
		return e.Network.Error.check()
	case KindLog:
		if e.Log == nil {
			return errors.New("log: is missing")
		}
		return e.Log.Error.check()
	}
	return fmt.Errorf("kind: %.20q is not known", e.Kind)
}

func (t *Trouble) check() error {
	if t != nil && t.Code == "" {
		return errors.New("error.code: is missing")
	}
	return nil
}

func (e *Event) checkHTTP(place int) error {
	switch {
	case e.Method == "" || !strings.HasPrefix(e.Path, "/"):
		return errors.New("method, path: a request has both, and the path begins with /")
	case e.Status != 0 && (e.Status < 200 || e.Status > 599):
		return fmt.Errorf("status: %d is none", e.Status)
	case e.Status == 0 && e.Failure == "":
		return errors.New("status, failure: one of the two is needed")
	case e.SameAs != nil && (*e.SameAs < 0 || *e.SameAs >= place):
		return fmt.Errorf("same_as: %d is no earlier event", *e.SameAs)
	}
	return nil
}

// longest is more than any attempt takes.
const longest = 48 * time.Hour
