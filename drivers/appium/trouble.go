package appium

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"ffscert/drivers"
	"ffscert/features/certification"
)

// interrupted says that the caller's context is done.
func interrupted(r request, err error) error {
	t := &certification.Trouble{Code: certification.ToolInterrupted, Cause: certification.CauseTool,
		Message: r.name + " was stopped", Err: err}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Code, t.Cause = certification.RigTimeout, certification.CauseRig
		t.Message = "the time was up before " + r.name + " was done"
	}
	return t
}

// transportTrouble is for a request that brought no answer.
func (p *Phone) transportTrouble(ctx context.Context, r request, err error) error {
	if ctx.Err() != nil {
		return interrupted(r, ctx.Err())
	}
	t := &certification.Trouble{Code: certification.RigServer, Cause: certification.CauseRig, Err: errors.New(p.clean.message(bottom(err)))}
	where := p.base.Host
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.Is(err, errTooLong):
		t.Message = fmt.Sprintf("%s: the Appium server's answer is longer than is accepted", r.name)
		t.Hint = "is the endpoint an Appium server?"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		t.Code = certification.RigTimeout
		t.Message = fmt.Sprintf("%s took longer than its limit of %s", r.name, r.limit)
		t.Hint = "is the phone's screen stuck, or the server overloaded? Limits are set by command_timeouts"
	case errors.As(err, &dns):
		t.Message = "the host of the Appium server is not known: " + where
		t.Hint = "check the endpoint in the configuration"
	default:
		t.Message = "the Appium server at " + where + " does not answer"
		t.Hint = "is it running? Try: curl " + p.base.String() + "/status"
	}
	return t
}

// bottom is the innermost error's text: what lies around it repeats the address.
func bottom(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}

func (p *Phone) nonsense(r request, status int, body []byte, why string) error {
	return &certification.Trouble{Code: certification.RigServer, Cause: certification.CauseRig,
		Message: fmt.Sprintf("%s: the Appium server's answer is %s", r.name, why),
		Hint:    "is the endpoint an Appium server, with its path (such as /wd/hub) if it has one?",
		Err:     &nonsenseError{p.clean.message(gist(status, body), r.secrets...)}}
}

// sign is what a server's words mean, whatever its code.
type sign struct {
	words string // in lower case
	code  certification.Code
	says  string
	hint  string
	ends  bool // the session is of no more use
}

// signs are words of Appium, its drivers and Selenium Grid, as they were seen
// on the wire or in their public sources. The first that fits counts.
var signs = []sign{
	{"instrumentation process is not running", certification.RigSession, "the automation on the phone has ended", "the next command opens a new session; if it happens again, see whether the phone restarts or runs out of memory", true},
	{"a session is either terminated or not started", certification.RigSession, "the session has ended", "", true},
	{"session timed out", certification.RigSession, "the session has ended: it was idle for too long", "raise newCommandTimeout or the Grid's session-timeout", true},
	{"could not proxy command to the remote server", certification.RigSession, "the automation on the phone does not answer any more", "the next command opens a new session", true},
	{"connection error", certification.RigSession, "the Grid has lost the node of the session", "see whether the node and its Appium server run", true},
	{"was not in the list of connected devices", certification.RigPhone, "the phone is not connected", "see `adb devices`, the cable, and USB debugging", true},
	{"could not find a connected android device", certification.RigPhone, "no phone is connected", "see `adb devices`, the cable, and USB debugging", true},
	{"device offline", certification.RigPhone, "the phone is offline", "plug it in again, or `adb reconnect`", true},
	{"device unauthorized", certification.RigPhone, "the phone has not allowed USB debugging from this computer", "confirm the question on the phone's screen", true},
	{"error: device", certification.RigPhone, "the phone is not connected", "see `adb devices`, the cable, and USB debugging", true},
	{"neither android_home nor android_sdk_root", certification.RigServer, "the Appium server does not find the Android SDK", "set ANDROID_HOME where the server is started", false},
	{"could not find a driver for automationname", certification.RigServer, "the Appium server has no UiAutomator2 driver", "appium driver install uiautomator2", false},
	{"no drivers with automationname", certification.RigServer, "the Appium server has no UiAutomator2 driver", "appium driver install uiautomator2", false},
	{"used to start the app doesn't exist", certification.RigPhone, "the app is not installed, or has no such activity", "install the app, and check package and activity in its screen map", false},
	{"could not start a new session", certification.RigSession, "the Grid has no place for the session", "see whether a node with the phone is up and free", false},
}

