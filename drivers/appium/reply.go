package appium

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"ffscert/drivers"
)

// answer is a body in the form of W3C or of the older JSON Wire Protocol. Of
// foreign fields only those are looked at that say something; a stacktrace,
// which Grids send as an array, is not one of them.
type answer struct {
	Value     json.RawMessage `json:"value"`
	Status    json.RawMessage `json:"status"`
	SessionID json.RawMessage `json:"sessionId"`
	// Some proxies put the error on top.
	Error   json.RawMessage `json:"error"`
	Message json.RawMessage `json:"message"`
}

// wireCodes are the numbers of the JSON Wire Protocol.
var wireCodes = map[int]string{
	6: drivers.CodeInvalidSession, 7: drivers.CodeNoSuchElement, 9: drivers.CodeUnknownCommand, 10: drivers.CodeStaleElement,
	11: drivers.CodeNotInteractable, 12: drivers.CodeInvalidElement, 13: drivers.CodeUnknownError, 21: drivers.CodeTimeout,
	23: drivers.CodeNoSuchWindow, 26: drivers.CodeUnexpectedAlert, 27: drivers.CodeNoSuchAlert, 28: drivers.CodeScriptTimeout,
	32: drivers.CodeInvalidSelector, 33: drivers.CodeNotCreated, 34: drivers.CodeMoveOutOfBounds,
	35: drivers.CodeNoSuchContext, 60: drivers.CodeNotInteractable, 61: drivers.CodeInvalidArgument,
}

// nonsenseError says that an answer is not one of a WebDriver server.
type nonsenseError struct{ what string }

func (e *nonsenseError) Error() string { return e.what }

// decode judges an answer and reads its value into out.
func (p *Phone) decode(r request, status int, body []byte, out any) error {
	a, failure := read(status, body)
	if failure != nil {
		failure.Command = r.name
		failure.Message = p.clean.message(failure.Message, r.secrets...)
		return p.serverTrouble(r, failure)
	}
	if a == nil {
		if len(bytes.TrimSpace(body)) == 0 && (r.method == http.MethodDelete || status == http.StatusNoContent) && out == nil {
			return nil
		}
		return p.nonsense(r, status, body, "not JSON")
	}
	if out == nil {
		return nil
	}
	if whole, ok := out.(*answer); ok {
		*whole = *a
		return nil
	}
	// JSON's null leaves what it is read into as it was: an app's state would
	// become "not installed".
	if _, nullable := out.(*plain); !nullable && string(bytes.TrimSpace(a.Value)) == "null" {
		return p.nonsense(r, status, body, "null")
	}
	if err := json.Unmarshal(a.Value, out); err != nil {
		return p.nonsense(r, status, body, "not of the expected form: "+shapeOf(err))
	}
	return nil
}

// read tells apart what a body says: an answer, a failure, or neither (both nil).
func read(status int, body []byte) (*answer, *drivers.WebDriverError) {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		if status >= 200 && status < 300 {
			return nil, nil
		}
		return nil, &drivers.WebDriverError{Status: status, Code: codeOfStatus(status), Message: gist(status, body)}
	}
	if len(a.Value) == 0 {
		a.Value = json.RawMessage("null")
	}
	number := wireStatus(a.Status)
	if status >= 200 && status < 300 && number == 0 && !isError(a.Value) {
		return &a, nil
	}
	return nil, failureOf(status, number, a, body)
}

// errorValue is what both protocols say in an error; a field of another type is no field.
type errorValue struct {
	Error   json.RawMessage `json:"error"`
	Message json.RawMessage `json:"message"`
}

func failureOf(status, number int, a answer, body []byte) *drivers.WebDriverError {
	f := &drivers.WebDriverError{Status: status}
	var v errorValue
	_ = json.Unmarshal(a.Value, &v) // an error without an object has no code
	f.Code = firstOf(text(v.Error), text(a.Error))
	f.Message = firstOf(text(v.Message), text(a.Message), text(a.Value))
	if f.Code == "" || !known(f.Code) {
		if f.Message == "" {
			f.Message = f.Code
		}
		f.Code = codeOfStatus(status)
		if c, ok := wireCodes[number]; ok {
			f.Code = c
		}
	}
	if f.Message == "" {
		f.Message = gist(status, body)
	}
	return f
}

// isError tells whether a value is an error although the status denies it.
func isError(value json.RawMessage) bool {
	if !bytes.HasPrefix(bytes.TrimSpace(value), []byte("{")) {
		return false
	}
	var v struct {
		Error      json.RawMessage `json:"error"`
		Message    json.RawMessage `json:"message"`
		Stacktrace json.RawMessage `json:"stacktrace"`
	}
	return json.Unmarshal(value, &v) == nil && known(text(v.Error)) && v.Message != nil
}

func known(code string) bool {
	switch code {
	case drivers.CodeNoSuchElement, drivers.CodeStaleElement, drivers.CodeInvalidSession, drivers.CodeNotCreated,
		drivers.CodeUnknownCommand, drivers.CodeInvalidSelector, drivers.CodeNotInteractable, drivers.CodeUnknownError,
		drivers.CodeUnableCapture, drivers.CodeUnsupportedOp, drivers.CodeScriptTimeout, drivers.CodeInvalidArgument,
		drivers.CodeNoSuchAlert, drivers.CodeNoSuchContext, drivers.CodeUnexpectedAlert, drivers.CodeInvalidElement,
		drivers.CodeMoveOutOfBounds, drivers.CodeTimeout, drivers.CodeUnknownMethod, drivers.CodeNoSuchWindow,
		"javascript error", "element click intercepted", "no such frame", "no such cookie", "insecure certificate",
		"invalid cookie domain", "unable to set cookie", "detached shadow root", "no such shadow root":
		return true
	}
	return false
}

// codeOfStatus is the code for an answer that gives none.
func codeOfStatus(status int) string {
	switch status {
	case http.StatusNotFound:
		return drivers.CodeUnknownCommand
	case http.StatusMethodNotAllowed:
		return drivers.CodeUnknownMethod
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		return drivers.CodeTimeout
	}
	return drivers.CodeUnknownError
}

func wireStatus(raw json.RawMessage) int {
	var n int
	if json.Unmarshal(raw, &n) != nil {
		return 0
	}
	return n
}

func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// gist is what a body without JSON says: the words of a gateway's page.
func gist(status int, body []byte) string {
	head := fmt.Sprintf("HTTP %d %s", status, http.StatusText(status))
	words := strings.TrimSpace(withoutTags(string(body[:min(len(body), 4096)])))
	if words == "" {
		return head + ", without a word"
	}
	return head + ": " + words
}

func withoutTags(s string) string {
	var b strings.Builder
	for s != "" {
		open := strings.IndexByte(s, '<')
		if open < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:open] + " ")
		end := strings.IndexByte(s[open:], '>')
		if end < 0 {
			break
		}
		s = s[open+end+1:]
	}
	return b.String()
}

// shapeOf says what a JSON value is that should have been another.
func shapeOf(err error) string {
	var te *json.UnmarshalTypeError
	if errors.As(err, &te) {
		return te.Value + " instead of " + te.Type.Kind().String()
	}
	return "it cannot be read"
}
