package handset

import (
	"slices"
	"time"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/world"
)

// instance is an app that runs.
type instance struct {
	model      *apps.Model
	pid        int
	pages      []*page // the one that is shown last; never empty
	overlays   []*shown
	authID     string // of the last request to Amazon; "" if there was none
	authResult string // what came of it; "" while it is open
	as         string // another package that its windows say they are of; "" is its own

	devices  []world.Device // the app's own copy of the account
	fetchDue time.Time      // when a fetch that is under way ends; zero if none is
	tick     time.Time      // when the app fetches by itself next

	animation animation
}

// page is a screen that was opened.
type page struct {
	name   string
	from   *apps.Model // whose screen it is: another app's, such as a page of Amazon's; nil is the app's own
	visit  int         // counts the times that a page came to the front
	screen *apps.Screen
	device *world.Device // what the page is about; may be nil
	scroll map[string]int
	inputs map[string]string
	// address is that of a page of the web; "" if nobody gave it.
	address string
	focus   string // the key of the node that has the input focus
	hidden  bool   // the keyboard was put away; the focus stays
}

// shown is an overlay that was opened by an action.
type shown struct {
	overlay *apps.Overlay
	visit   int
}

// animation is a page that slides in: taps are swallowed, and bounds move.
type animation struct {
	start, end time.Time
	dx, dy     float64 // where it comes from, as a share of the screen
}

// start brings an app to the front, starting it if it does not run.
func (h *Handset) start(m *apps.Model) {
	if h.auth != nil && m.Package == h.auth.caller && !h.auth.embedded() {
		h.endAuthorization(cancelled) // its user came back without an answer
	}
	h.overview = false
	in := h.running[m.Package]
	fresh := in == nil
	if fresh {
		h.lastPID += 7
		in = &instance{model: m, pid: h.lastPID}
		h.running[m.Package] = in
		if m.Account.Every > 0 {
			in.tick = h.clock.Now().Add(m.Account.Every)
			h.lookIn(m.Account.Every)
		}
	}
	if len(h.recent) == 0 || h.recent[len(h.recent)-1] != m.Package {
		h.recent = slices.DeleteFunc(h.recent, func(p string) bool { return p == m.Package })
		h.recent = append(h.recent, m.Package)
		h.touch.swallow()
		if !fresh {
			h.visits++
			in.top().visit = h.visits
			h.animate(in, 0, 0.04)
		}
	}
	if !fresh {
		h.closePages(in)
	}
	if fresh {
		h.push(in, h.startScreen(in), nil)
		e := &env{h: h, in: in, page: in.top()}
		h.animate(in, 0, 0.04)
		h.run(e, m.OnStart)
	}
}

// startScreen is the name of the screen that an app shows first.
func (h *Handset) startScreen(in *instance) string { return h.startScreenOf(in, in.model) }

// startScreenOf is the screen of the model m that an app shows first.
func (h *Handset) startScreenOf(in *instance, m *apps.Model) string {
	e := &env{h: h, in: in}
	for _, s := range m.Start {
		if s.When.Holds(e.field) {
			return s.Screen
		}
	}
	return m.Start[len(m.Start)-1].Screen
}

// end takes an app's process away, and with it what it asked for. Somebody
// else must come to the front.
func (h *Handset) end(pkg string) {
	if h.auth != nil && h.auth.caller == pkg {
		h.auth = nil
	}
	if h.auth != nil && h.auth.browser == pkg {
		h.settleAuthorization(cancelled)
	}
	delete(h.running, pkg)
	h.recent = slices.DeleteFunc(h.recent, func(p string) bool { return p == pkg })
}

func (h *Handset) stop(pkg string) {
	if h.running[pkg] == nil {
		return
	}
	wasInFront := h.front().model.Package == pkg
	h.end(pkg)
	if wasInFront {
		// Android shows the home screen then, not the app before.
		h.touch.swallow()
		h.start(h.home)
	}
}

// front is the app that is shown.
func (h *Handset) front() *instance { return h.running[h.recent[len(h.recent)-1]] }

// pkg is the package that the app's windows say they are of.
func (in *instance) pkg() string {
	if in.as != "" {
		return in.as
	}
	return in.model.Package
}

func (in *instance) top() *page { return in.pages[len(in.pages)-1] }

// push opens a page.
func (h *Handset) push(in *instance, name string, device *world.Device) {
	h.pushFrom(in, nil, name, device)
}

// pushFrom opens a page that is another app's, if from is not nil.
func (h *Handset) pushFrom(in *instance, from *apps.Model, name string, device *world.Device) {
	h.visits++
	m := in.model
	if from != nil {
		m = from
	}
	in.pages = append(in.pages, &page{name: name, from: from, visit: h.visits, screen: m.Screens[name], device: device,
		scroll: map[string]int{}, inputs: map[string]string{}})
	h.animate(in, 0.15, 0)
	h.run(&env{h: h, in: in, page: in.top(), parts: from}, in.top().screen.OnOpen)
}

