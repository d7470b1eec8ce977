// Package uiautomator is the UiAutomator2 server of the virtual phone: it looks
// at the accessibility tree of a ui.Handset, touches it, and speaks the HTTP
// protocol that the UiAutomator2 driver of Appium speaks to the server on a
// real phone. The behaviour follows appium-uiautomator2-server 10.6.6.
//
// It must not know of worlds, apps, adb or Appium sessions' capabilities beyond
// the package under test.
package uiautomator

import (
	"fmt"
	"net/http"
)

// Error is a W3C WebDriver error as the server answers it.
type Error struct {
	Status  int    // HTTP status
	Code    string // W3C error code
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// The codes that the server knows, with their HTTP status.
// Source: W3C WebDriver, "Errors"; the server's exceptions.
const (
	codeInvalidArgument = "invalid argument"
	codeInvalidSelector = "invalid selector"
	codeInvalidState    = "invalid element state"
	codeInvalidSession  = "invalid session id"
	codeNoSuchElement   = "no such element"
	codeNoSuchAlert     = "no such alert"
	codeStaleElement    = "stale element reference"
	codeUnknownCommand  = "unknown command"
	codeUnknownError    = "unknown error"
	codeNotCreated      = "session not created"
)

func fail(code, format string, args ...any) *Error {
	status := http.StatusInternalServerError
	switch code {
	case codeInvalidArgument, codeInvalidSelector, codeInvalidState:
		status = http.StatusBadRequest
	case codeInvalidSession, codeNoSuchElement, codeNoSuchAlert, codeStaleElement, codeUnknownCommand:
		status = http.StatusNotFound
	}
	return &Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

func noSuchElement() *Error {
	return fail(codeNoSuchElement, "An element could not be located on the page using the given search parameters")
}

func invalidSelector(format string, args ...any) *Error {
	return fail(codeInvalidSelector, format, args...)
}
