package handset

import (
	"ffscert/drivers/virtual/ui"
)

// Key codes of android.view.KeyEvent.
const (
	keyHome    = 3
	keyBack    = 4
	keyDigit0  = 7
	keyDigit9  = 16
	keyPower   = 26
	keyA       = 29
	keyZ       = 54
	keyComma   = 55
	keyPeriod  = 56
	keySpace   = 62
	keyEnter   = 66
	keyDelete  = 67
	keyMinus   = 69
	keyAt      = 77
	keyEscape  = 111
	keyRecents = 187
	keySleep   = 223
	keyWakeUp  = 224

	metaShift = 1
)

// Key presses an Android key code; see [ui.Handset]. Keys that no app of the
// phone cares about do nothing.
func (h *Handset) Key(code, metaState int, long bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	switch code {
	case keyPower:
		h.awake = !h.awake
		return
	case keySleep:
		h.awake = false
		return
	case keyWakeUp:
		h.awake = true
		return
	}
	if !h.awake {
		return
	}
	if h.key(code) {
		return
	}
	if v := h.focused(); v != nil {
		name, inputs := v.el.Input, v.env.page.inputs
		if code == keyDelete {
			if r := []rune(inputs[name]); len(r) > 0 {
				inputs[name] = string(r[:len(r)-1])
			}
		} else if r := letter(code, metaState); r != 0 {
			inputs[name] += string(r)
		}
	}
}

// key handles what means something to the system. It reports whether it did.
func (h *Handset) key(code int) bool {
	switch code {
	case keyHome:
		h.start(h.home)
	case keyRecents:
		h.switchApp()
	case keyBack:
		h.back()
	case keyEnter, keyEscape:
		h.front().top().hidden = true
	default:
		return false
	}
	return true
}

// switchApp shows the overview of apps, which is the home screen here; pressed
// there once more, it brings back the app that was in front before.
func (h *Handset) switchApp() {
	if h.overview && len(h.recent) > 1 {
		last := h.recent[len(h.recent)-2]
		for _, m := range h.models {
			if m.Package == last {
				h.start(m)
				return
			}
		}
	}
	h.start(h.home)
	h.overview = true
}

func (h *Handset) back() {
	in := h.front()
	if h.keyboardShown() {
		in.top().hidden = true
		return
	}
	h.touch.swallow()
	all := h.compose()
	if top := all[len(all)-1]; top.overlay != nil {
		if len(top.overlay.Back) > 0 {
			h.act(top.overlay.Back)
		} else if top.explicit {
			h.closeOverlay(in)
		}
		return
	}
	if list := in.top().screen.Back; len(list) > 0 {
		h.act(list)
		return
	}
	h.pop(in)
}

func letter(code, meta int) rune {
	switch {
	case code >= keyDigit0 && code <= keyDigit9:
		return rune('0' + code - keyDigit0)
	case code >= keyA && code <= keyZ && meta&metaShift != 0:
		return rune('A' + code - keyA)
	case code >= keyA && code <= keyZ:
		return rune('a' + code - keyA)
	}
	return map[int]rune{keyComma: ',', keyPeriod: '.', keySpace: ' ', keyMinus: '-', keyAt: '@'}[code]
}

// SetText replaces or adds to the text of an editable node.
func (h *Handset) SetText(key, text string, replace bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	v := h.view(key)
	if v == nil || v.el.Input == "" || !v.enabled {
		return false
	}
	if !replace {
		text = v.env.page.inputs[v.el.Input] + text
	}
	v.env.page.inputs[v.el.Input] = text
	return true
}

// Focus gives a node the input focus; the keyboard comes up for it.
func (h *Handset) Focus(key string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	v := h.view(key)
	if v == nil || v.el.Input == "" || !v.enabled {
		return false
	}
	v.env.page.focus, v.env.page.hidden = key, false
	return true
}

// view is the view of that key in the window on top, if it is visible.
func (h *Handset) view(key string) *view {
	if !h.awake {
		return nil
	}
	all := h.compose()
	if v := all[len(all)-1].root.find(key); v != nil && !v.clip.Empty() {
		return v
	}
	return nil
}

func (h *Handset) focused() *view {
	if p := h.front().top(); p.focus != "" {
		return h.view(p.focus)
	}
	return nil
}

// KeyboardShown tells whether the soft keyboard is up.
func (h *Handset) KeyboardShown() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	return h.keyboardShown()
}

// HideKeyboard puts the keyboard away until a field is touched again; the
// field that has the focus keeps it.
func (h *Handset) HideKeyboard() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.front().top().hidden = true
}

func (h *Handset) keyboardShown() bool {
	if !h.awake || h.front().top().focus == "" {
		return false
	}
	all := h.compose()
	return h.keyboardShownOn(h.front().top(), all)
}

// keyboardShownOn tells whether the focus is in the window on top, and the
// keyboard was not put away.
func (h *Handset) keyboardShownOn(p *page, all []*window) bool {
	if p.focus == "" || p.hidden {
		return false
	}
	top := all[len(all)-1]
	return top.root != nil && top.root.find(p.focus) != nil
}

func (h *Handset) keyboardArea() ui.Rect {
	w, ht := h.size()
	bottom := ht - h.dp(navigationBarDP)
	return ui.Rect{Top: bottom - min(h.dp(keyboardDP), ht/2), Right: w, Bottom: bottom}
}
