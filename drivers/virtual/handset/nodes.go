package handset

import (
	"strings"

	"ffscert/drivers/virtual/ui"
)

// node is the window as an accessibility service sees it: the frame that
// Android puts around every app, and the views that are visible in it.
func (w *window) node(h *Handset) *ui.Node {
	pkg := w.pkg
	group := func(key, class, id string, b ui.Rect, children ...*ui.Node) *ui.Node {
		return &ui.Node{Key: w.key + "!" + key, Class: class, Package: pkg, ResourceID: id, Bounds: b, Enabled: true, Displayed: true, Children: children}
	}
	inside := w.bounds
	if w.overlay == nil || w.overlay.Fullscreen {
		width, height := h.size()
		inside = ui.Rect{Right: width, Bottom: height - h.dp(navigationBarDP)}
	}
	content := group("content", "android.widget.FrameLayout", "android:id/content", inside)
	if n := w.root.node(pkg, h); n != nil {
		content.Children = []*ui.Node{n}
	}
	column := group("column", "android.widget.LinearLayout", "", inside, group("frame", "android.widget.FrameLayout", "", inside, content))
	root := group("root", "android.widget.FrameLayout", "", w.bounds, column)
	root.Unfocused = w.overlay != nil && w.overlay.Floating
	if w.overlay == nil {
		width, height := h.size()
		root.Children = append(root.Children,
			group("status", "android.view.View", "android:id/statusBarBackground", ui.Rect{Right: width, Bottom: h.dp(statusBarDP)}),
			group("navigation", "android.view.View", "android:id/navigationBarBackground", ui.Rect{Top: height - h.dp(navigationBarDP), Right: width, Bottom: height}))
	}
	return root
}

// node is nil for what lies outside of what scrolls.
func (v *view) node(pkg string, h *Handset) *ui.Node {
	if v.clip.Empty() {
		return nil
	}
	el := v.el
	n := &ui.Node{Key: v.key, Class: el.Class, Package: pkg, Text: v.text, ContentDesc: v.desc, ResourceID: el.ID, Hint: v.hint, Bounds: v.clip,
		Clickable: v.clickable(), LongClickable: len(el.LongPress) > 0 || el.Input != "", Checkable: el.Checkable, Checked: v.checked, Enabled: v.enabled,
		Scrollable: v.scrollable, Selected: v.selected, Password: el.Password, Displayed: true}
	if n.Class == "" {
		n.Class = "android.view.ViewGroup"
	}
	n.Focusable = n.Clickable || n.Scrollable
	n.Focused = el.Input != "" && v.env.page.focus == v.key
	if el.Password {
		n.Text = strings.Repeat("•", len([]rune(v.text)))
	}
	if el.Input != "" && n.Text == "" {
		// An empty text field shows its hint, and UiAutomator reports it as text.
		n.Text = v.hint
	}
	if l := el.Look; l != nil {
		n.Look = &ui.Look{Background: l.Background, Foreground: l.Foreground, TextSize: h.textSize(l.Size), Bold: l.Bold, Icon: v.icon,
			Border: l.Border, Radius: l.Radius, Align: l.Align, Caption: v.env.say(l.Caption)}
	} else {
		n.Look = &ui.Look{TextSize: h.textSize(0)}
	}
	n.Look.Frame = v.frame
	n.Look.Inner = ui.Rect{Left: v.frame.Left + h.dp(el.Pad.Left), Top: v.frame.Top + h.dp(el.Pad.Top),
		Right: v.frame.Right - h.dp(el.Pad.Right), Bottom: v.frame.Bottom - h.dp(el.Pad.Bottom)}
	for _, c := range v.children {
		if cn := c.node(pkg, h); cn != nil {
			n.Children = append(n.Children, cn)
		}
	}
	return n
}
