package paint_test

import (
	"image"
	"image/color"
	"strings"
	"sync"
	"testing"

	"ffscert/drivers/virtual/paint"
	"ffscert/drivers/virtual/ui"
)

func screen(nodes ...*ui.Node) paint.Screen {
	all := ui.Rect{Right: 540, Bottom: 1170}
	return paint.Screen{Width: 540, Height: 1170, StatusBar: 32, NavigationBar: 63, Density: 210, Clock: "12:00",
		Windows: []paint.Window{{Background: "#ffffff", Root: &ui.Node{Bounds: all, Children: nodes}}}}
}

func leaf(text string, look ui.Look, r ui.Rect) *ui.Node {
	look.Frame, look.Inner = r, r
	return &ui.Node{Text: text, Bounds: r, Enabled: true, Look: &look}
}

// ink counts the pixels of an area that are not white.
func ink(img *image.RGBA, r ui.Rect) int {
	n := 0
	for y := r.Top; y < r.Bottom; y++ {
		for x := r.Left; x < r.Right; x++ {
			if img.RGBAAt(x, y) != (color.RGBA{255, 255, 255, 255}) {
				n++
			}
		}
	}
	return n
}

func TestWhatIsSeen(t *testing.T) {
	area := ui.Rect{Left: 100, Top: 200, Right: 400, Bottom: 260}
	p := paint.New()
	for _, c := range []struct {
		name string
		node *ui.Node
		ink  bool
	}{
		{"nothing", leaf("", ui.Look{}, area), false},
		{"latin", leaf("First light", ui.Look{}, area), true},
		{"cjk", leaf("寝室の明かり", ui.Look{}, area), true},
		{"no font has it", leaf("🎉", ui.Look{}, area), true},
		{"hostile", leaf("\x00\u202e\uffff"+strings.Repeat("x", 100000), ui.Look{}, area), true},
		{"plate", leaf("", ui.Look{Background: "#0c7b93", Radius: 12}, area), true},
		{"border", leaf("", ui.Look{Border: "#0c7b93", Radius: 12}, area), true},
		{"icon", leaf("", ui.Look{Icon: "plug"}, area), true},
		{"unknown icon", leaf("", ui.Look{Icon: "nothing of the kind"}, area), true},
		{"no look", &ui.Node{Text: "plain", Bounds: area}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			img := p.Paint(screen(c.node))
			if got := ink(img, area) > 0; got != c.ink {
				t.Fatalf("ink: %v", got)
			}
			if ink(img, ui.Rect{Left: 0, Top: 300, Right: 540, Bottom: 1000}) > 0 {
				t.Fatal("painted outside of the node")
			}
		})
	}
}

func TestOnlyTheVisiblePartIsPainted(t *testing.T) {
	n := leaf("XXXXXXXX\nXXXXXXXX\nXXXXXXXX", ui.Look{Background: "#0c7b93", Radius: 9, Border: "#000000", Icon: "light"}, ui.Rect{Left: 50, Top: 200, Right: 400, Bottom: 400})
	n.Bounds.Bottom = 280
	img := paint.New().Paint(screen(n))
	if ink(img, ui.Rect{Left: 0, Top: 280, Right: 540, Bottom: 1000}) > 0 {
		t.Fatal("what is scrolled out is painted")
	}
	if ink(img, n.Bounds) == 0 {
		t.Fatal("the visible part is not painted")
	}
}

func TestSwitchShowsItsState(t *testing.T) {
	area := ui.Rect{Left: 100, Top: 200, Right: 300, Bottom: 300}
	p := paint.New()
	off := leaf("", ui.Look{Icon: "switch"}, area)
	on := leaf("", ui.Look{Icon: "switch"}, area)
	on.Checked = true
	a, b := p.Paint(screen(off)), p.Paint(screen(on))
	if string(a.Pix) == string(b.Pix) {
		t.Fatal("on and off look the same")
	}
}

