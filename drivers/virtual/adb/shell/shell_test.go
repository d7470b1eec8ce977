package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// toyHost has a few commands and files.
type toyHost struct {
	mu    sync.Mutex
	files map[string]string
}

func (h *toyHost) Exec(ctx context.Context, stdio IO, args []string) int {
	switch args[0] {
	case "args":
		fmt.Fprintf(stdio.Out, "%q\n", args[1:])
	case "echo":
		fmt.Fprintln(stdio.Out, strings.Join(args[1:], " "))
	case "complain":
		fmt.Fprintln(stdio.Err, strings.Join(args[1:], " "))
		return 3
	case "same":
		if args[1] != args[2] {
			return 1
		}
	case "true":
	case "false":
		return 1
	case "upper":
		b, _ := io.ReadAll(stdio.In)
		stdio.Out.Write(bytes.ToUpper(b))
	case "yes":
		for ctx.Err() == nil {
			if _, err := io.WriteString(stdio.Out, "y\n"); err != nil {
				return 1
			}
		}
	case "forever":
		<-ctx.Done()
	case "first":
		b := make([]byte, 2)
		io.ReadFull(stdio.In, b)
		stdio.Out.Write(b)
	default:
		fmt.Fprintf(stdio.Err, "%s: not found\n", args[0])
		return 127
	}
	return 0
}

func (h *toyHost) Open(name string) (io.ReadCloser, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s, ok := h.files[name]; ok {
		return io.NopCloser(strings.NewReader(s)), nil
	}
	return nil, errors.New("No such file or directory")
}

func (h *toyHost) Create(name string, appendTo bool) (io.WriteCloser, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if strings.HasPrefix(name, "/ro/") {
		return nil, errors.New("Read-only file system")
	}
	if !appendTo {
		h.files[name] = ""
	}
	return &toyFile{h, name}, nil
}

type toyFile struct {
	h    *toyHost
	name string
}

func (f *toyFile) Close() error { return nil }
func (f *toyFile) Write(p []byte) (int, error) {
	f.h.mu.Lock()
	defer f.h.mu.Unlock()
	f.h.files[f.name] += string(p)
	return len(p), nil
}

func (h *toyHost) Glob(pattern string) []string {
	var found []string
	for _, n := range []string{"/d/a.txt", "/d/b.txt", "/d/*"} {
		if Match(pattern, n) {
			found = append(found, n)
		}
	}
	return found
}

func run(t *testing.T, src string) (out, errs string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	var o, e bytes.Buffer
	s := &Shell{Host: &toyHost{files: map[string]string{"/f": "text\n"}}, Vars: map[string]string{"HOME": "/", "TWO": "a  b"}}
	code = s.Run(ctx, IO{strings.NewReader("input"), &o, &e}, src)
	if ctx.Err() != nil {
		t.Fatalf("%q does not end", src)
	}
	return o.String(), e.String(), code
}

