package safe

import (
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// Unicode's first strong isolate, and the end of one.
const (
	isolate    = "\u2068"
	endIsolate = "\u2069"
)

// Isolate keeps what is written from right to left from reordering what stands
// beside it: each stretch of it is put between Unicode's isolates, which take no
// room. A stretch ends at the end of a line, and at two blanks, which stand
// between the columns of a table. Give it text that is safe already.
func Isolate(s string) string {
	var b strings.Builder
	begin, end := -1, 0 // the stretch that is open
	done := 0
	flush := func() {
		if begin >= 0 {
			b.WriteString(s[done:begin] + isolate + s[begin:end] + endIsolate)
			done, begin = end, -1
		}
	}
	for i, r := range s {
		if r == '\n' || r == ' ' && i > 0 && s[i-1] == ' ' {
			flush()
			continue
		}
		p, size := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.R, bidi.AL:
			if begin < 0 {
				begin = i
			}
			end = i + size
		case bidi.NSM: // marks belong to what is before them
			if begin >= 0 && end == i {
				end = i + size
			}
		case bidi.L, bidi.B:
			flush()
		}
	}
	flush()
	return b.String() + s[done:]
}