func TestMeasure(t *testing.T) {
	p := paint.New()
	short, w, h := p.Measure("Hello", 40, false, 0)
	if len(short) != 1 || w < 60 || w > 160 || h < 40 {
		t.Fatalf("%q %d %d", short, w, h)
	}
	if _, bold, _ := p.Measure("Hello", 40, true, 0); bold <= w {
		t.Error("bold is no wider")
	}
	if _, wide, _ := p.Measure("日本語", 40, false, 0); wide < 100 {
		t.Errorf("three wide letters are %d pixels wide", wide)
	}
	lines, width, _ := p.Measure("one two three four five six seven", 40, false, 300)
	if len(lines) < 2 || width > 300 || strings.Join(lines, " ") != "one two three four five six seven" {
		t.Errorf("%q %d", lines, width)
	}
	lines, width, _ = p.Measure(strings.Repeat("x", 200), 40, false, 300)
	if width > 300 || strings.Join(lines, "") != strings.Repeat("x", 200) {
		t.Errorf("a long word: %d lines, %d pixels", len(lines), width)
	}
	again, _, _ := p.Measure(strings.Repeat("x", 200), 40, false, 300)
	if strings.Join(again, "|") != strings.Join(lines, "|") {
		t.Errorf("measured again: %q", again)
	}
	if _, narrow, _ := p.Measure(strings.Repeat("x", 200), 40, false, 150); narrow > 150 {
		t.Errorf("with less room it is %d pixels wide", narrow)
	}
	if _, small, _ := p.Measure("Hello", 20, false, 0); small >= w {
		t.Errorf("half the size is %d pixels wide", small)
	}
	if lines, _, _ = p.Measure("x", 40, false, 1); len(lines) != 1 {
		t.Errorf("no room: %q", lines)
	}
}

func TestDarkScreen(t *testing.T) {
	s := screen(leaf("secret", ui.Look{}, ui.Rect{Left: 100, Top: 200, Right: 400, Bottom: 260}))
	s.Off = true
	img := paint.New().Paint(s)
	for _, v := range img.Pix {
		if v != 0 && v != 255 {
			t.Fatal("not black")
		}
	}
}

func TestPainterIsSharedSafely(t *testing.T) {
	p := paint.New()
	s := screen(leaf("First light", ui.Look{Icon: "light"}, ui.Rect{Left: 100, Top: 200, Right: 400, Bottom: 260}))
	want := p.Paint(s)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			p.Measure("something else", 33, true, 100)
			if string(p.Paint(s).Pix) != string(want.Pix) {
				t.Error("another picture")
			}
		})
	}
	wg.Wait()
}

func FuzzPaint(f *testing.F) {
	f.Add("First light", "#ffffff", 16, 10, 20, 300, 200)
	f.Add("", "#zzz", -3, -50, -50, 9999, 9999)
	p := paint.New()
	f.Fuzz(func(t *testing.T, text, col string, size, l, top, r, b int) {
		if size > 500 || l < -1e5 || top < -1e5 || r > 1e5 || b > 1e5 {
			t.Skip()
		}
		p.Paint(screen(leaf(text, ui.Look{TextSize: size, Background: col, Foreground: col, Icon: text, Radius: size, Border: col}, ui.Rect{Left: l, Top: top, Right: r, Bottom: b})))
	})
}

// A dialog darkens every pixel of what lies below it.
func TestWhatLiesBelowADialogIsDark(t *testing.T) {
	p := paint.New()
	s := screen(leaf("First light", ui.Look{Background: "#0c7b93", Radius: 12}, ui.Rect{Left: 101, Top: 200, Right: 402, Bottom: 260}))
	light := p.Paint(s)
	s.Windows = append(s.Windows, paint.Window{Root: &ui.Node{Bounds: ui.Rect{Left: 200, Top: 500, Right: 300, Bottom: 600}}, Dim: true})
	dark := p.Paint(s)
	for y := s.StatusBar; y < s.Height-s.NavigationBar; y++ {
		for x := range s.Width {
			l := light.RGBAAt(x, y)
			want := color.RGBA{uint8(int(l.R) * 45 / 100), uint8(int(l.G) * 45 / 100), uint8(int(l.B) * 45 / 100), 255}
			if got := dark.RGBAAt(x, y); got != want {
				t.Fatalf("%d,%d: %v became %v instead of %v", x, y, l, got, want)
			}
		}
	}
}
