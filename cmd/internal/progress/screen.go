package progress

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
)

// mostHeld bounds what is kept back while a person is asked.
const mostHeld = 1 << 20

// Screen writes lines, and keeps a block of others below them where there is a
// terminal. While a person is asked, both are kept back, so that nothing comes
// between a question and what is typed.
type Screen struct {
	mu    sync.Mutex
	out   io.Writer
	block func(width, height int) []string // nil without a terminal
	size  func() (width, height int)

	drawn  []string // the block that stands there
	unfit  bool     // the last line written has no end yet: nothing can stand below it
	asking int
	held   bytes.Buffer
}

// NewScreen writes to out. block is what stands below, nil for nothing; size is
// asked for the terminal's size whenever it is drawn.
func NewScreen(out io.Writer, size func() (width, height int), block func(width, height int) []string) *Screen {
	return &Screen{out: out, size: size, block: block}
}

// Write writes lines above the block, in one piece.
func (s *Screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asking > 0 && s.held.Len()+len(b) <= mostHeld {
		return s.held.Write(b)
	}
	return len(b), s.write(b)
}

func (s *Screen) write(b []byte) error {
	var out bytes.Buffer
	s.erase(&out)
	out.Write(b)
	if len(b) > 0 {
		s.unfit = b[len(b)-1] != '\n'
	}
	s.draw(&out)
	return s.flush(&out)
}

// Draw brings the block up to date.
func (s *Screen) Draw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out bytes.Buffer
	s.erase(&out)
	s.draw(&out)
	_ = s.flush(&out) // a terminal that has gone is nobody's trouble
}

// Ask keeps everything back but what is written to the returned writer, until
// done is called.
func (s *Screen) Ask() (person io.Writer, done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out bytes.Buffer
	s.erase(&out)
	_ = s.flush(&out)
	s.asking++
	return s.out, sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.asking--; s.asking > 0 {
			return
		}
		late := bytes.Clone(s.held.Bytes())
		s.held.Reset()
		_ = s.write(late)
	})
}

// Close takes the block away. Lines can be written still.
func (s *Screen) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out bytes.Buffer
	s.erase(&out)
	out.Write(s.held.Bytes())
	s.held.Reset()
	s.asking = 0
	s.block = nil
	_ = s.flush(&out)
}

func (s *Screen) flush(out *bytes.Buffer) error {
	if out.Len() == 0 {
		return nil
	}
	_, err := s.out.Write(out.Bytes())
	return err
}

// erase goes up to where the block begins, and clears the rest. A terminal that
// became narrower has broken its lines.
func (s *Screen) erase(out *bytes.Buffer) {
	if len(s.drawn) == 0 {
		return
	}
	width, height := s.size()
	rows := 0
	for _, l := range s.drawn {
		rows += max(1, (Width(l)+width-1)/max(width, 1))
	}
	if height > 1 {
		rows = min(rows, height-1)
	}
	fmt.Fprintf(out, "\r\x1b[%dA\x1b[J", rows)
	s.drawn = nil
}

func (s *Screen) draw(out *bytes.Buffer) {
	if s.block == nil || s.asking > 0 || s.unfit {
		return
	}
	s.drawn = s.block(s.size())
	out.WriteString(strings.Join(s.drawn, "\n") + "\n")
}
