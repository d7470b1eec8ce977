package android

import (
	"context"
	"strconv"
	"strings"
	"time"

	"ffscert/drivers/virtual/ui"
)

// keyCodes are the names of android.view.KeyEvent that people use with
// `input keyevent`.
func keyCodes() map[string]int {
	m := map[string]int{
		"HOME": 3, "BACK": 4, "CALL": 5, "ENDCALL": 6, "STAR": 17, "POUND": 18, "DPAD_UP": 19, "DPAD_DOWN": 20, "DPAD_LEFT": 21,
		"DPAD_RIGHT": 22, "DPAD_CENTER": 23, "VOLUME_UP": 24, "VOLUME_DOWN": 25, "POWER": 26, "CAMERA": 27, "CLEAR": 28,
		"COMMA": 55, "PERIOD": 56, "TAB": 61, "SPACE": 62, "ENTER": 66, "DEL": 67, "MENU": 82, "NOTIFICATION": 83, "SEARCH": 84,
		"PAGE_UP": 92, "PAGE_DOWN": 93, "ESCAPE": 111, "FORWARD_DEL": 112, "MOVE_HOME": 122, "MOVE_END": 123,
		"NUMPAD_ENTER": 160, "APP_SWITCH": 187, "SLEEP": 223, "WAKEUP": 224,
	}
	for i := range 10 {
		m[strconv.Itoa(i)] = 7 + i
	}
	for i := range 26 {
		m[string(rune('A'+i))] = 29 + i
	}
	return m
}

func keyCode(name string) (int, bool) {
	if n, err := strconv.Atoi(name); err == nil {
		return n, true
	}
	n, ok := keyCodes()[strings.TrimPrefix(strings.ToUpper(name), "KEYCODE_")]
	return n, ok
}

func (s *System) input(ctx context.Context, c *call) int {
	for len(c.args) > 0 {
		switch c.args[0] {
		case "touchscreen", "keyboard", "touchnavigation", "mouse", "dpad", "stylus":
			c = c.rest(1)
			continue
		case "-d":
			c = c.rest(2)
			continue
		}
		break
	}
	sub, rest := c.arg(0), c.rest(1)
	switch sub {
	case "keyevent":
		long := false
		for _, a := range rest.args {
			switch a {
			case "--longpress":
				long = true
				continue
			case "--doubletap", "--async":
				continue
			}
			code, ok := keyCode(a)
			if !ok {
				c.fail("Error: Invalid arguments for command: keyevent\n")
				return 255
			}
			s.h.Key(code, 0, long)
		}
		return 0
	case "text":
		return s.inputText(rest)
	case "tap":
		p, ok := numbers(rest.args)
		if !ok || len(p) != 2 {
			break
		}
		return s.drag(ctx, p[0], p[1], p[0], p[1], 0)
	case "swipe", "draganddrop":
		p, ok := numbers(rest.args)
		if !ok || len(p) < 4 || len(p) > 5 {
			break
		}
		ms := 300
		if len(p) == 5 && p[4] >= 0 {
			ms = min(p[4], 60000)
		}
		if sub == "draganddrop" { // held until it can be dragged
			s.h.Touch(ui.Pointer{Kind: ui.PointerDown, X: p[0], Y: p[1]})
			if err := s.h.Clock().Sleep(ctx, 600*time.Millisecond); err != nil {
				s.h.Touch(ui.Pointer{Kind: ui.PointerCancel, X: p[0], Y: p[1]})
				return 1
			}
			return s.dragOn(ctx, p[0], p[1], p[2], p[3], time.Duration(ms)*time.Millisecond)
		}
		return s.drag(ctx, p[0], p[1], p[2], p[3], time.Duration(ms)*time.Millisecond)
	case "motionevent":
		p, ok := numbers(rest.rest(1).args)
		kinds := map[string]ui.PointerKind{"DOWN": ui.PointerDown, "MOVE": ui.PointerMove, "UP": ui.PointerUp, "CANCEL": ui.PointerCancel}
		kind, known := kinds[strings.ToUpper(rest.arg(0))]
		if !ok || !known || len(p) != 2 {
			break
		}
		s.h.Touch(ui.Pointer{Kind: kind, X: p[0], Y: p[1]})
		return 0
	case "press", "roll":
		return 0
	}
	c.fail("Error: Invalid arguments for command: %s\nUsage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]\n", sub)
	return 255
}

func numbers(args []string) ([]int, bool) {
	var out []int
	for _, a := range args {
		f, err := strconv.ParseFloat(a, 64)
		if err != nil || f != f || f > 1e6 || f < -1e6 {
			return nil, false
		}
		out = append(out, int(f))
	}
	return out, true
}

// frame is how often a dragged finger is reported.
const frame = 16 * time.Millisecond

// drag moves a finger from one place to another in d, on the handset's clock.
func (s *System) drag(ctx context.Context, x0, y0, x1, y1 int, d time.Duration) int {
	s.h.Touch(ui.Pointer{Kind: ui.PointerDown, X: x0, Y: y0})
	return s.dragOn(ctx, x0, y0, x1, y1, d)
}

func (s *System) dragOn(ctx context.Context, x0, y0, x1, y1 int, d time.Duration) int {
	steps := int(d / frame)
	for i := 1; i <= steps; i++ {
		if err := s.h.Clock().Sleep(ctx, d/time.Duration(steps)); err != nil {
			s.h.Touch(ui.Pointer{Kind: ui.PointerCancel, X: x1, Y: y1})
			return 1
		}
		s.h.Touch(ui.Pointer{Kind: ui.PointerMove, X: x0 + (x1-x0)*i/steps, Y: y0 + (y1-y0)*i/steps})
	}
	s.h.Touch(ui.Pointer{Kind: ui.PointerUp, X: x1, Y: y1})
	return 0
}

// inputText types into the node that has the focus.
func (s *System) inputText(c *call) int {
	if len(c.args) == 0 {
		c.fail("Error: Invalid arguments for command: text\n")
		return 255
	}
	text := strings.ReplaceAll(strings.Join(c.args, " "), "%s", " ")
	for _, w := range s.h.Windows() {
		key := ""
		w.Walk(func(n *ui.Node) bool {
			if n.Focused && key == "" {
				key = n.Key
			}
			return key == ""
		})
		if key != "" && s.h.SetText(key, text, false) {
			return 0
		}
	}
	return 0 // typed into nothing
}
