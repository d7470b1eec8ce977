package paint

import (
	"image"
	"image/color"

	"ffscert/drivers/virtual/ui"
)

var (
	white = color.RGBA{255, 255, 255, 255}
	black = color.RGBA{A: 255}
)

const accent = "#0c7b93"

func (c *canvas) screen(s Screen) {
	all := c.img.Bounds()
	c.fill(all, black)
	if s.Off {
		return
	}
	under := color.RGBA{240, 240, 240, 255}
	for _, w := range s.Windows {
		if w.Dim {
			c.dim()
		}
		area := rectangle(w.Root.Bounds)
		if area == all && w.Background != "" {
			under = colour(w.Background)
			c.fill(all, under)
		} else if area.Min.Y <= s.StatusBar && area.Dx() == all.Dx() {
			under = background(w.Root)
			c.fill(all, under)
		}
		c.node(w.Root)
	}
	c.keyboard(rectangle(s.Keyboard))
	c.bars(s, under)
}

// background is the colour of the outermost node that has one.
func background(n *ui.Node) color.RGBA {
	found := white
	done := false
	n.Walk(func(n *ui.Node) bool {
		if !done && n.Look != nil && n.Look.Background != "" {
			found, done = colour(n.Look.Background), true
		}
		return !done
	})
	return found
}

func (c *canvas) node(n *ui.Node) {
	if l := n.Look; l != nil {
		frame, inner := rectangle(l.Frame), rectangle(l.Inner)
		if frame.Empty() {
			frame, inner = rectangle(n.Bounds), rectangle(n.Bounds)
		}
		clip := rectangle(n.Bounds)
		if l.Border != "" {
			c.round(frame, clip, c.dp(l.Radius), colour(l.Border))
			line := max(c.dp(1), 1) + 1
			fill := l.Background
			if fill == "" {
				fill = "#ffffff"
			}
			c.round(frame.Inset(line), clip, c.dp(l.Radius)-line, colour(fill))
		} else if l.Background != "" {
			c.round(frame, clip, c.dp(l.Radius), colour(l.Background))
		}
		if n.Selected {
			bar := image.Rect(frame.Min.X+frame.Dx()/4, frame.Min.Y, frame.Max.X-frame.Dx()/4, frame.Min.Y+c.dp(3))
			c.round(bar, clip, c.dp(1), colour(accent))
		}
		c.content(n, l, frame, inner, clip)
		if n.Focused {
			caret := image.Rect(inner.Min.X, frame.Max.Y-c.dp(4), inner.Max.X, frame.Max.Y-c.dp(2))
			c.fill(caret.Intersect(clip), colour(accent))
		}
	} else if n.Text != "" {
		area := rectangle(n.Bounds)
		c.text(n.Text, area, area, c.dp(16), false, "", black)
	}
	for _, child := range n.Children {
		c.node(child)
	}
}

// content paints a node's drawing and text; with both, the text stands below.
func (c *canvas) content(n *ui.Node, l *ui.Look, frame, inner, clip image.Rectangle) {
	size := 16
	if l.TextSize > 0 {
		size = l.TextSize
	}
	fore := black
	if l.Foreground != "" {
		fore = colour(l.Foreground)
	}
	if !n.Enabled {
		fore = color.RGBA{fore.R/2 + 110, fore.G/2 + 110, fore.B/2 + 110, 255}
	}
	text := n.Text
	if text == "" {
		text = l.Caption
	}
	if l.Icon != "" {
		place := inner
		if text != "" {
			lineHeight := int(float64(c.dp(size)) * lineSpacing * 1.2)
			place.Max.Y -= lineHeight
			inner.Min.Y = inner.Max.Y - lineHeight
		}
		c.icon(l.Icon, place, clip, fore, n.Checked, l.Background != "")
	}
	if text == "" || len(n.Children) > 0 {
		return
	}
	if n.Hint != "" && n.Text == n.Hint {
		fore = color.RGBA{150, 160, 170, 255}
	}
	c.text(text, inner, clip, c.dp(size), l.Bold, l.Align, fore)
}

// bars paints the status bar's clock and the buttons of the navigation bar.
func (c *canvas) bars(s Screen, under color.RGBA) {
	fore := black
	if int(under.R)+int(under.G)+int(under.B) < 380 {
		fore = white
	}
	top := image.Rect(c.dp(16), 0, s.Width-c.dp(16), s.StatusBar)
	c.text(s.Clock, top, c.img.Bounds(), c.dp(13), true, "", fore)
	c.text("VIRTUAL", top, c.img.Bounds(), c.dp(11), true, "end", fore)
	bottom := image.Rect(0, s.Height-s.NavigationBar, s.Width, s.Height)
	mid, side := bottom.Min.Y+bottom.Dy()/2, c.dp(16)
	for i, name := range []string{"nav-back", "nav-home", "nav-recents"} {
		x := s.Width * (2*i + 1) / 6
		c.icon(name, image.Rect(x-side/2, mid-side/2, x+side/2, mid+side/2), c.img.Bounds(), fore, false, false)
	}
}

// keyboard paints the soft keyboard.
func (c *canvas) keyboard(area image.Rectangle) {
	if area.Empty() {
		return
	}
	c.fill(area, color.RGBA{214, 220, 226, 255})
	rows := []string{"qwertyuiop", "asdfghjkl", "zxcvbnm", " "}
	h := area.Dy() / len(rows)
	for i, row := range rows {
		w := area.Dx() / 10
		x := area.Min.X + (area.Dx()-w*len(row))/2
		if row == " " {
			w = area.Dx() / 2
			x = area.Min.X + w/2
		}
		for _, r := range row {
			key := image.Rect(x, area.Min.Y+i*h, x+w, area.Min.Y+(i+1)*h).Inset(c.dp(3))
			c.round(key, area, c.dp(5), white)
			c.text(string(r), key, area, c.dp(18), false, "center", black)
			x += w
		}
	}
}
