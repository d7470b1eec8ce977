package appium

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// The largest answers that are read, in bytes.
const (
	maxSource = 64 << 20
	maxReply  = 16 << 20
)

// request is one command as it goes to the server.
type request struct {
	method, path string // path below the endpoint, escaped
	name         string // how the command is shown, without ids: "POST element"
	body         any    // nil for none
	limit        time.Duration
	most         int64    // of the answer, in bytes; 0 is maxReply
	secrets      []string // what of the body is shown nowhere
	sensitive    bool     // the server is asked not to log what is in it
}

// newClient has connections of its own, so that one phone's troubles are not
// another's.
func newClient() (*http.Transport, *http.Client) {
	t := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConns:        2,
		IdleConnTimeout:     60 * time.Second,
		ForceAttemptHTTP2:   true,
	}
	return t, &http.Client{Transport: t, CheckRedirect: redirect}
}

// redirect follows only what keeps the command as it is, on the same host.
func redirect(r *http.Request, via []*http.Request) error {
	if len(via) >= 5 || r.Method != via[0].Method || r.URL.Host != via[0].URL.Host {
		return http.ErrUseLastResponse
	}
	return nil
}

// send carries out one request and decodes its value into out, which may be
// nil. Errors are troubles.
func (p *Phone) send(ctx context.Context, r request, out any) error {
	if p.invalid != nil {
		return p.invalid
	}
	if err := ctx.Err(); err != nil {
		return interrupted(r, err)
	}
	n := p.commands.Add(1)
	began, at := time.Now(), p.options.Clock.Now()
	status, sent, got, err := p.exchange(ctx, r)
	took, lasted := time.Since(began), p.options.Clock.Now().Sub(at)
	var failure Failure
	var detail string
	if err != nil {
		failure, detail = failureKind(err), p.clean.message(bottom(err))
		err = p.transportTrouble(ctx, r, err)
	} else {
		err = p.decode(r, status, got, out)
	}
	p.options.Log.WithField("status", status).WithField("ms", took.Milliseconds()).Debug("webdriver: " + r.name)
	if p.options.Wire != nil {
		p.options.Wire(Exchange{N: n, At: at, Took: took, Lasted: lasted, Method: r.method, Path: r.path,
			Request: p.clean.bytes(sent, r.secrets...), Status: status, Response: p.clean.bytes(got, r.secrets...),
			Err: err, Failure: failure, Detail: detail})
	}
	return err
}

// errTooLong says that an answer was longer than is read.
var errTooLong = errors.New("the answer is too long")

func (p *Phone) exchange(ctx context.Context, r request) (status int, sent, got []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.limit)
	defer cancel()
	var body io.Reader
	if r.body != nil {
		if sent, err = marshal(r.body); err != nil {
			return 0, nil, nil, fmt.Errorf("cannot write the command: %w", err)
		}
		body = bytes.NewReader(sent)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, p.base.String()+r.path, body)
	if err != nil {
		return 0, sent, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "ffscert")
	if r.sensitive {
		// Appium ≥ 2.18, "Masking Sensitive Log Data".
		req.Header.Set("X-Appium-Is-Sensitive", "true")
	}
	if p.user != nil {
		password, _ := p.user.Password()
		req.SetBasicAuth(p.user.Username(), password)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return 0, sent, nil, err
	}
	defer resp.Body.Close()
	most := r.most
	if most == 0 {
		most = maxReply
	}
	got, err = io.ReadAll(io.LimitReader(resp.Body, most+1))
	if int64(len(got)) > most {
		return resp.StatusCode, sent, nil, errTooLong
	}
	return resp.StatusCode, sent, got, err
}

// marshal leaves < > & as they are: the same meaning, and easier to read in a record.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimRight(buf.Bytes(), "\n"), err
}

// do is send for a command of the session: it opens one if there is none, and
// forgets one that is lost.
func (p *Phone) do(ctx context.Context, r request, out any) error {
	s, err := p.opened(ctx)
	if err != nil {
		return err
	}
	r.path = s.path + r.path
	err = p.send(ctx, r, out)
	if lost := p.lost(err); lost != nil {
		p.forget(s, lost)
		return lost
	}
	return err
}

func (p *Phone) get(ctx context.Context, path, name string, limit time.Duration, out any) error {
	return p.do(ctx, request{method: http.MethodGet, path: path, name: "GET " + name, limit: limit}, out)
}

func (p *Phone) post(ctx context.Context, path, name string, limit time.Duration, body, out any) error {
	return p.do(ctx, request{method: http.MethodPost, path: path, name: "POST " + name, body: body, limit: limit}, out)
}
