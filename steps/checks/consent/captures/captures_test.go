package captures

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

const goodIndex = `{
  "locale": "en-US", "density": 420, "font_scale": 1.0, "journey": "allow",
  "declared_scopes": ["frustration_free_setup::device:setup"],
  "requested_url": "", "scope_data": {"profile": {"essential": false}},
  "app_name": "Lumen", "app_package": "com.example.lumen",
  "screens": [
    {"file": "01-explain", "role": "explain", "package": "com.example.lumen", "dwell_s": 3.5, "taps": 1}
  ]
}`

const goodSource = `<hierarchy rotation="0"><node text="Hello" class="android.widget.TextView" package="com.example.lumen" bounds="[0,0][1080,200]"/></hierarchy>`

// folder makes a capture of those files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestReadACapture(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 10, 10))); err != nil {
		t.Fatal(err)
	}
	c, err := Read(folder(t, map[string]string{Index: "\ufeff" + goodIndex, "01-explain.xml": goodSource, "01-explain.png": b.String(), "01-explain.html": "<p>Hello"}))
	if err != nil {
		t.Fatal(err)
	}
	s := c.Screens[0]
	if c.Density != 420 || c.DeclaredScopes[0] != "frustration_free_setup::device:setup" || *s.Dwell != 3.5 || *s.Taps != 1 || s.Tree.Len() != 1 || len(s.Picture) == 0 || s.HTML != "<p>Hello" || string(c.ScopeData) == "" {
		t.Errorf("%+v", c)
	}
}

// TestWhatIsWrongIsNamed: every error names the file and, in capture.json, the
// field and the line.
func TestWhatIsWrongIsNamed(t *testing.T) {
	change := func(old, new string) string {
		if !strings.Contains(goodIndex, old) {
			t.Fatal(old)
		}
		return strings.Replace(goodIndex, old, new, 1)
	}
	for name, x := range map[string]struct {
		index string
		want  []string
	}{
		"unknown field":      {change(`"density"`, `"densitty"`), []string{"capture.json:2", "densitty", "no such field"}},
		"unknown in screen":  {change(`"taps"`, `"tapps"`), []string{"capture.json:7", "screens[0].tapps"}},
		"twice":              {change(`"journey": "allow"`, `"journey": "allow", "journey": "refuse"`), []string{"capture.json:2", "journey", "twice"}},
		"wrong type":         {change(`420`, `"420"`), []string{"capture.json:2", "density", "number"}},
		"wrong type deep":    {change(`"dwell_s": 3.5`, `"dwell_s": []`), []string{"capture.json:7", "screens[0].dwell_s", "number", "list"}},
		"screens no list":    {change(`"app_package": "com.example.lumen",`, `"app_package": "x", "screens": {},`), []string{"screens", "list"}},
		"missing":            {change(`"locale": "en-US", `, ``), []string{"locale", "missing"}},
		"no locale":          {change(`en-US`, `klingon!`), []string{"capture.json:2", "locale", "klingon!"}},
		"no journey":         {change(`"allow"`, `"walk"`), []string{"journey", "walk", "app_to_app"}},
		"no role":            {change(`"explain", "pack`, `"explains", "pack`), []string{"capture.json:7", "screens[0].role", "explains", "fallback"}},
		"density":            {change(`420`, `-1`), []string{"density", "-1"}},
		"huge number":        {change(`420`, `1e999`), []string{"density"}},
		"half a tap":         {change(`"taps": 1`, `"taps": 1.5`), []string{"screens[0].taps", "1.5"}},
		"continues nothing":  {change(`"taps": 1`, `"taps": 1, "continues": true`), []string{"screens[0].continues", "no page"}},
		"ends somehow":       {change(`"taps": 1`, `"taps": 1, "ends": "yes"`), []string{"screens[0].ends"}},
		"negative dwell":     {change(`3.5`, `-2`), []string{"screens[0].dwell_s"}},
		"scope with a blank": {change(`device:setup"`, `device:setup profile"`), []string{"declared_scopes[0]"}},
		"scope_data":         {change(`{"profile": {"essential": false}}`, `[1]`), []string{"scope_data", "object"}},
		"no screens":         {change(`{"file": "01-explain", "role": "explain", "package": "com.example.lumen", "dwell_s": 3.5, "taps": 1}`, ``), []string{"screens", "no screens"}},
		"leads outside":      {change(`01-explain"`, `../secret"`), []string{"capture.json", "screens[0].file", "../secret", "out of the folder"}},
		"absolute":           {change(`01-explain"`, `/etc/passwd"`), []string{"screens[0].file", "/etc/passwd"}},
		"backslash":          {change(`01-explain"`, `..\\x"`), []string{"screens[0].file"}},
		"NUL":                {change(`01-explain"`, `a\u0000b"`), []string{"screens[0].file", "NUL"}},
		"extension":          {change(`01-explain"`, `01-explain.xml"`), []string{"screens[0].file", "extension"}},
		"no file":            {change(`01-explain"`, `02-other"`), []string{"screens[0].file", "02-other.xml"}},
		"empty":              {"", []string{"capture.json"}},
		"not JSON":           {"<xml/>", []string{"capture.json:1", "not valid JSON"}},
		"a list":             {"[]", []string{"capture.json", "object", "list"}},
		"cut off":            {goodIndex[:200], []string{"capture.json"}},
		"more behind it":     {goodIndex + "{}", []string{"capture.json"}},
		"huge":               {goodIndex + strings.Repeat(" ", maxIndex), []string{"capture.json", "bytes"}},
		"deep objects":       {strings.Repeat(`{"locale":`, 100000), []string{"capture.json", "locale"}},
		"too large a number": {change("420", "1e999"), []string{"capture.json", "density", "too large"}},
		"deep":               {strings.Repeat("[", 100000), []string{"capture.json"}},
		"not UTF-8":          {change("Lumen", "\xff\xfe"), []string{"capture.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(folder(t, map[string]string{Index: x.index, "01-explain.xml": goodSource}))
			mustName(t, err, x.want...)
		})
	}
	_, err := Read(t.TempDir())
	mustName(t, err, "capture.json", "no such file")
	if _, err := Read(filepath.Join(t.TempDir(), "nowhere")); err == nil {
		t.Error("a folder that is not there")
	}
}

