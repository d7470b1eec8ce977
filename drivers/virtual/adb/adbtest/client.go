package adbtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Error is what Appium answered with.
type Error struct {
	Status  int
	Code    string `json:"error"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

// maxAnswer bounds what Appium may answer, in bytes.
const maxAnswer = 64 << 20

// Request sends a WebDriver command and reads its value into out, unless out
// is nil. A refusal is an *[Error].
func (r *Rig) Request(ctx context.Context, method, path string, body, out any) error {
	var payload io.Reader
	if body != nil || method == http.MethodPost {
		if body == nil {
			body = struct{}{}
		}
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, r.AppiumURL+path, payload)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := r.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var answer struct{ Value json.RawMessage }
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(&answer); err != nil {
		return fmt.Errorf("%s %s: status %d: %w", method, path, res.StatusCode, err)
	}
	if res.StatusCode != http.StatusOK {
		e := &Error{Status: res.StatusCode}
		if err := json.Unmarshal(answer.Value, e); err != nil {
			return fmt.Errorf("%s %s: status %d: %s", method, path, res.StatusCode, answer.Value)
		}
		return e
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, out)
}

// NewSession opens a session and gives its id and capabilities.
func (r *Rig) NewSession(ctx context.Context, caps map[string]any) (id string, got map[string]any, err error) {
	var v struct {
		SessionID    string         `json:"sessionId"`
		Capabilities map[string]any `json:"capabilities"`
	}
	body := map[string]any{"capabilities": map[string]any{"alwaysMatch": caps, "firstMatch": []any{map[string]any{}}}}
	err = r.Request(ctx, http.MethodPost, "/session", body, &v)
	return v.SessionID, v.Capabilities, err
}

// EndSessions ends the sessions on a phone, or all.
func (r *Rig) EndSessions(ctx context.Context, serial string) {
	if r.AppiumURL == "" {
		return
	}
	var list []struct {
		ID           string
		Capabilities map[string]any
	}
	if err := r.Request(ctx, http.MethodGet, "/appium/sessions", nil, &list); err != nil {
		return // nothing answers, nothing is to be ended
	}
	for _, s := range list {
		if serial == "" || s.Capabilities["udid"] == serial || s.Capabilities["appium:udid"] == serial {
			_ = r.Request(ctx, http.MethodDelete, "/session/"+s.ID, nil, nil)
		}
	}
}