// reveal shows the page at index i again.
func (h *Handset) reveal(in *instance, i int) {
	in.pages = in.pages[:i+1]
	h.visits++
	in.top().visit, in.top().focus = h.visits, ""
	h.animate(in, -0.15, 0)
}

func (h *Handset) animate(in *instance, dx, dy float64) {
	if h.profile.Animations && in.model.Transition > 0 {
		now := h.clock.Now()
		in.animation = animation{now, now.Add(in.model.Transition), dx, dy}
	}
}

// moved is how far the top window is from its place, in pixels.
func (h *Handset) moved(in *instance) (dx, dy int) {
	now, a := h.clock.Now(), in.animation
	if !now.Before(a.end) {
		return 0, 0
	}
	left := float64(a.end.Sub(now)) / float64(a.end.Sub(a.start))
	left *= left // fast at first, slow at the end
	w, ht := h.size()
	return int(a.dx * left * float64(w)), int(a.dy * left * float64(ht))
}

func (h *Handset) animating(in *instance) bool { return h.clock.Now().Before(in.animation.end) }

// fetch asks for the account's devices.
func (h *Handset) fetch(in *instance) {
	if !h.profile.Animations || in.model.Account.Takes <= 0 {
		in.devices, in.fetchDue = h.account(in.model), time.Time{}
		return
	}
	if in.fetchDue.IsZero() {
		in.fetchDue = h.clock.Now().Add(in.model.Account.Takes)
		h.lookIn(in.model.Account.Takes)
	}
}

// scheduler is a clock that can call at a time, as that of the lab can.
type scheduler interface {
	AfterFunc(d time.Duration, fn func(now time.Time)) (cancel func())
}

// lookIn lets happen what becomes due in d at its own time, not only at the
// next look, if the clock can do that: a list that was fetched shows the
// account as it was when it was fetched.
func (h *Handset) lookIn(d time.Duration) {
	if c, ok := h.clock.(scheduler); ok {
		c.AfterFunc(d, func(time.Time) {
			h.mu.Lock()
			defer h.mu.Unlock()
			if !h.closed {
				h.settle()
			}
		})
	}
}

// settle lets happen what is due.
func (h *Handset) settle() {
	h.crash()
	in, now := h.front(), h.clock.Now()
	if !in.fetchDue.IsZero() && !now.Before(in.fetchDue) {
		in.devices, in.fetchDue = h.account(in.model), time.Time{}
	}
	if every := in.model.Account.Every; every > 0 && !now.Before(in.tick) {
		in.devices = h.account(in.model)
		in.tick = in.tick.Add((now.Sub(in.tick)/every + 1) * every)
		h.lookIn(in.tick.Sub(now))
	}
	h.closePages(in)
	h.takeAway(now)
	h.remind()
	h.longPress(now)
}

// closePages closes the pages whose time is over; the first page gives way to
// a start screen.
func (h *Handset) closePages(in *instance) {
	for {
		p := in.top()
		if len(p.screen.CloseWhen) == 0 || !p.screen.CloseWhen.Holds((&env{h: h, in: in, page: p, parts: p.from}).field) {
			return
		}
		if len(in.pages) > 1 {
			in.overlays = nil
			h.reveal(in, len(in.pages)-2)
			continue
		}
		name := h.startScreen(in)
		if name != p.name {
			in.overlays, in.pages = nil, nil
			h.push(in, name, nil)
		}
		return
	}
}

// overlay names an overlay that shows itself. That it was put away outlasts
// the app's process: a customer is told the same news once.
type overlay struct{ pkg, name string }

// dismiss puts such an overlay away.
func (h *Handset) dismiss(in *instance, name string) {
	if o, ok := in.model.Overlay(name); ok {
		h.dismissed[overlay{in.model.Package, name}] = (&env{h: h, in: in, page: in.top()}).instanceOf(o)
	}
}

// remind forgets that an overlay was put away, once there is another reason to
// show it, or none.
func (h *Handset) remind() {
	for at, shown := range h.dismissed {
		m := h.model(at.pkg)
		in := h.running[at.pkg]
		if in == nil {
			in = &instance{model: m}
		}
		e := &env{h: h, in: in}
		if o, ok := m.Overlay(at.name); !ok || !o.When.Holds(e.field) || e.instanceOf(o) != shown {
			delete(h.dismissed, at)
		}
	}
}

func (e *env) instanceOf(o *apps.Overlay) string {
	if o.Instance == "" {
		return ""
	}
	return e.field(o.Instance)
}