func TestRun(t *testing.T) {
	for _, tc := range []struct {
		src, out string
		code     int
	}{
		// Words.
		{`args a  b	c`, `["a" "b" "c"]`, 0},
		{`args 'a  b' "c  d" e\ f`, `["a  b" "c  d" "e f"]`, 0},
		{`args '' "" a''b`, `["" "" "ab"]`, 0},
		{`args 'it'\''s'`, `["it's"]`, 0},
		{`args "a\"b\\c\$d\e"`, `["a\"b\\c$d\\e"]`, 0},
		{`args com.app/.Act\$Inner`, `["com.app/.Act$Inner"]`, 0},
		{`args ''text''`, `["text"]`, 0},
		{`args a#b # a comment`, `["a#b"]`, 0},
		{"args a \\\n b", `["a" "b"]`, 0},
		{`args äöü 東京`, `["äöü" "東京"]`, 0},
		{`args {a} a=b -x=$HOME`, `["{a}" "a=b" "-x=/"]`, 0},
		// Variables and substitution.
		{`args $TWO "$TWO" ${TWO}x`, `["a" "b" "a  b" "a" "bx"]`, 0},
		{`args $NONE "$NONE"`, `[""]`, 0},
		{`X=1; Y="$X 2"; args $Y "$Y"`, `["1" "2" "1 2"]`, 0},
		{`args $(echo a b) "$(echo a b)" ` + "`echo c`", `["a" "b" "a b" "c"]`, 0},
		{`args "$(echo "in  ner")" $`, `["in  ner" "$"]`, 0},
		{`false; args $?`, `["1"]`, 0},
		{`export A=b; args $A; unset A; args $A`, "[\"b\"]\n[]", 0},
		// Patterns.
		{`args /d/*.txt '/d/*' "/d/?.txt" /d/none*`, `["/d/a.txt" "/d/b.txt" "/d/*" "/d/?.txt" "/d/none*"]`, 0},
		// Lists.
		{`echo a; echo b`, "a\nb", 0},
		{"echo a\necho b\n", "a\nb", 0},
		{`true && echo yes || echo no`, "yes", 0},
		{`false && echo yes || echo no`, "no", 0},
		{`false || false || echo c && echo d`, "c\nd", 0},
		{`false && echo a`, "", 1},
		{`! false && echo inverted`, "inverted", 0},
		{`(echo a; false) || echo b`, "a\nb", 0},
		{`{ echo a; echo b; } | upper`, "A\nB", 0},
		{`X=1; (X=2); args $X`, `["1"]`, 0},
		{`echo a; exit 7; echo b`, "a", 7},
		{`[ -e x ]`, "", 127}, // the toy has no [
		// Pipes and redirections.
		{`echo abc | upper`, "ABC", 0},
		{`echo abc | upper | upper`, "ABC", 0},
		{`yes | first`, "y", 0},
		{`forever | echo done`, "done", 0},
		{`complain oops 2>&1 | upper`, "OOPS", 0},
		{`complain oops 2>/dev/null`, "", 3},
		{`complain oops >/dev/null 2>&1`, "", 3},
		{`complain oops &>/x; upper < /x`, "OOPS", 0},
		{`echo a > /x; echo b >> /x; upper </x`, "A\nB", 0},
		{`upper < /f`, "TEXT", 0},
		{`echo a>/x; upper </x`, "A", 0},
		{`echo 2>/x; upper </x; args 2`, "\n[\"2\"]", 0},
		{`sh -c "echo a; echo 'b c'"`, "a\nb c", 0},
		{`eval echo a '&&' echo b`, "a\nb", 0},
		// Loops and conditions.
		{`for i in 1 2 3; do echo $i; done`, "1\n2\n3", 0},
		{"for f in /d/*.txt\ndo\n echo \"$f\"\ndone | upper", "/D/A.TXT\n/D/B.TXT", 0},
		{`for i in $TWO; do for j in x; do echo $i$j; done; done > /x; upper < /x`, "AX\nBX", 0},
		{`for i in; do echo never; done`, "", 0},
		{`for i in 1 2; do false; done`, "", 1},
		{`while same "$n" ""; do n=a; echo round; done; echo $n`, "round\na", 0},
		{`until same "$n" aaa; do n=a$n; done; echo $n`, "aaa", 0},
		{`while true; do n=a$n; if same $n aaa; then break; fi; done; echo $n`, "aaa", 0},
		{`for i in 1 2 3; do same $i 2 && continue; echo $i; done`, "1\n3", 0},
		{`while true; do exit 4; done; echo never`, "", 4},
		{`if true; then echo yes; else echo no; fi`, "yes", 0},
		{`if false; then echo a; elif false; then echo b; else echo c; fi`, "c", 0},
		{`if false; then echo a; elif true; then echo b; fi && echo d`, "b\nd", 0},
		{`if false; then echo a; fi; args $?`, `["0"]`, 0},
		{`(echo a b c; echo d) | while read x rest; do echo $x-$rest; done`, "a-b c\nd-", 0},
		{`echo for if do; echo iffy=if`, "for if do\niffy=if", 0},
		{`args [[; [[ -z $NONE ]]`, `["[["]`, 127}, // the toy has no [[
	} {
		out, errs, code := run(t, tc.src)
		assert.Equal(t, tc.out, strings.TrimSuffix(out, "\n"), "%s\n%s", tc.src, errs)
		assert.Equal(t, tc.code, code, tc.src)
	}
}