func mustName(t *testing.T, err error, want ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%T: %v", err, err)
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not name %q: %v", w, err)
		}
	}
	if len(err.Error()) > 1000 || strings.ContainsAny(err.Error(), "\x00\x1b") {
		t.Errorf("the error repeats foreign text: %.200q", err.Error())
	}
}

func header(w, h uint32) string {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := append([]byte("IHDR"), make([]byte, 13)...)
	binary.BigEndian.PutUint32(chunk[4:], w)
	binary.BigEndian.PutUint32(chunk[8:], h)
	chunk[12], chunk[13] = 8, 6
	_ = binary.Write(&b, binary.BigEndian, uint32(13))
	b.Write(chunk)
	_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(chunk))
	return b.String()
}

// alone is set in a process that runs nothing but the hostile files.
const alone = "FFSCERT_CAPTURES_ALONE"

// TestHostileFiles ends each in a clear error, within bounds of memory. What is
// used is counted for a process as a whole: this one has a process to itself.
func TestHostileFiles(t *testing.T) {
	if os.Getenv(alone) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestHostileFiles$", "-test.v")
		cmd.Env = append(os.Environ(), alone+"=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestHostileFiles/100,000_nodes") {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	nodes := func(n int) string {
		return "<hierarchy>" + strings.Repeat(`<node bounds="[0,0][1,1]"/>`, n) + "</hierarchy>"
	}
	for name, x := range map[string]struct {
		file, text string
		want       []string
	}{
		"50 MB":          {"01-explain.xml", "<hierarchy>" + strings.Repeat("x", 50<<20), []string{"01-explain.xml", "bytes"}},
		"100,000 nodes":  {"01-explain.xml", nodes(100_000), []string{"01-explain.xml", "100000"}},
		"10,000 deep":    {"01-explain.xml", "<hierarchy>" + strings.Repeat("<node>", 10_000) + strings.Repeat("</node>", 10_000) + "</hierarchy>", []string{"01-explain.xml:1", "deep"}},
		"DTD":            {"01-explain.xml", `<!DOCTYPE x [<!ENTITY a "aaaa">]><hierarchy/>`, []string{"01-explain.xml", "document type"}},
		"a lot of text":  {"01-explain.xml", `<hierarchy><node text="` + strings.Repeat("set up ", 20_000) + `"/></hierarchy>`, []string{"01-explain.xml", "bytes of text"}},
		"entity":         {"01-explain.xml", `<hierarchy><node text="&lol;"/></hierarchy>`, []string{"01-explain.xml", "entity"}},
		"NUL":            {"01-explain.xml", "<hierarchy>\n\x00</hierarchy>", []string{"01-explain.xml:2", "NUL"}},
		"no XML":         {"01-explain.xml", "{}", []string{"01-explain.xml"}},
		"empty":          {"01-explain.xml", "", []string{"01-explain.xml"}},
		"no nodes":       {"01-explain.xml", "<hierarchy/>", []string{"01-explain.xml", "no elements"}},
		"bounds":         {"01-explain.xml", `<hierarchy><node bounds="[0,0]"/></hierarchy>`, []string{"01-explain.xml", "bounds"}},
		"20,000×20,000":  {"01-explain.png", header(20_000, 20_000), []string{"01-explain.png", "20000 × 20000"}},
		"huge header":    {"01-explain.png", header(1<<31-1, 1<<31-1), []string{"01-explain.png"}},
		"thin":           {"01-explain.png", header(1, 4_000_000), []string{"01-explain.png"}},
		"empty picture":  {"01-explain.png", "", []string{"01-explain.png", "empty"}},
		"no PNG":         {"01-explain.png", "GIF89a", []string{"01-explain.png", "no PNG"}},
		"large picture":  {"01-explain.png", header(10, 10) + strings.Repeat("x", maxPicture), []string{"01-explain.png", "bytes"}},
		"large document": {"01-explain.html", strings.Repeat("x", maxHTML+1), []string{"01-explain.html", "bytes"}},
		"deep document":  {"01-explain.html", strings.Repeat("<div>", 10_000), []string{"01-explain.html", "deep"}},
		"many elements":  {"01-explain.html", strings.Repeat("<b></b>", 100_000), []string{"01-explain.html", "elements"}},
		"paragraphs":     {"01-explain.html", strings.Repeat("<p><b>", 15_000), []string{"01-explain.html"}},
		"NUL document":   {"01-explain.html", "<p>\x00", []string{"01-explain.html", "NUL"}},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{Index: goodIndex, "01-explain.xml": goodSource}
			files[x.file] = x.text
			dir := folder(t, files)
			files, x.text = nil, ""
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := Read(dir)
			runtime.ReadMemStats(&after)
			mustName(t, err, x.want...)
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 200 {
				t.Errorf("it took %d MiB", used)
			}
		})
	}
}

