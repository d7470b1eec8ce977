package progress

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// terminal is as much of one as a screen needs: it breaks lines at its width,
// and goes up, clears and returns as it is told.
type terminal struct {
	width    int
	lines    []string
	row, col int
}

var escape = regexp.MustCompile(`^\x1b\[(\d*)([AJ])`)

func (t *terminal) Write(b []byte) (int, error) {
	for s := string(b); s != ""; {
		if m := escape.FindStringSubmatch(s); m != nil {
			s = s[len(m[0]):]
			if n, _ := strconv.Atoi(m[1]); m[2] == "A" {
				t.row = max(0, t.row-n)
			} else {
				t.lines = t.lines[:min(t.row, len(t.lines))]
			}
			continue
		}
		c := s[0]
		s = s[1:]
		switch c {
		case '\r':
			t.col = 0
		case '\n':
			t.row, t.col = t.row+1, 0
		default:
			if t.col == t.width {
				t.row, t.col = t.row+1, 0
			}
			for len(t.lines) <= t.row {
				t.lines = append(t.lines, "")
			}
			t.lines[t.row] = t.lines[t.row][:min(t.col, len(t.lines[t.row]))] + string(c)
			t.col++
		}
	}
	return len(b), nil
}

// resize breaks the lines anew, as terminals do.
func (t *terminal) resize(width int) {
	old := t.lines
	t.width, t.lines, t.row, t.col = width, nil, 0, 0
	fmt.Fprint(t, strings.Join(old, "\n")+"\n")
}

func (t *terminal) shows() string { return strings.Join(t.lines, "\n") }

func TestWhatIsWrittenStandsAboveTheBlock(t *testing.T) {
	term := &terminal{width: 40}
	n := 0
	s := NewScreen(term, func() (int, int) { return term.width, 24 }, func(width, _ int) []string {
		n++
		return []string{fmt.Sprintf("block %d", n), strings.Repeat("=", width-1)}
	})
	s.Draw()
	require.Equal(t, "block 1\n"+strings.Repeat("=", 39), term.shows())
	fmt.Fprintln(s, "first line")
	fmt.Fprint(s, "a line in two ")
	require.Equal(t, "first line\na line in two ", term.shows(), "nothing stands below half a line")
	s.Draw()
	fmt.Fprintln(s, "pieces")
	require.Equal(t, "first line\na line in two pieces\nblock 3\n"+strings.Repeat("=", 39), term.shows())
	term.resize(20)
	s.Draw()
	require.Equal(t, "first line\na line in two pieces\nblock 4\n"+strings.Repeat("=", 19), term.shows(), "narrower: what was broken is gone")
	term.resize(60)
	s.Draw()
	require.Equal(t, "first line\na line in two pieces\nblock 5\n"+strings.Repeat("=", 59), term.shows())

	person, done := s.Ask()
	require.Equal(t, "first line\na line in two pieces", term.shows())
	fmt.Fprint(person, "yes or no: ")
	fmt.Fprintln(s, "late")
	s.Draw()
	require.Equal(t, "first line\na line in two pieces\nyes or no: ", term.shows(), "nothing comes between a question and its answer")
	fmt.Fprintln(term, "yes") // as it is typed
	done()
	done()
	require.Equal(t, "first line\na line in two pieces\nyes or no: yes\nlate\nblock 6\n"+strings.Repeat("=", 59), term.shows())
	s.Close()
	fmt.Fprintln(s, "after")
	s.Draw()
	require.Equal(t, "first line\na line in two pieces\nyes or no: yes\nlate\nafter", term.shows())
}

func TestWithoutATerminalThereIsNoBlock(t *testing.T) {
	var out strings.Builder
	s := NewScreen(&out, nil, nil)
	s.Draw()
	fmt.Fprintln(s, "one")
	_, done := s.Ask()
	io.WriteString(s, "two\n")
	require.Equal(t, "one\n", out.String())
	s.Close()
	done()
	require.Equal(t, "one\ntwo\n", out.String())
}
