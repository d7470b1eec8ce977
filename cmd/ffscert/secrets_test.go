package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/features/certification"
)

// planted are secrets of every kind that a run meets, by what they are.
var planted = map[string]string{
	"partner password":     `pw-Lumen "4711"&<x>`,
	"Amazon password":      `Ama/zon+pass=wörd`,
	"one-time code":        `839-204-551`,
	"endpoint's password":  `hub%pass word`,
	"access key":           `KEY/abc+def==`,
	"bearer token":         `eyJhbGciOi.J9.x-Y_z`,
	"Wi-Fi password":       `wifi\pass\word`,
	"unlock key":           `94620175`,
	"TOTP secret":          `JBSWY3DPEHPK3PXP`,
	"proxy's password":     `pr0xy-pass`,
	"Amazon TOTP secret":   `KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU`,
	"value from a file":    `from-a-file-77`,
	"value of a plain key": `innocent-looking-1`,
}

// leakyServer stands before a phone's endpoint and repeats every secret in every
// way it can think of.
type leakyServer struct {
	t        *testing.T
	proxy    http.Handler
	mu       sync.Mutex
	typed    int
	marked   int // typed with X-Appium-Is-Sensitive
	sessions int // asked for with it
	fails    bool
}

const otpField = `<android.widget.EditText class="android.widget.EditText" package="com.example" resource-id="com.example:id/otp_code" text="%s" displayed="true" enabled="true" bounds="[300,2250][700,2330]"/>` +
	`<android.widget.TextView class="android.widget.TextView" package="com.example" text="%s" content-desc="https://x.example/?q=%s" displayed="true" enabled="true" bounds="[0,2300][10,2310]"/>`

func newLeakyServer(t *testing.T, endpoint string) (*leakyServer, *httptest.Server) {
	u, err := url.Parse(endpoint)
	require.NoError(t, err)
	s := &leakyServer{t: t}
	p := httputil.NewSingleHostReverseProxy(u)
	p.ModifyResponse = s.leak
	s.proxy = p
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return s, srv
}

func (s *leakyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	if user != "nightly" || password != planted["endpoint's password"] {
		s.t.Errorf("%s came without the endpoint's password", r.URL)
	}
	r.Header.Del("Authorization")
	sensitive := r.Header.Get("X-Appium-Is-Sensitive") == "true"
	s.mu.Lock()
	if sensitive && strings.HasSuffix(r.URL.Path, "/value") {
		s.marked++
	}
	if sensitive && r.URL.Path == "/session" {
		s.sessions++
	}
	if strings.HasSuffix(r.URL.Path, "/value") {
		s.typed++
	}
	fails := s.fails && strings.HasSuffix(r.URL.Path, "/click")
	s.mu.Unlock()
	if fails {
		w.WriteHeader(500)
		json.NewEncoder(w).Encode(map[string]any{"value": map[string]string{"error": "unknown error", "message": everything(), "stacktrace": everything()}})
		return
	}
	s.proxy.ServeHTTP(w, r)
}

// everything is a message that repeats all secrets in all forms.
func everything() string {
	var b strings.Builder
	for name, v := range planted {
		if name == "one-time code" {
			continue // only the phone knows it
		}
		quoted, _ := json.Marshal(v)
		fmt.Fprintf(&b, " %s %s ?q=%s&p=%s %s %s %s", v, quoted, url.QueryEscape(v), url.PathEscape(v), html.EscapeString(v),
			base64.StdEncoding.EncodeToString([]byte(v)), base64.StdEncoding.EncodeToString([]byte("nightly:"+v)))
	}
	return b.String()
}

// leak puts secrets into page sources.
func (s *leakyServer) leak(r *http.Response) error {
	if !strings.HasSuffix(r.Request.URL.Path, "/source") || r.StatusCode != 200 {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var v struct {
		Value string `json:"value"`
	}
	if err := json.Unmarshal(body, &v); err != nil {
		return err
	}
	page := fmt.Sprintf(otpField, planted["one-time code"], html.EscapeString(planted["partner password"]), url.QueryEscape(planted["access key"]))
	v.Value = strings.Replace(v.Value, "</hierarchy>", page+"</hierarchy>", 1)
	out, err := json.Marshal(v)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(out)), int64(len(out))
	r.Header.Set("Content-Length", strconv.Itoa(len(out)))
	return err
}

func TestNoSecretIsLeftBehind(t *testing.T) {
	for _, fails := range []bool{false, true} {
		t.Run(fmt.Sprintf("fails %t", fails), func(t *testing.T) { leavesNoSecret(t, fails) })
	}
}

