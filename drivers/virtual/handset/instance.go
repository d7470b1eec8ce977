package handset

import (
	"slices"
	"time"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/world"
)

// instance is an app that runs.
type instance struct {
	model    *apps.Model
	pid      int
	pages    []*page // the one that is shown last; never empty
	overlays []*shown

	devices  []world.Device // the app's own copy of the account
	fetchDue time.Time      // when a fetch that is under way ends; zero if none is
	tick     time.Time      // when the app fetches by itself next

	animation animation
}

// page is a screen that was opened.
type page struct {
	name   string
	visit  int // counts the times that a page came to the front
	screen *apps.Screen
	device *world.Device // what the page is about; may be nil
	scroll map[string]int
	inputs map[string]string
	focus  string // the key of the node that has the input focus
	hidden bool   // the keyboard was put away; the focus stays
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
	if fresh {
		e := &env{h: h, in: in}
		for _, s := range m.Start {
			if s.When.Holds(e.field) {
				h.push(in, s.Screen, nil)
				break
			}
		}
		e.page = in.top()
		h.animate(in, 0, 0.04)
		h.run(e, m.OnStart)
	}
}

func (h *Handset) stop(pkg string) {
	if h.running[pkg] == nil {
		return
	}
	wasInFront := h.front().model.Package == pkg
	delete(h.running, pkg)
	h.recent = slices.DeleteFunc(h.recent, func(p string) bool { return p == pkg })
	if wasInFront {
		// Android shows the home screen then, not the app before.
		h.touch.swallow()
		h.start(h.home)
	}
}

// front is the app that is shown.
func (h *Handset) front() *instance { return h.running[h.recent[len(h.recent)-1]] }

func (in *instance) top() *page { return in.pages[len(in.pages)-1] }

// push opens a page.
func (h *Handset) push(in *instance, name string, device *world.Device) {
	h.visits++
	in.pages = append(in.pages, &page{name: name, visit: h.visits, screen: in.model.Screens[name], device: device,
		scroll: map[string]int{}, inputs: map[string]string{}})
	h.animate(in, 0.15, 0)
	h.run(&env{h: h, in: in, page: in.top()}, in.top().screen.OnOpen)
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
		in.devices, in.fetchDue = h.lab.Devices(), time.Time{}
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
	in, now := h.front(), h.clock.Now()
	if !in.fetchDue.IsZero() && !now.Before(in.fetchDue) {
		in.devices, in.fetchDue = h.lab.Devices(), time.Time{}
	}
	if every := in.model.Account.Every; every > 0 && !now.Before(in.tick) {
		in.devices = h.lab.Devices()
		in.tick = in.tick.Add((now.Sub(in.tick)/every + 1) * every)
		h.lookIn(in.tick.Sub(now))
	}
	if p := in.top(); len(p.screen.CloseWhen) > 0 && len(in.pages) > 1 && p.screen.CloseWhen.Holds((&env{h: h, in: in, page: p}).field) {
		h.reveal(in, len(in.pages)-2)
	}
	h.longPress(now)
}
