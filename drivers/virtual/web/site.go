package web

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"ffscert/drivers/virtual/ui"
)

// site serves the page of one package to its Chromium, on loopback, under the
// hosts that are believable there.
type site struct {
	pkg     string
	phone   ui.Web
	density int
	server  *http.Server
	addr    string

	mu sync.Mutex
	// documents are the last ones that were made, the newest last: what is sent
	// from an older one is still understood.
	documents []*document
	served    string // version of the document that the tab shows; "" if none
	fields    map[string]string
	loads     int       // counts the times that a document was loaded
	typed     int       // number of the last keystroke that was taken from that document
	busy      time.Time // until when an answer is under way: the tab must not be navigated
	quiet     time.Time // when the last request was answered
}

// keptDocuments is how many documents are remembered.
const keptDocuments = 8

// answerTime is how long a browser may take from being redirected to asking for
// the next page.
const answerTime = 2 * time.Second

func newSite(pkg string, phone ui.Web, density int, certificate tls.Certificate) (*site, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &site{pkg: pkg, phone: phone, density: density, addr: ln.Addr().String(), fields: map[string]string{}}
	s.server = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		ErrorLog: log.New(io.Discard, "", 0)}
	go func() {
		_ = s.server.ServeTLS(ln, "", "") // ends when it is closed
	}()
	return s, nil
}

func (s *site) close() { _ = s.server.Close() }

// page is the page of the package now.
func (s *site) page() (ui.WebPage, bool) {
	for _, p := range s.phone.WebPages() {
		if p.Package == s.pkg {
			return p, true
		}
	}
	return ui.WebPage{}, false
}

// look makes the document of a page and remembers it.
func (s *site) look(p ui.WebPage) (*document, error) {
	d, err := render(p, s.density)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, old := range s.documents {
		if old.version == d.version {
			s.documents = append(append(s.documents[:i:i], s.documents[i+1:]...), d)
			return d, nil
		}
	}
	s.documents = append(s.documents, d)
	if len(s.documents) > keptDocuments {
		s.documents = s.documents[1:]
	}
	return d, nil
}

// maxForm bounds what a page may send, in bytes.
const maxForm = 256 << 10

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		s.mu.Lock()
		s.quiet = time.Now()
		s.mu.Unlock()
	}()
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	p, ok := s.page()
	if ok && !sameAddress(r, p.URL) && r.URL.Path == "/favicon.ico" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	switch {
	case !ok:
		s.plain(w, http.StatusOK, "Going back to the app.")
	case !sameAddress(r, p.URL):
		s.plain(w, http.StatusNotFound, "There is no such page.")
	case r.Method == http.MethodPost:
		s.post(w, r)
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		s.get(w, p)
	default:
		s.plain(w, http.StatusMethodNotAllowed, "That is not possible here.")
	}
}

// sameAddress tells whether a request is for the page at that address. Its
// parameters do not matter: there is one page.
func sameAddress(r *http.Request, address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	return host == u.Hostname() && r.URL.Path == u.Path
}

func (s *site) plain(w http.ResponseWriter, status int, says string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title></title></head><body><p>"+says+"</p></body></html>")
}

func (s *site) get(w http.ResponseWriter, p ui.WebPage) {
	d, err := s.look(p)
	if err != nil {
		s.plain(w, http.StatusInternalServerError, "The page cannot be shown.")
		return
	}
	s.mu.Lock()
	s.loads++
	load := strconv.Itoa(s.loads)
	s.served, s.busy, s.fields, s.typed = d.version, time.Time{}, map[string]string{}, 0
	p.Root.Walk(func(n *ui.Node) bool {
		if text, is := p.Fields[n.Key]; is && !n.Password {
			s.fields[n.Key] = text
		}
		return true
	})
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(bytes.Replace(d.html, []byte(`name="l" value=""`), []byte(`name="l" value="`+load+`"`), 1))
}

// post takes what was typed, or what was tapped: it does the same in the app.
func (s *site) post(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		status := http.StatusBadRequest
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			status = http.StatusRequestEntityTooLarge
		}
		s.plain(w, status, "That cannot be read.")
		return
	}
	fields, press, ok := s.understand(r.PostForm)
	if typed, err := strconv.Atoi(r.PostForm.Get("typed")); err == nil {
		if ok && s.newer(r.PostForm.Get("l"), typed) {
			s.phone.Submit(s.pkg, fields, "") // a field that has gone takes nothing
		}
		w.WriteHeader(http.StatusNoContent)
		return
	}
	to := ""
	if ok {
		s.mu.Lock()
		s.busy, s.typed = time.Now().Add(answerTime), math.MaxInt // what is still on its way is in the form
		s.mu.Unlock()
		if done, ok := s.phone.Submit(s.pkg, fields, press); ok {
			to = done.Redirect
		}
	}
	if to == "" {
		to = r.URL.RequestURI()
	}
	// An address of another scheme is none for http.Redirect.
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// newer tells whether a keystroke is of the document that is shown, and comes
// after those that were taken: they may overtake each other, and the next page.
func (s *site) newer(load string, n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if load != strconv.Itoa(s.loads) || n <= s.typed {
		return false
	}
	s.typed = n
	return true
}

// understand reads a form: fields and the tapped node, by their keys.
func (s *site) understand(form url.Values) (fields map[string]string, press string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var from *document
	for _, d := range s.documents {
		if d.version == form.Get("v") {
			from = d
		}
	}
	if from == nil {
		return nil, "", false
	}
	p, shown := map[string]string{}, from.keys
	for name, values := range form {
		if key, known := shown[name]; known && len(values) > 0 && from.fields[key] {
			p[key] = values[len(values)-1]
		}
	}
	for key, v := range p {
		s.fields[key] = v
	}
	return p, shown[form.Get("tap")], true
}