func leavesNoSecret(t *testing.T, fails bool) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "secrets"), 0o700))
	lab := "version: 1\nplan: mss-wifi-default\nproduct: {device_name: First light}\ntestbeds:\n  - {name: v, virtual: {latency: none, partner: {signed_in: false},\n" +
		"     account: {always_asks_code: true, totp_seed: " + planted["Amazon TOTP secret"] + "}}}\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "secrets", "lab.yaml"), []byte(lab), 0o600))
	said := served(t, dir, "--config", "secrets/lab.yaml", "--listen", "127.0.0.1:0", "--speed", "10") // slow enough for a code to be typed
	s, srv := newLeakyServer(t, said.Appium)
	s.fails = fails
	partnerMap, err := filepath.Abs("../../drivers/screen/maps/partner-demo.yaml")
	require.NoError(t, err)
	// The secrets, and their only places.
	t.Setenv("HUB", (&url.URL{Scheme: "http", User: url.UserPassword("nightly", planted["endpoint's password"]), Host: strings.TrimPrefix(srv.URL, "http://")}).String())
	for env, name := range map[string]string{"PARTNER_PW": "partner password", "KEY": "access key", "UNLOCK": "unlock key", "TOTP": "TOTP secret", "PLAIN": "value of a plain key"} {
		t.Setenv(env, planted[name])
	}
	t.Setenv("BEARER", "Bearer "+planted["bearer token"])
	t.Setenv("PROXY_URL", "http://me:"+planted["proxy's password"]+"@proxy.example:8080")
	for file, name := range map[string]string{"amazon": "Amazon password", "totp": "Amazon TOTP secret", "wifi": "Wi-Fi password", "other": "value from a file"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "secrets", file), []byte(planted[name]+"\n"), 0o600))
	}
	text := fmt.Sprintf(`version: 1
plan: mss-wifi-default
product: {device_name: First light}
screens: {partner: %s}
testbeds:
  - name: bench
    phone:
      endpoint_env: HUB
      udid: %s
      capabilities:
        "bstack:options": {accessKey_env: KEY}
        "appium:unlockKey_env": UNLOCK
        "vendor:authorization_env": BEARER
        "vendor:totpSecret_env": TOTP
        "vendor:wifiPassword_file": secrets/wifi
        "vendor:proxyUrl_env": PROXY_URL
        "vendor:note_env": PLAIN
        "vendor:something_file": secrets/other
    plugs: {device: First plug, provisioner: Second plug}
    provisioner: Echo Dot
    accounts:
      partner: {user: ada@lumen.example, password_env: PARTNER_PW}
      amazon: {user: ada@amazon.example, password_file: secrets/amazon, code: {totp_file: secrets/totp}}
`, partnerMap, said.Serial)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ffscert.yaml"), []byte(text), 0o600))
	st, out, errs := testState(t, dir, "--log-level", "debug", "run", "--record", "--case", "FFS-LWA-01", "--attempts", "1", "--format", "html:out.html", "--format", "json:out.json", "--json")
	status := Main(st)
	if fails {
		require.Equal(t, exitOutside, status, errs)
	} else {
		require.Equal(t, exitReview, status, errs) // what was asked for is hidden
		require.Positive(t, s.typed)
		require.Positive(t, s.marked, "a password is typed with the header that keeps it out of the server's log")
	}
	require.Positive(t, s.sessions)
	blobs := map[string][]byte{"stdout": out.Bytes(), "stderr": errs.Bytes()}
	// What a reader prints of it later.
	for _, args := range [][]string{{"matrix"}, {"matrix", "--format", "json"}} {
		reader, out, errs := testState(t, dir, args...)
		Main(reader)
		blobs[strings.Join(args, " ")] = append(out.Bytes(), errs.Bytes()...)
	}
	// What is handed on: every export, and a packet.
	for _, format := range []string{"csv", "md", "html", "xlsx", "junit", "messages"} {
		export, _, errs := testState(t, dir, "matrix", "--format", format, "--out", "export."+format)
		require.Equal(t, exitPassed, Main(export), errs)
	}
	page, _, errs := testState(t, dir, "trace", "--out", "trace.html")
	require.Equal(t, exitPassed, Main(page), errs)
	packet, _, errs := testState(t, dir, "packet", "build", "--demo", "--out", "packet.zip")
	require.Equal(t, exitPassed, Main(packet), errs)
	pictures, traced := 0, 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || strings.Contains(path, "secrets") {
			return err
		}
		b, err := os.ReadFile(path)
		blobs[path] = b
		switch filepath.Ext(path) {
		case ".gz":
			z, err := gzip.NewReader(bytes.NewReader(b))
			require.NoError(t, err)
			plain, err := io.ReadAll(z)
			require.NoError(t, err)
			blobs[path+" unpacked"] = plain
			for _, p := range picturesIn(plain) {
				pictures++
				mustBePainted(t, path, p)
			}
		case certification.TraceExt:
			traced += mustBePaintedSmall(t, path, b)
		case ".zip", ".xlsx":
			unpack(t, path, b, blobs)
		case ".png":
			pictures++
			mustBePainted(t, path, b)
		}
		return err
	}))
	if fails {
		require.Positive(t, pictures, "no picture was kept that could be painted over")
		require.Positive(t, traced, "no trace has a picture that could be painted over")
	}
	require.Greater(t, len(blobs), 8)
	for where, b := range blobs {
		for _, view := range views(b) {
			for name, v := range planted {
				require.False(t, strings.Contains(view, v), "the %s is in %s: %s", name, where, around(view, v))
			}
		}
	}
}