// serverTrouble is for an answer that is an error.
func (p *Phone) serverTrouble(r request, e *drivers.WebDriverError) error {
	t := &certification.Trouble{Cause: certification.CauseRig, Err: e}
	low := strings.ToLower(e.Message)
	if at := strings.Index(e.Message, StraySign); at >= 0 {
		t.Code, t.Cause = certification.ToolReplay, certification.CauseTool
		t.Message = "the attempt left its recording"
		t.Err = errors.New(strings.TrimLeft(e.Message[at+len(StraySign):], ": "))
		t.Hint = "see `ffscert explain " + string(certification.ToolReplay) + "`"
		p.stray(t)
		return t
	}
	for _, s := range signs {
		if strings.Contains(low, s.words) && e.Code != drivers.CodeNoSuchElement {
			t.Code, t.Message, t.Hint = s.code, s.says, s.hint
			if s.ends {
				t.Err = &endedError{e}
			}
			return t
		}
	}
	switch e.Code {
	case drivers.CodeNoSuchElement:
		t.Code, t.Cause = certification.AppElementMissing, certification.CauseAlexaApp
		t.Message = "nothing on the screen matches"
	case drivers.CodeStaleElement:
		t.Code, t.Cause = certification.AppElementMissing, certification.CauseAlexaApp
		t.Message = "the element has left the screen"
	case drivers.CodeNotInteractable, drivers.CodeInvalidElement, drivers.CodeMoveOutOfBounds, "element click intercepted":
		t.Code, t.Cause = certification.AppCovered, certification.CauseAlexaApp
		t.Message = "the element cannot be used now"
	case drivers.CodeInvalidSelector, drivers.CodeInvalidArgument:
		t.Code, t.Cause = certification.DefUnknownElement, certification.CauseDefinition
		t.Message = "the server does not understand what it is asked for"
		t.Hint = "check the locators of the screen map"
	case drivers.CodeInvalidSession:
		t.Code, t.Message = certification.RigSession, "the session is lost"
		t.Hint = "the next command opens a new one"
		t.Err = &endedError{e}
	case drivers.CodeNotCreated:
		t.Code, t.Message = certification.RigSession, "the Appium server refused the session"
		t.Hint = "see the server's log"
	case drivers.CodeTimeout, drivers.CodeScriptTimeout:
		t.Code, t.Message = certification.RigTimeout, "the Appium server gave up waiting"
	case drivers.CodeUnknownCommand, drivers.CodeUnknownMethod, drivers.CodeUnsupportedOp:
		t.Code, t.Message = certification.RigServer, "the Appium server does not know the command"
		t.Hint = "is the endpoint right, with its path (such as /wd/hub) if it has one? Is the UiAutomator2 driver current?"
	case drivers.CodeUnableCapture:
		t.Code, t.Message = certification.RigPhone, "the phone gives no picture of its screen"
		t.Hint = "some screens forbid it; the page source still works"
	default:
		t.Code, t.Message = certification.RigPhone, "the command failed on the phone"
	}
	switch {
	case e.Status == 401 || e.Status == 403 || e.Status == 407:
		t.Code, t.Message = certification.RigServer, "the Appium server wants credentials, or other ones"
		t.Hint = "give user and password in the endpoint (endpoint_env)"
	case e.Status >= 300 && e.Status < 400:
		t.Code, t.Message = certification.RigServer, "the Appium server sends to another address"
		t.Hint = "put that address into the configuration"
	case e.Status == 502 || e.Status == 503 || e.Status == 504:
		t.Code, t.Message = certification.RigServer, "what stands before the Appium server does not reach it"
		t.Hint = "see whether the server, or the Grid's node, runs"
	}
	return t
}

// endedError marks an error after which a session is of no more use.
type endedError struct{ err *drivers.WebDriverError }

func (e *endedError) Error() string { return e.err.Error() }
func (e *endedError) Unwrap() error { return e.err }