func TestErrors(t *testing.T) {
	for _, tc := range []struct{ src, says string }{
		{`echo 'a`, "no closing quote"},
		{`echo "a`, "no closing quote"},
		{"echo `a", "no closing quote"},
		{`echo a )`, "unexpected ')'"},
		{`( echo a`, "unexpected end of file"},
		{`echo a && `, "unexpected end of file"},
		{`| echo`, "unexpected '|'"},
		{`echo a ;; echo b`, "unexpected ';'"},
		{`echo >`, "unexpected end of file"},
		{`echo > ; a`, "unexpected ';'"},
		{`case a in a) echo b;; esac`, "not understood"},
		{`for i in 1 2; do echo $i`, "unexpected end of file"},
		{`for i in 1 2; done`, "unexpected 'd'"},
		{`for 1 in 2; do echo; done`, "unexpected '1'"},
		{`while true; do done`, "unexpected 'd'"},
		{`if true; echo b; fi`, "'fi' is not understood"},
		{`if true; then echo b; fi x`, "unexpected 'x'"},
		{`then echo`, "not understood"},
		{`cat << END`, "not understood"},
		{`echo ${a:-b}`, "bad substitution"},
		{`echo $((1+1))`, "not understood"},
		{strings.Repeat("(", 100), "nested too deeply"},
		{strings.Repeat("echo a;", MaxScript), "too long"},
		{`upper < /missing`, "can't open /missing: No such file or directory"},
		{`echo > /ro/x`, "can't create /ro/x: Read-only file system"},
	} {
		out, errs, code := run(t, tc.src)
		assert.Equal(t, 1, code, "%.40s", tc.src)
		assert.Contains(t, errs, tc.says, "%.40s", tc.src)
		assert.Contains(t, errs, "/system/bin/sh: ", "%.40s", tc.src)
		assert.Empty(t, out, "%.40s", tc.src)
	}
}

// TestBombs: a script that grows without end is stopped.
func TestBombs(t *testing.T) {
	_, errs, code := run(t, `A=xxxxxxxxxxxxxxxx; `+strings.Repeat(`A=$A$A$A$A; `, 40)+`args "$A"`)
	assert.Equal(t, 126, code)
	assert.Contains(t, errs, "Argument list too long")
	_, errs, _ = run(t, `X='eval "$X"'; eval "$X"`)
	assert.Contains(t, errs, "nested too deeply")
	_, errs, _ = run(t, "echo a"+strings.Repeat("|upper", 200))
	assert.Contains(t, errs, "pipe too long")
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s := &Shell{Host: &toyHost{}}
		s.Run(ctx, IO{strings.NewReader(""), io.Discard, io.Discard}, "forever | forever; while true; do true; done; forever; echo late")
	}()
	cancel()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Fatal("a cancelled script goes on")
	}
}

// FuzzShell: no command line panics, hangs, or reaches beyond its text.
func FuzzShell(f *testing.F) {
	for _, s := range []string{
		`[ -e '/data/local/tmp' ] && echo __PASS__`, `locksettings help && echo __PASS__`,
		`settings put global hidden_api_policy 1;settings put global b 1`, `dumpsys battery | grep level`,
		`ls -t -1 /data/local/tmp/appium_cache 2>&1 || echo _ERROR_`, `mkdir -p -- '/sdcard/it'\''s'`,
		"echo `a $(b \"c ${d}\")` > x 2>&1 &", `input text ''a\&b''`, `a="b c" d=$a e`, `{ a; } | ( b ) && ! c`,
		`while [[ -z $(getprop sys.boot_completed) ]]; do sleep 1; done`, `for p in a b; do if c; then break; fi; done`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		s := &Shell{Host: &toyHost{files: map[string]string{}}}
		s.Run(ctx, IO{strings.NewReader(""), io.Discard, io.Discard}, src)
		if err := ctx.Err(); errors.Is(err, context.DeadlineExceeded) && !strings.Contains(src, "forever") && !strings.Contains(src, "yes") && !strings.Contains(src, "done") {
			t.Fatalf("%q takes too long", src)
		}
	})
}
