package network

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Request is the JSON body that [HTTP] posts.
type Request struct {
	Action    string    `json:"action"` // arrange or restore
	Situation Situation `json:"situation"`
	Testbed   string    `json:"testbed"`
}

// HTTP is an address of the user's that takes a [Request] as JSON by POST and
// answers with a status from 200 to 299 once it is done. With any other status,
// the body says why. Redirects are not followed.
type HTTP struct {
	URL     string
	Token   string // sent as a bearer token, if there is one
	Testbed string
	Timeout time.Duration // of one request; 0 means 2 min
}

// Arrange posts the request.
func (h HTTP) Arrange(ctx context.Context, s Situation) error { return h.post(ctx, actionArrange, s) }

// Restore posts the request.
func (h HTTP) Restore(ctx context.Context, s Situation) error { return h.post(ctx, actionRestore, s) }

func (h HTTP) post(ctx context.Context, action string, s Situation) error {
	limited, cancel := context.WithTimeout(ctx, or(h.Timeout, defaultTimeout))
	defer cancel()
	const hint = "see what listens at network.http of the configuration"
	body, err := json.Marshal(Request{action, s, h.Testbed})
	if err != nil {
		return failed(action, s, err, hint)
	}
	req, err := http.NewRequestWithContext(limited, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return failed(action, s, err, hint)
	}
	req.Header.Set("Content-Type", "application/json")
	if h.Token != "" {
		req.Header.Set("Authorization", "Bearer "+h.Token)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err // without the address, which may be nobody's business
		}
		if errors.Is(limited.Err(), context.DeadlineExceeded) {
			err = fmt.Errorf("no answer within %s", or(h.Timeout, defaultTimeout))
		}
		return failed(action, s, err, hint)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		err := fmt.Errorf("HTTP status %d", resp.StatusCode)
		if said := oneLine(string(text)); said != "" {
			err = fmt.Errorf("%w (%s)", err, said)
		}
		return failed(action, s, err, hint)
	}
	return nil
}
