package replay

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"ffscert/drivers/appium"
	"ffscert/drivers/recording"
)

// maxBody bounds a request.
const maxBody = 8 << 20

// requestOf is a request below an endpoint with that path.
func requestOf(method, path string, body []byte) request {
	path = strings.TrimRight(path, "/")
	if rest, ok := strings.CutPrefix(path, "/session/"); ok {
		_, below, deeper := strings.Cut(rest, "/")
		if path = recording.SessionPath; deeper {
			path += "/" + below
		}
	}
	return request{method, path, body}
}

// RoundTrip is the embedded door: a transport for the client, without a network
// in between. A request that brought no answer fails as it failed then, at once.
func (p *Player) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(io.LimitReader(r.Body, maxBody))
		r.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	a, err := p.ask(r.Context(), requestOf(r.Method, p.below(r.URL.EscapedPath()), body))
	if err != nil {
		return nil, err
	}
	if a.failure != "" {
		return nil, a.failure.Error(a.detail)
	}
	return &http.Response{Status: fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Body: io.NopCloser(bytes.NewReader(a.body)),
		ContentLength: int64(len(a.body)), Request: r}, nil
}

// below is a path below the endpoint that was recorded, which may have one.
func (p *Player) below(path string) string {
	for _, root := range []string{"/session", "/status"} {
		if i := strings.Index(path, root); i > 0 {
			return path[i:]
		}
	}
	return path
}

// ServeHTTP is the endpoint's door, at the root and below /wd/hub.
func (p *Player) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the request cannot be read", http.StatusBadRequest)
		return
	}
	a, err := p.ask(r.Context(), requestOf(r.Method, strings.TrimPrefix(r.URL.EscapedPath(), "/wd/hub"), body))
	switch {
	case err != nil:
		panic(http.ErrAbortHandler) // the client has gone, or the endpoint is closed
	case a.failure == appium.FailureTimeout:
		// Nothing came then: nothing comes now, until the client has had enough.
		_ = p.Clock.Sleep(r.Context(), longestSilence)
		panic(http.ErrAbortHandler)
	case a.failure != "":
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the client has gone if this fails; there is nobody to tell
}

// longestSilence is longer than any command's limit.
const longestSilence = 15 * time.Minute

// Serve opens the endpoint's door on a listener and returns at once; stop ends it.
func (p *Player) Serve(ln net.Listener) (endpoint string, stop func()) {
	srv := &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		srv.Serve(ln) // always returns an error; closing it is how it ends
	}()
	return "http://" + ln.Addr().String(), func() {
		p.Clock.Close() // wakes what waits
		srv.Close()
		<-done
	}
}
