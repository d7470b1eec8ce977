package packet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// entry is a file of an archive that somebody packs.
type entry struct {
	name string
	data []byte
	mode fs.FileMode
	size uint64 // what it says it has, if not 0
}

// entriesOf takes a packet apart.
func entriesOf(t testing.TB, packet []byte) []entry {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(packet), int64(len(packet)))
	if err != nil {
		t.Fatal(err)
	}
	var all []entry
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, entry{name: f.Name, data: data})
	}
	return all
}

// repack makes an archive as a packet's is made.
func repack(t testing.TB, all []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	p, err := newPacker(z, newSpool(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.mode == 0 && e.size == 0 {
			if err := p.pack(held(e.name, e.data)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		var raw bytes.Buffer
		c, _ := flate.NewWriter(&raw, flate.BestCompression)
		_, _ = c.Write(e.data)
		_ = c.Close()
		h := zip.FileHeader{Name: e.name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(e.data), CompressedSize64: uint64(raw.Len()), UncompressedSize64: uint64(len(e.data))}
		if e.size > 0 {
			h.UncompressedSize64 = e.size
		}
		if e.mode == 0 {
			e.mode = 0o644
		}
		h.SetMode(e.mode)
		w, err := z.CreateRaw(&h)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(raw.Bytes())
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func verify(data []byte) Report { return Verify(bytes.NewReader(data), int64(len(data))) }

func kinds(r Report) string {
	var all []string
	for _, d := range r.Differences {
		all = append(all, d.Kind+" "+d.Path)
	}
	return strings.Join(all, ", ")
}

func at(all []entry, name string) int {
	return slices.IndexFunc(all, func(e entry) bool { return e.name == name })
}

func TestWhatIsDifferentIsFound(t *testing.T) {
	whole := build(t, good())
	if r := verify(repack(t, entriesOf(t, whole))); !r.Intact {
		t.Fatalf("packed anew as it was: %+v", r)
	}
	for want, change := range map[string]func(all []entry) []entry{
		"changed report.html": func(all []entry) []entry {
			e := &all[at(all, "report.html")]
			e.data = bytes.Replace(e.data, []byte("1 failed"), []byte("0 failed"), 1)
			return all
		},
		"added zzz.txt":             func(all []entry) []entry { return append(all, entry{name: "zzz.txt", data: []byte("x")}) },
		"removed reviews.json":      func(all []entry) []entry { i := at(all, "reviews.json"); return slices.Delete(all, i, i+1) },
		"renamed matrix.json":       func(all []entry) []entry { all[at(all, "matrix.json")].name = "other.json"; return all },
		"removed manifest.json":     func(all []entry) []entry { return all[1:] },
		"signature signature.json":  func(all []entry) []entry { return slices.Delete(all, 1, 2) },
		"signature signature.json ": func(all []entry) []entry { all[1].data = []byte("{}\n"); return all },
		"signature manifest.json": func(all []entry) []entry {
			all[0].data = bytes.Replace(all[0].data, []byte(`"tests_executed": 20`), []byte(`"tests_executed": 19`), 1)
			return all
		},
		"signature manifest.json ": func(all []entry) []entry {
			all[0].data = bytes.Replace(all[0].data, []byte(`"demonstration": false`), []byte(`"demonstration": true`), 1)
			return all
		},
		"manifest manifest.json": func(all []entry) []entry {
			all[0].data = bytes.Replace(all[0].data, []byte("{"), []byte("{ "), 1)
			return all
		},
		"manifest manifest.json ": func(all []entry) []entry { all[0].data = []byte("nonsense"); return all },
		"manifest manifest.json  ": func(all []entry) []entry {
			all[0].data = bytes.Replace(all[0].data, []byte("packet/v1"), []byte("packet/v9"), 1)
			return all
		},
		"changed report.html, archive ": func(all []entry) []entry { all[at(all, "report.html")].size = 100; return all },
		"changed matrix.html, changed matrix.json": func(all []entry) []entry {
			i, j := at(all, "matrix.html"), at(all, "matrix.json")
			all[i].data, all[j].data = all[j].data, all[i].data
			return all
		},
	} {
		r := verify(repack(t, change(entriesOf(t, whole))))
		if got := kinds(r); r.Intact || r.Refused != "" || strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("%q: %q %q", want, got, r.Refused)
		}
	}
	// Another key makes another signature, which is good, and another public key.
	other := entriesOf(t, whole)
	other[1].data = bytes.Replace(other[1].data, []byte(PublicKey(testKey)), []byte(PublicKey(DemoKey())), 1)
	if r := verify(repack(t, other)); kinds(r) != "signature manifest.json" || !r.DemoKey {
		t.Errorf("%+v", r)
	}
}

// sameFiles tells whether two archives hold the same. A compressed file has bits
// that mean nothing: those behind its end, up to the next byte.
func sameFiles(t testing.TB, a, b []byte) bool {
	return slices.EqualFunc(entriesOf(t, a), entriesOf(t, b), func(x, y entry) bool { return x.name == y.name && bytes.Equal(x.data, y.data) })
}

// Whatever single byte is changed, added or cut off: it is found.
func TestEveryByteCounts(t *testing.T) {
	whole := build(t, good())
	step := max(1, len(whole)/120)
	for i := 0; i < len(whole); i += step {
		bad := bytes.Clone(whole)
		bad[i] ^= 1 << (i % 8)
		if r := verify(bad); r.Intact && !sameFiles(t, bad, whole) {
			t.Fatalf("byte %d of %d was changed", i, len(whole))
		}
	}
	for name, bad := range map[string][]byte{
		"after":  append(bytes.Clone(whole), 0),
		"before": append([]byte("#!/bin/sh\n"), whole...),
		"cut":    whole[:len(whole)-1],
		"empty":  {},
	} {
		if r := verify(bad); r.Intact {
			t.Errorf("%s: it is called intact", name)
		}
	}
}

func TestHostileArchivesAreRefused(t *testing.T) {
	zeros := make([]byte, 8<<20)
	whole := entriesOf(t, build(t, good()))
	for want, more := range map[string][]entry{
		`"../evil" leads elsewhere`:       {{name: "../evil"}},
		`"a/../../evil" leads elsewhere`:  {{name: "a/../../evil"}},
		`"/etc/passwd" leads elsewhere`:   {{name: "/etc/passwd"}},
		`leads elsewhere`:                 {{name: `..\evil`}},
		`"C:evil" leads elsewhere`:        {{name: "C:evil"}},
		`"a//b" leads elsewhere`:          {{name: "a//b"}},
		`"./a" leads elsewhere`:           {{name: "./a"}},
		`leads elsewhere, or is none`:     {{name: "a\x00b"}},
		`, or is none of a packet's`:      {{name: "r\u202eport"}},
		`"" leads elsewhere`:              {{name: ""}},
		`or is none of`:                   {{name: strings.Repeat("a", 400)}},
		"link is no regular file but a l": {{name: "link", data: []byte("/etc/passwd"), mode: fs.ModeSymlink | 0o777}},
		"pipe is no regular file":         {{name: "pipe", mode: fs.ModeNamedPipe | 0o644}},
		`"folder/" leads elsewhere`:       {{name: "folder/", mode: fs.ModeDir | 0o755}},
		"the name Report.html is there":   {{name: "Report.html", data: []byte("x")}},
		"report.html is there twice":      {{name: "report.html", data: []byte("x")}},
		"report.html is a file and a fol": {{name: "report.html/x", data: []byte("x")}},
		"a bomb":                          {{name: "bomb", data: zeros, mode: 0o644}},
		"too many for a packet":           {{name: "big", data: []byte("x"), size: 1 << 40}},
		"would become more than 2048 MiB": {{name: "b1", data: noise(2700000), size: 512 << 20}, {name: "b2", data: noise(2700000), size: 512 << 20}, {name: "b3", data: noise(2700000), size: 512 << 20}, {name: "b4", data: noise(2700000), size: 512 << 20}},
	} {
		r := verify(repack(t, slices.Concat(whole, more)))
		if r.Intact || !strings.Contains(r.Refused, want) {
			t.Errorf("%q: %q %s", want, r.Refused, kinds(r))
		}
	}
	if r := verify([]byte("PK\x03\x04 and nothing else")); !strings.Contains(r.Refused, "no ZIP archive") {
		t.Errorf("%+v", r)
	}
}

// noise does not compress.
func noise(n int) []byte {
	data := make([]byte, n)
	x := uint32(n)
	for i := range data {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		data[i] = byte(x)
	}
	return data
}

// A packet that anybody sends may be anything; only one that is whole is called
// intact.
func FuzzVerify(f *testing.F) {
	whole := build(f, good())
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add(repack(f, []entry{{name: "manifest.json", data: []byte("{}")}, {name: "signature.json", data: []byte("{}")}}))
	f.Add(repack(f, []entry{{name: "../x", data: []byte("x")}}))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		r := verify(data)
		if r.Intact && !sameFiles(t, data, whole) {
			t.Fatalf("called intact: %+v", r)
		}
		if r.Intact && (r.Refused != "" || r.Manifest == nil || r.PublicKey == "") {
			t.Fatalf("%+v", r)
		}
	})
}