// TestLinksAndDevices: nothing is read outside of the folder, and nothing that
// is no file.
func TestLinksAndDevices(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret.xml")
	if err := os.WriteFile(secret, []byte(goodSource), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, make := range map[string]func(path string) error{
		"link outside": func(p string) error { return os.Symlink(secret, p) },
		"link nowhere": func(p string) error { return os.Symlink("nowhere.xml", p) },
		"loop":         func(p string) error { return os.Symlink("01-explain.xml", p) },
		"pipe":         func(p string) error { return syscall.Mkfifo(p, 0o644) },
		"folder":       func(p string) error { return os.Mkdir(p, 0o755) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, map[string]string{Index: goodIndex})
			if err := make(filepath.Join(dir, "01-explain.xml")); err != nil {
				t.Fatal(err)
			}
			_, err := Read(dir)
			mustName(t, err, "01-explain.xml")
		})
	}
	dir := t.TempDir()
	if err := os.Symlink(secret, filepath.Join(dir, Index)); err != nil {
		t.Fatal(err)
	}
	_, err := Read(dir)
	mustName(t, err, Index)
}

func TestTooManyScreens(t *testing.T) {
	one := `{"file": "01-explain", "role": "explain", "package": "x"}`
	index := strings.Replace(goodIndex, goodIndex[strings.Index(goodIndex, `{"file"`):strings.LastIndex(goodIndex, "]")], strings.Repeat(one+",", maxScreens)+one, 1)
	_, err := Read(folder(t, map[string]string{Index: index, "01-explain.xml": goodSource}))
	mustName(t, err, "screens", fmt.Sprint(maxScreens))
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte(goodIndex))
	f.Add([]byte(`{"screens":[{"file":"` + "\u202e" + `"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := decode(data); err != nil {
			var e *Error
			if !errors.As(err, &e) || e.File != Index {
				t.Fatalf("%T %v", err, err)
			}
		}
	})
}
