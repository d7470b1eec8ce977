package handset

import (
	"strconv"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/ui"
)

// view is an element as it is shown: its texts are filled in, its place known.
type view struct {
	el       *apps.Element
	env      *env
	key      string
	children []*view

	text, desc, hint, icon     string
	enabled, checked, selected bool

	w, h       int     // wanted size in pixels, without the margin
	frame      ui.Rect // the whole area
	clip       ui.Rect // the visible part of it
	content    int     // length of what scrolls, in pixels
	scrollable bool
}

// window is one window of the app in front, the lowest first.
type window struct {
	key        string
	name       string // of the overlay; "" is the page
	root       *view
	env        *env
	bounds     ui.Rect
	background string
	overlay    *apps.Overlay
	explicit   bool // opened by an action
	app        *instance
	pkg        string // of the nodes
}

// compose builds and lays out the windows of the app in front; there is at
// least one.
func (h *Handset) compose() []*window {
	in := h.front()
	m := &memo{}
	p := in.top()
	e := &env{h: h, in: in, page: p, parts: p.from, memo: m}
	w, ht := h.size()
	screen := ui.Rect{Right: w, Bottom: ht}
	prefix := in.model.Package + "/" + strconv.Itoa(in.pid) + "/"

	base := &window{key: h.pageKey(in), env: e, bounds: screen, background: in.model.Background, app: in, pkg: in.pkg()}
	base.root = h.build(e, p.screen.Body, base.key)
	list := []*window{base}
	add := func(prefix string, e *env, o *apps.Overlay, instance string, explicit bool) {
		win := &window{key: prefix + o.Name + "#" + instance, name: o.Name, env: e, bounds: screen, background: in.model.Background, overlay: o, explicit: explicit, app: in, pkg: in.pkg()}
		if o.Package != "" {
			win.pkg = o.Package
		}
		win.root = h.build(e, o.Body, win.key)
		list = append(list, win)
	}
	own := *e
	own.parts = nil
	for _, s := range in.overlays {
		add(prefix, &own, s.overlay, strconv.Itoa(s.visit), true)
	}
	for _, o := range in.model.Overlays {
		if len(o.When) > 0 && !o.Floating && o.When.Holds(e.field) {
			id := e.instanceOf(o)
			if away, ok := h.dismissed[overlay{in.model.Package, o.Name}]; !ok || away != id {
				add(prefix, &own, o, id, false)
			}
		}
	}
	for _, m := range h.dialogs {
		above := *e
		above.parts = m
		for _, o := range m.Overlays {
			if o.When.Holds(e.field) {
				add(m.Package+"/", &above, o, e.instanceOf(o), false)
			}
		}
	}
	dx, dy := h.moved(in)
	for i, win := range list {
		area := ui.Rect{Top: h.dp(statusBarDP), Right: w, Bottom: ht - h.dp(navigationBarDP)}
		if i == len(list)-1 && h.keyboardShownOn(p, list) {
			area.Bottom = min(area.Bottom, h.keyboardArea().Top)
		}
		if win.root == nil {
			win.root = h.build(e, &apps.Element{}, win.key)
		}
		if i < len(list)-1 {
			h.layout(win, area, 0, 0)
		} else {
			h.layout(win, area, dx, dy)
		}
	}
	return list
}

// pageKey is the key of the window of an app's page.
func (h *Handset) pageKey(in *instance) string {
	p := in.top()
	return in.model.Package + "/" + strconv.Itoa(in.pid) + "/" + p.name + "#" + strconv.Itoa(p.visit)
}

// build makes the view of an element, or nil if it is not there.
func (h *Handset) build(e *env, el *apps.Element, key string) *view {
	if !el.When.Holds(e.field) {
		return nil
	}
	if el.Use != "" {
		model := e.in.model
		if e.parts != nil {
			model = e.parts
		}
		part := model.Part(el)
		if part == nil {
			return nil
		}
		return h.build(e, part, key+"/"+el.Use)
	}
	v := &view{el: el, env: e, key: key,
		text: e.say(el.Text), desc: e.say(el.Desc), hint: e.say(el.Hint),
		enabled: el.Enabled.Holds(e.field), checked: len(el.Checked) > 0 && el.Checked.Holds(e.field),
		selected: len(el.Selected) > 0 && el.Selected.Holds(e.field)}
	if el.Input != "" {
		v.text = e.page.inputs[el.Input]
	}
	if el.Upper {
		v.text = cases.Upper(language.Make(e.h.cfg.Locale)).String(v.text)
	}
	if el.Look != nil {
		v.icon = apps.Fill(el.Look.Icon, e.field)
	}
	for i, c := range el.Children {
		childKey := key + "." + strconv.Itoa(i)
		if c.Repeat == "" {
			if cv := h.build(e, c, childKey); cv != nil {
				v.children = append(v.children, cv)
			}
			continue
		}
		for _, member := range e.members(c.Repeat) {
			if !c.Where.Holds(member.field) {
				continue
			}
			if cv := h.build(member, c, childKey+"["+member.id()+"]"); cv != nil {
				v.children = append(v.children, cv)
			}
		}
	}
	return v
}

// say is a text as the app shows it, in the phone's language.
func (e *env) say(text string) string {
	if text == "" {
		return ""
	}
	m, locale := e.in.model, e.h.cfg.Locale
	if e.parts != nil {
		m = e.parts
	}
	return apps.Fill(m.Say(locale, text), func(field string) string {
		if apps.ForPeople(field) {
			return m.Say(locale, e.field(field))
		}
		return e.field(field)
	})
}

// members are the environments of a list's members.
func (e *env) members(list string) []*env {
	var all []*env
	switch list {
	case "devices":
		for i := range e.in.devices {
			member := *e
			member.device = &e.in.devices[i]
			all = append(all, &member)
		}
	case "scopes":
		if e.h.auth != nil {
			for _, s := range e.h.auth.request.Shown {
				member := *e
				member.scope = s
				all = append(all, &member)
			}
		}
	case "launchable":
		for _, m := range e.h.models {
			if !m.Home && (!m.System || m.Icon != "") {
				member := *e
				member.icon = m
				all = append(all, &member)
			}
		}
	}
	return all
}

func (e *env) id() string {
	if e.icon != nil {
		return e.icon.Package
	}
	if e.scope != "" {
		return e.scope
	}
	if e.device != nil {
		return e.device.ID
	}
	return ""
}

// walk visits a view and everything below it.
func (v *view) walk(visit func(*view)) {
	visit(v)
	for _, c := range v.children {
		c.walk(visit)
	}
}

// find returns the view of that key, or nil.
func (v *view) find(key string) *view {
	var found *view
	v.walk(func(c *view) {
		if c.key == key {
			found = c
		}
	})
	return found
}

func (v *view) clickable() bool {
	if v.el.Clickable != nil {
		return *v.el.Clickable
	}
	return len(v.el.Tap) > 0 || v.el.Input != ""
}
