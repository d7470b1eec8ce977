package html

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode"

	"github.com/tdewolff/parse/v2"
	lex "github.com/tdewolff/parse/v2/html"

	"ffscert/features/certification"
	"ffscert/reports/journal"
)

var update = flag.Bool("update", false, "write the golden files anew")

func rendered(t testing.TB, rec journal.Record, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, rec, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestGolden holds the structure of the page; style, script and the bytes of
// pictures are left out of the golden files.
func TestGolden(t *testing.T) {
	interrupted := passed(7)
	interrupted.State, interrupted.Ended = journal.Interrupted, time.Time{}
	for name, rec := range map[string]journal.Record{"mixed": mixed(), "derivative": derived(), "interrupted": interrupted, "empty": {State: journal.Running}} {
		t.Run(name, func(t *testing.T) {
			got := rendered(t, rec, Options{Folder: folder(t)})
			got = strings.NewReplacer(styleSource, "STYLE", scriptSource, "SCRIPT").Replace(got)
			got = regexp.MustCompile(`sha256-.*?&#39;`).ReplaceAllString(got, "HASH")
			got = regexp.MustCompile(`base64,[^"]*`).ReplaceAllString(got, "base64,DATA")
			file := filepath.Join("testdata", name+".html")
			if *update {
				if err := os.MkdirAll("testdata", 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("differs from %s (-update writes it anew):\n%s", file, got)
			}
		})
	}
}

func TestWhatAPersonMustSee(t *testing.T) {
	for name, tc := range map[string]struct {
		rec  journal.Record
		want []string
	}{
		"failures": {mixed(), []string{"<title>FAILED · SIMULATED · PARTIAL · First light", `<span class="verdict">failed</span>`, "It proves nothing for a certification", "Selected: --tags @quick",
			"FFS-E201", "FFS-E402", "the session is lost", "is the phone&#39;s cable in?", "attempt 7: failed, product FFS-E201", "18 of 20 passed, 2 failed, 1 blocked",
			"90.0 % passed; the target is 95 %; proven with 95 % confidence: at least 71.7 %", "LWA-PROMINENCE", "page source (xml)", "FFS-TLS-01", "would hold on real devices", `<a class="cell v-failed" href="#a7"`, "Set-up times of 18 attempts: the shortest 28.4 s", "Local scenarios", "cause: <b>product</b>"}},
		"derivative": {derived(), []string{"First light · MSS for Wi-Fi Provisionee (Default) 1.1 · product derivative", "original device type OLD1 · original hardware ESP32-C3 · original firmware 1.0.0 · original protocol mss-wifi",
			"not applicable", "the product has no partner app", "a product derivative is tested with the group &#34;Barcode&#34; alone", "needed: a picture of it", "integrated · ACK SDK · certified", "The plan is not complete."}},
		"submit": {passed(20), []string{"<title>PASSED · First light", "Submit by", "2026-11-29 19:14 UTC", `data-due="2026-11-29T19:14:03Z"`, "7 days after the test", "The whole plan was carried out", "A1B2C3", "at least 86.1 %", "20 attempts passed"}},
	} {
		got := rendered(t, tc.rec, Options{Folder: folder(t)})
		for _, w := range tc.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is missing", name, w)
			}
		}
	}
	if got := rendered(t, passed(20), Options{}); strings.Contains(got, "SIMULATED") || strings.Contains(got, "PARTIAL") {
		t.Error("a whole run on a real phone is marked as something else")
	}
}

