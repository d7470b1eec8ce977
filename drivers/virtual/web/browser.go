package web

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"ffscert/drivers/virtual/ui"
)

// browser is the Chromium of one package.
type browser struct {
	pkg     string
	hosts   []string
	began   int // process number of the app that showed a page last
	site    *site
	process *process
	cdp     *cdp
	said    string // the last complaint

	mu      sync.Mutex
	target  string
	session string
	pid     int           // of the app that shows the tab
	whole   chan struct{} // closed when the tab has loaded
	left    time.Time     // when the app was seen to show nothing any more
}

func (br *browser) alive() bool { return br.process != nil && br.process.alive() && br.cdp != nil }

// fit tells whether a browser can go on: it runs, and knows the hosts of the page;
// or it did not start or died while the same process of the app goes on, which
// has to do without then.
func (br *browser) fit(p ui.WebPage) bool {
	if !br.alive() {
		return br.began == p.PID
	}
	return !slices.ContainsFunc(hostsOf(p.URL), func(h string) bool { return !slices.Contains(br.hosts, h) })
}

// complain tells whether an error is another one than the last.
func (br *browser) complain(err error) bool {
	if br.said == err.Error() {
		return false
	}
	br.said = err.Error()
	return true
}

func (br *browser) close() {
	if br.cdp != nil {
		br.cdp.close()
	}
	if br.process != nil {
		br.process.end()
	}
	if br.cdp != nil {
		<-br.cdp.done
	}
	if br.site != nil {
		br.site.close()
	}
}

// show lets the tab show the app's page as it is now.
func (br *browser) show(ctx context.Context, p ui.WebPage) error {
	if !br.alive() {
		return nil // it was killed, and stays so until the app starts anew
	}
	d, err := br.site.look(p)
	if err != nil {
		return err
	}
	br.mu.Lock()
	target, pid := br.target, br.pid
	br.left, br.began = time.Time{}, p.PID
	br.mu.Unlock()
	if target != "" && pid != p.PID {
		br.shut(ctx)
		target = ""
	}
	if target == "" {
		return br.open(ctx, p)
	}
	now := time.Now()
	br.site.mu.Lock()
	stale := br.site.served != d.version && now.After(br.site.busy)
	br.site.mu.Unlock()
	if stale {
		return br.navigate(ctx, p.URL)
	}
	return br.fill(ctx, p, d)
}

// open opens the page in a tab of its own.
func (br *browser) open(ctx context.Context, p ui.WebPage) error {
	var made struct {
		TargetID string `json:"targetId"`
	}
	if err := br.cdp.call(ctx, "", "Target.createTarget", map[string]any{"url": "about:blank"}, &made); err != nil {
		return err
	}
	var attached struct {
		SessionID string `json:"sessionId"`
	}
	err := br.cdp.call(ctx, "", "Target.attachToTarget", map[string]any{"targetId": made.TargetID, "flatten": true}, &attached)
	if err != nil {
		return err
	}
	br.mu.Lock()
	br.target, br.session, br.pid = made.TargetID, attached.SessionID, p.PID
	br.mu.Unlock()
	if err := br.cdp.call(ctx, attached.SessionID, "Page.enable", nil, nil); err != nil {
		return err
	}
	return br.navigate(ctx, p.URL)
}

func (br *browser) navigate(ctx context.Context, address string) error {
	br.mu.Lock()
	session := br.session
	br.whole = make(chan struct{})
	br.mu.Unlock()
	br.site.mu.Lock()
	br.site.busy = time.Now().Add(answerTime)
	br.site.mu.Unlock()
	var got struct {
		ErrorText string `json:"errorText"`
	}
	if err := br.cdp.call(ctx, session, "Page.navigate", map[string]any{"url": address}, &got); err != nil {
		return err
	}
	if got.ErrorText != "" && got.ErrorText != "net::ERR_ABORTED" {
		return errors.New("the Chromium cannot load the page: " + got.ErrorText)
	}
	return nil
}

// fill puts into the document what was typed on the phone's own keyboard.
func (br *browser) fill(ctx context.Context, p ui.WebPage, d *document) error {
	wanted := map[string]string{}
	br.site.mu.Lock()
	for name, key := range d.keys {
		if text, ok := p.Fields[key]; ok && text != br.site.fields[key] {
			wanted[name], br.site.fields[key] = text, text
		}
	}
	br.site.mu.Unlock()
	br.mu.Lock()
	session, whole := br.session, br.whole
	br.mu.Unlock()
	if len(wanted) == 0 || whole == nil {
		return nil
	}
	select {
	case <-whole:
	case <-ctx.Done():
		return ctx.Err()
	}
	data, err := json.Marshal(wanted)
	if err != nil {
		return err
	}
	script := "(w=>{for(const n in w){const e=document.getElementsByName(n)[0];if(e&&e.value!==w[n]){e.value=w[n]}}})(" + string(data) + ")"
	return br.cdp.call(ctx, session, "Runtime.evaluate", map[string]any{"expression": script}, nil)
}

func (br *browser) loaded(session string) {
	br.mu.Lock()
	defer br.mu.Unlock()
	if session == br.session && br.whole != nil {
		select {
		case <-br.whole:
		default:
			close(br.whole)
		}
	}
}

// gone notes that the tab was closed or has crashed.
func (br *browser) gone(target string) {
	br.mu.Lock()
	defer br.mu.Unlock()
	if target == br.target {
		br.target, br.session, br.whole = "", "", nil
	}
}

// ready waits until the tab has loaded. It tells whether it has.
func (br *browser) ready(ctx context.Context) bool {
	if !br.alive() {
		return false
	}
	br.mu.Lock()
	whole := br.whole
	br.mu.Unlock()
	if whole == nil {
		return false
	}
	select {
	case <-whole:
		return true
	case <-br.process.done:
	case <-ctx.Done():
	}
	return false
}

// linger is how long a tab stays after its app has left the page: what the page
// was sent to can load, and whoever clicked hears that it did.
const linger = 400 * time.Millisecond

// leave closes the tab of an app that shows no page any more.
func (br *browser) leave(ctx context.Context) {
	if !br.alive() {
		return
	}
	now := time.Now()
	br.mu.Lock()
	open := br.target != ""
	if open && br.left.IsZero() {
		br.left = now
	}
	left := br.left
	br.mu.Unlock()
	if !open {
		return
	}
	br.site.mu.Lock()
	quiet := br.site.quiet
	br.site.mu.Unlock()
	if now.Sub(left) >= linger && now.Sub(quiet) >= linger {
		br.shut(ctx)
	}
}

// shut closes the tab.
func (br *browser) shut(ctx context.Context) {
	br.mu.Lock()
	target := br.target
	br.target, br.session, br.whole, br.left = "", "", nil, time.Time{}
	br.mu.Unlock()
	br.site.mu.Lock()
	br.site.served = ""
	br.site.mu.Unlock()
	if target != "" {
		// It may have gone by itself meanwhile.
		_ = br.cdp.call(ctx, "", "Target.closeTarget", map[string]any{"targetId": target}, nil)
	}
}
