package act

import (
	"context"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// Fill puts text into an editable element, instead of what is in it. Sensitive
// text is kept out of every log.
func (h *Hand) Fill(ctx context.Context, text string, sensitive bool, path string, args ...string) error {
	e, err := h.Map.Element(path)
	if err != nil {
		return err
	}
	handle, _, err := h.hold(ctx, e, args)
	if err != nil {
		return err
	}
	h.Forget()
	if err := h.Phone.Clear(ctx, handle); err != nil {
		return err
	}
	return h.Phone.Type(ctx, handle, text, sensitive)
}

// Drag drags one finger down or up the middle of the screen, between two shares
// of its height, in percent.
func (h *Hand) Drag(ctx context.Context, tree *screen.Tree, from, to int) error {
	width, height := size(tree)
	if width <= 0 || height <= 0 {
		return h.trouble(certification.AppUnknownScreen, "nothing is on the screen", "see the picture of what was there")
	}
	h.Forget()
	x := width / 2
	return h.Phone.Swipe(ctx, drivers.Point{X: x, Y: height * from / 100}, drivers.Point{X: x, Y: height * to / 100}, 400*time.Millisecond)
}

// size is the screen's, or else that of the windows on it.
func size(tree *screen.Tree) (width, height int) {
	width, height = tree.Width, tree.Height
	if width > 0 && height > 0 {
		return width, height
	}
	for _, w := range tree.Windows {
		width, height = max(width, w.Bounds.X+w.Bounds.Width), max(height, w.Bounds.Y+w.Bounds.Height)
	}
	return width, height
}

// Scrolls tells whether anything on the screen can be scrolled.
func Scrolls(tree *screen.Tree) bool {
	scrolls := false
	tree.Each(func(n *screen.Node) bool {
		scrolls = n.Scrollable && n.Displayed
		return !scrolls
	})
	return scrolls
}