func TestEachPictureIsStoredOnce(t *testing.T) {
	got := rendered(t, mixed(), Options{Folder: folder(t), Base: "../runs/x y"})
	if n := strings.Count(got, "data:image/"); n != 2 {
		t.Errorf("%d pictures are stored, 2 there are", n)
	}
	if n := strings.Count(got, `href="#p1"`); n != 3 {
		t.Errorf("the first picture is shown %d times, three attempts have it", n)
	}
	if !strings.Contains(got, `href="../runs/x%20y/`+evidenceName("b", ".xml")+`"`) {
		t.Error("the page source is not linked")
	}
	if !strings.Contains(got, `viewBox="0 0 360 800"`) || !strings.Contains(got, `viewBox="0 0 300 600"`) {
		t.Error("pictures have the wrong size: large ones are made smaller, small ones not larger")
	}
}

func TestAPictureThatCannotBeShownSaysWhy(t *testing.T) {
	huge := screen(t, 2, 2, grey)
	copy(huge[16:24], []byte{0, 1, 0, 0, 0, 1, 0, 0}) // 65536 × 65536, it says
	for want, files := range map[string]fstest.MapFS{
		"the file is missing":      {},
		"the file is no picture":   {evidenceName("a", ".png"): {Data: []byte("<svg onload=alert(1)>")}},
		"the picture is damaged":   {evidenceName("a", ".png"): {Data: screen(t, 50, 50, grey)[:60]}},
		"the picture is too large": {evidenceName("a", ".png"): {Data: crc(huge)}},
	} {
		if got := rendered(t, mixed(), Options{Folder: files}); !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestNoPathLeadsOutside(t *testing.T) {
	rec := mixed()
	for _, p := range []string{"../../etc/passwd", "/etc/passwd", "evidence/../journal.db", "javascript:alert(1)", "evidence/a/b.png", "evidence/.png", "C:\\x.png", "//host/x.png"} {
		rec.Attempts[6].Evidence = []string{p}
		got := rendered(t, rec, Options{Folder: os.DirFS("/")})
		if !strings.Contains(got, "this is no path of an evidence file") || strings.Contains(got, `="`+p) {
			t.Errorf("%s became a link", p)
		}
	}
}

// fill sets every string in a value.
func fill(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem(), s)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), s)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), s)
			}
		}
	}
}

const evil = "a</script></style></title><script>window.pwned=1</script><img src=https://evil.example/x onerror=window.pwned=1>\" onclick='window.pwned=1' {{.}} `${1}` &lt;\x1b[2J\x00\u202e\u2066\u200b\u0085\u2028\xff --><!-- javascript:window.pwned=1"

// hostile is a record in which every string is evil, but keeps its shape.
func hostile() journal.Record {
	rec := mixed()
	rec.State = journal.Finished
	fill(reflect.ValueOf(&rec).Elem(), evil)
	rec.State = journal.Finished
	rec.Scopes = rec.Scopes[:1]
	rec.Plan.Cases = rec.Plan.Cases[:1]
	rec.Plan.Cases[0].Criterion.Kind = certification.Rate
	for i := range rec.Attempts {
		rec.Attempts[i].ID.N = i + 1
		if i%3 == 0 {
			rec.Attempts[i].ID.Case = "another"
		}
	}
	return rec
}

func TestTextFromOutsideIsHarmless(t *testing.T) {
	got := rendered(t, hostile(), Options{Folder: folder(t)})
	for _, r := range got {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Fatalf("%U is on the page", r)
		}
	}
	tags := map[string]int{}
	l := lex.NewLexer(parse.NewInputString(got))
	for {
		kind, _ := l.Next()
		if kind == lex.ErrorToken {
			if !errors.Is(l.Err(), io.EOF) {
				t.Fatal(l.Err())
			}
			break
		}
		switch kind {
		case lex.StartTagToken:
			tags[string(l.Text())]++
		case lex.CommentToken:
			t.Error("there is a comment")
		case lex.AttributeToken:
			name, value := string(l.AttrKey()), strings.Trim(string(l.AttrVal()), `"`)
			if strings.HasPrefix(name, "on") || name == "style" || name == "src" || strings.ContainsAny(name, "'`<{") {
				t.Errorf("attribute %s=%q", name, value)
			}
			if name == "href" && !regexp.MustCompile(`^(#[ap]\d+|#cases|#(case|local)-[0-9A-Za-z~._-]+|\./evidence/.*|data:,|data:image/(png|jpeg);base64,.*)$`).MatchString(value) {
				t.Errorf("link to %q", value)
			}
		}
	}
	if tags["script"] != 1 || tags["style"] != 1 || tags["img"] != 0 || tags["title"] != 1 {
		t.Errorf("tags from outside: %v", tags)
	}
}

