package drivers

import "errors"

// WebDriverError is what a W3C endpoint answered instead of a value.
// Source: W3C WebDriver, "Errors".
type WebDriverError struct {
	Status  int    // the HTTP status
	Code    string // the W3C error code, such as "no such element"; "unknown error" if it gave none
	Message string // at most a few hundred characters, made harmless for a terminal
	Command string // the command that was sent, such as "POST element"
}

func (e *WebDriverError) Error() string {
	return e.Command + ": " + e.Code + ": " + e.Message
}

// The W3C codes that callers decide on.
const (
	CodeNoSuchElement   = "no such element"
	CodeStaleElement    = "stale element reference"
	CodeInvalidSession  = "invalid session id"
	CodeNotCreated      = "session not created"
	CodeUnknownCommand  = "unknown command"
	CodeInvalidSelector = "invalid selector"
	CodeNotInteractable = "element not interactable"
	CodeUnknownError    = "unknown error"
	CodeUnableCapture   = "unable to capture screen"
	CodeUnsupportedOp   = "unsupported operation"
	CodeScriptTimeout   = "script timeout"
	CodeInvalidArgument = "invalid argument"
	CodeNoSuchAlert     = "no such alert"
	CodeNoSuchContext   = "no such context"
	CodeUnexpectedAlert = "unexpected alert open"
	CodeInvalidElement  = "invalid element state"
	CodeMoveOutOfBounds = "move target out of bounds"
	CodeTimeout         = "timeout"
	CodeUnknownMethod   = "unknown method"
	CodeNoSuchWindow    = "no such window"
)

func hasCode(err error, code string) bool {
	var e *WebDriverError
	return errors.As(err, &e) && e.Code == code
}

// NoSuchElement tells whether err says that nothing matched.
func NoSuchElement(err error) bool { return hasCode(err, CodeNoSuchElement) }

// StaleElement tells whether err says that the element has gone.
func StaleElement(err error) bool { return hasCode(err, CodeStaleElement) }

// SessionLost tells whether err says that the session is gone.
func SessionLost(err error) bool { return hasCode(err, CodeInvalidSession) }