// unpack adds what is in an archive, and in archives in it.
func unpack(t *testing.T, path string, archive []byte, blobs map[string][]byte) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	require.NoError(t, err)
	require.NotEmpty(t, z.File)
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		blobs[path+" "+f.Name] = b
		switch filepath.Ext(f.Name) {
		case ".xlsx":
			unpack(t, path+" "+f.Name, b, blobs)
		case ".png":
			mustBePainted(t, path+" "+f.Name, b)
		}
	}
}

func around(s, word string) string {
	i := strings.Index(s, word)
	return fmt.Sprintf("%q", s[max(0, i-80):min(len(s), i+len(word)+40)])
}

var base64Run = regexp.MustCompile(`[A-Za-z0-9+/_-]{8,}`)

// views are a blob as it is, and what its escapes and encodings stand for.
func views(b []byte) []string {
	raw := string(b)
	list := []string{raw, html.UnescapeString(raw), percentDecoded(raw), strings.ReplaceAll(percentDecoded(raw), "+", " ")}
	unescaped := raw
	for range 3 { // JSON within JSON within JSON
		unescaped = jsonUnescaped(unescaped)
		list = append(list, unescaped, html.UnescapeString(unescaped), percentDecoded(unescaped))
	}
	var decoded strings.Builder
	for _, run := range base64Run.FindAllString(raw, -1) {
		if len(run) > 4096 {
			continue // a picture
		}
		run = strings.NewReplacer("-", "+", "_", "/").Replace(run)
		for shift := range 4 {
			part := run[min(shift, len(run)):]
			text, _ := base64.RawStdEncoding.DecodeString(part[:len(part)-len(part)%4])
			decoded.Write(text)
			decoded.WriteByte('\n')
		}
	}
	return append(list, decoded.String())
}

var percent = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

func percentDecoded(s string) string {
	return percent.ReplaceAllStringFunc(s, func(x string) string {
		n, _ := strconv.ParseUint(x[1:], 16, 8)
		return string([]byte{byte(n)})
	})
}

var escape = regexp.MustCompile(`\\(u[0-9a-fA-F]{4}|["\\/])`)

func jsonUnescaped(s string) string {
	return escape.ReplaceAllStringFunc(s, func(x string) string {
		if x[1] != 'u' {
			return x[1:]
		}
		n, _ := strconv.ParseUint(x[2:], 16, 32)
		return string(rune(n))
	})
}

// picturesIn are the screenshots in recorded traffic.
func picturesIn(plain []byte) [][]byte {
	var all [][]byte
	for _, run := range regexp.MustCompile(`iVBORw0KGgo[A-Za-z0-9+/]+=*`).FindAll(plain, -1) {
		if b, err := base64.StdEncoding.DecodeString(string(run)); err == nil {
			all = append(all, b)
		}
	}
	return all
}

// mustBePainted fails unless the field with the code is grey.
func mustBePainted(t *testing.T, path string, b []byte) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	require.NoError(t, err)
	for y := 2250; y < 2330; y += 4 {
		for x := 300; x < 700; x += 4 {
			if c := color.RGBAModel.Convert(img.At(x, y)); c != (color.RGBA{0x60, 0x60, 0x60, 0xff}) {
				t.Fatalf("%s: the code's field is not painted over at %d,%d: %v", path, x, y, c)
			}
		}
	}
}

// mustBePaintedSmall fails unless the field with the code is grey on the pictures
// of a trace, and returns how many there are.
func mustBePaintedSmall(t *testing.T, path string, b []byte) int {
	t.Helper()
	var tr certification.Trace
	require.NoError(t, json.Unmarshal(b, &tr))
	for i, p := range tr.Pictures {
		img, _, err := image.Decode(bytes.NewReader(p.Data))
		require.NoError(t, err)
		scale := float64(p.Width) / 1080
		for y := int(2250*scale) + 2; y < int(2330*scale)-2; y++ {
			for x := int(300*scale) + 2; x < int(700*scale)-2; x++ {
				if c := color.GrayModel.Convert(img.At(x, y)).(color.Gray); c.Y < 0x50 || c.Y > 0x70 {
					t.Fatalf("%s: picture %d: the code's field is not painted over at %d,%d: %v", path, i, x, y, c)
				}
			}
		}
	}
	return len(tr.Pictures)
}