func TestTheSameInputGivesTheSamePage(t *testing.T) {
	rec := mixed()
	first := rendered(t, rec, Options{Folder: folder(t)})
	slices.Reverse(rec.Attempts)
	if rendered(t, rec, Options{Folder: folder(t)}) != first {
		t.Error("the order in which attempts were recorded changes the page")
	}
}

// many is a run of ten thousand attempts, of which every tenth failed.
func many() journal.Record {
	rec := passed(10_000)
	rec.Scopes[0].Required, rec.Plan.Cases[0].Criterion.Attempts = 10_000, 10_000
	for i := range rec.Attempts {
		if i%10 == 3 {
			spoil(&rec.Attempts[i], certification.CauseProduct, certification.ProductNotSetUp, "not set up within 300 s", "read the log", evidenceName("a", ".png"))
		}
	}
	return rec
}

func TestManyAttempts(t *testing.T) {
	got := rendered(t, many(), Options{Folder: folder(t)})
	if n := len(got); n > 12<<20 {
		t.Errorf("the page has %d MB", n>>20)
	}
	// Two hundred and fifty cells of forty attempts, of which four failed in each.
	if n := strings.Count(got, `<a class="cell block m1 v-failed"`); n != 250 {
		t.Errorf("%d cells", n)
	}
	if want := `title="attempts 41 to 80: 36 passed, 4 failed" aria-label="attempts 41 to 80: 36 passed, 4 failed">4F</a>`; !strings.Contains(got, want) {
		t.Errorf("%s is missing", want)
	}
	if n := strings.Count(got, `<li class="s-failed"`); n != 1000 {
		t.Errorf("%d of 1000 failed attempts have their steps", n)
	}
	if n := len(regexp.MustCompile(`#\d+(</b>)? \d+\.\d s`).FindAllString(got, -1)); n != 9000 {
		t.Errorf("%d of 9000 passed attempts are listed with their set-up times", n)
	}
	if !strings.Contains(got, "9000 attempts are listed without their steps") {
		t.Error("what is left out is not said")
	}
}

func BenchmarkManyAttempts(b *testing.B) {
	rec, files := many(), folder(b)
	for b.Loop() {
		if err := Render(io.Discard, rec, Options{Folder: files}); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzShrink(f *testing.F) {
	f.Add(screen(f, 8, 8, grey))
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Add([]byte{0xff, 0xd8, 0xff, 0xe0})
	f.Fuzz(func(t *testing.T, data []byte) {
		out, size, err := shrink(data)
		if err == nil && (len(out) == 0 || size.X < 1 || size.X > pictureWidth || size.Y < 1 || size.Y > pictureHeight) {
			t.Errorf("%d bytes, %v", len(out), size)
		}
	})
}

// A page that is written again takes the pictures that were made small before,
// and says the same; what could not be shown before is looked at again.
func TestPicturesAreMadeSmallOnce(t *testing.T) {
	var kept Shrunk
	want := rendered(t, mixed(), Options{Folder: folder(t)})
	if got := rendered(t, mixed(), Options{Folder: fstest.MapFS{}, Shrunk: &kept}); strings.Contains(got, "data:image/") {
		t.Fatal("there are pictures, and no files")
	}
	for _, files := range []fs.FS{folder(t), fstest.MapFS{}} {
		if got := rendered(t, mixed(), Options{Folder: files, Shrunk: &kept}); got != want {
			t.Error("the page is another one")
		}
	}
}
