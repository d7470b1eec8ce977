// Package paint paints the windows of the virtual phone to a picture, so that
// a report shows what a customer would have seen.
//
// It knows nothing of worlds, apps or touches: what it paints is in the nodes.
package paint

import (
	"image"

	"ffscert/drivers/virtual/ui"
)

// Screen is what there is to paint.
type Screen struct {
	Width, Height            int // pixels
	StatusBar, NavigationBar int // heights in pixels
	Density                  int // dots per inch
	Windows                  []Window
	Keyboard                 ui.Rect // where the soft keyboard is; empty if hidden
	Clock                    string  // shown in the status bar
	Off                      bool    // the screen is dark
}

// Window is a window and what lies behind its nodes.
type Window struct {
	Root       *ui.Node
	Background string // #rrggbb; "" leaves what is below
	Dim        bool   // what lies below is darkened
}

// Painter paints screens; it may be used from any goroutine.
type Painter struct{ fonts *typefaces }

// New makes a painter.
func New() *Painter { return &Painter{fonts: newTypefaces()} }

// Paint returns a picture of the screen's size.
func (p *Painter) Paint(s Screen) *image.RGBA {
	p.fonts.mu.Lock()
	defer p.fonts.mu.Unlock()
	c := newCanvas(s, p.fonts)
	c.screen(s)
	return c.img
}
