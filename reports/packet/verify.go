package packet

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// Report is what became of verifying a packet.
type Report struct {
	// Manifest is nil if there is none that can be read.
	Manifest *Manifest `json:"manifest" jsonschema:"nullable"`
	// PublicKey is the key that the packet says it was signed with, in base64.
	// Whose it is, a packet cannot say.
	PublicKey string `json:"public_key"`
	// DemoKey is true if it was signed with the key that everybody has.
	DemoKey bool `json:"demonstration_key"`
	// Intact is true if nothing differs and the signature is good.
	Intact bool `json:"intact"`
	// Refused is why the archive was not even looked into; empty if it was.
	Refused     string       `json:"refused"`
	Differences []Difference `json:"differences"`
	Files       int          `json:"files"`
	Bytes       int64        `json:"bytes"`
}

// Demonstration tells whether the packet proves nothing: it says so itself, or
// anybody can have made it.
func (r Report) Demonstration() bool {
	return r.DemoKey || r.Manifest != nil && r.Manifest.Demonstration
}

// Difference is something that is not as the manifest says.
type Difference struct {
	// Kind is changed, added, removed, renamed, signature, manifest or archive.
	Kind string `json:"kind"`
	Path string `json:"path"`
	Text string `json:"text"`
}

// The bounds of what is read before anything is trusted, in bytes.
const (
	maxManifest  = 64 << 20
	maxSignature = 4 << 10
)

// Verify looks at a packet of that size in bytes. It needs nothing but the
// archive, and writes nothing to any disk.
func Verify(r io.ReaderAt, size int64) Report {
	rep := Report{Differences: []Difference{}}
	z, err := zip.NewReader(r, size)
	if err != nil {
		rep.Refused = "it is no ZIP archive that can be read: " + err.Error()
		return rep
	}
	if err := harmless(z, size); err != nil {
		rep.Refused = err.Error()
		return rep
	}
	v := &verifier{rep: &rep, sums: map[string]string{}}
	v.read(z)
	v.manifest()
	v.compare()
	v.canonical(z, r, size)
	rep.Intact = len(rep.Differences) == 0
	return rep
}

// pathPattern allows what cannot mean anything else on any system.
var pathPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]*(/[A-Za-z0-9][A-Za-z0-9._+-]*)*$`)

// harmless refuses what no packet is: names that lead elsewhere, links, folders,
// names that are there twice, and more bytes than a packet may have.
func harmless(z *zip.Reader, size int64) error {
	if len(z.File) > maxFiles {
		return fmt.Errorf("it has more than %d entries", maxFiles)
	}
	if z.Comment != "" {
		return errors.New("it has a comment")
	}
	seen := map[string]string{}
	var total uint64
	for _, f := range z.File {
		switch {
		case len(f.Name) > 300 || !pathPattern.MatchString(f.Name) || !fs.ValidPath(f.Name):
			return fmt.Errorf("the name %q leads elsewhere, or is none of a packet's", shortened(f.Name))
		case !f.Mode().IsRegular():
			return fmt.Errorf("%s is no regular file but a %s", f.Name, kindOf(f.Mode()))
		case f.Flags&1 != 0:
			return fmt.Errorf("%s is encrypted", f.Name)
		case f.Method != zip.Store && f.Method != zip.Deflate:
			return fmt.Errorf("%s is compressed in a way that no packet is (%d)", f.Name, f.Method)
		case f.UncompressedSize64 > maxFile || f.CompressedSize64 > uint64(size):
			return fmt.Errorf("%s says that it has %d bytes: too many for a packet", f.Name, f.UncompressedSize64)
		case f.Method == zip.Store && f.UncompressedSize64 != f.CompressedSize64:
			return fmt.Errorf("%s says that it has two sizes", f.Name)
		case bomb(f.FileHeader):
			return fmt.Errorf("%s would become %d bytes out of %d: a bomb", f.Name, f.UncompressedSize64, f.CompressedSize64)
		}
		folded := strings.ToLower(f.Name)
		if other, twice := seen[folded]; twice {
			return fmt.Errorf("the name %s is there twice (%s)", f.Name, other)
		}
		seen[folded] = f.Name
		if total += f.UncompressedSize64; total > maxTotal {
			return fmt.Errorf("it would become more than %d MiB", maxTotal>>20)
		}
	}
	for name := range seen {
		for at := strings.LastIndexByte(name, '/'); at > 0; at = strings.LastIndexByte(name[:at], '/') {
			if other, both := seen[name[:at]]; both {
				return fmt.Errorf("%s is a file and a folder", other)
			}
		}
	}
	return nil
}

func kindOf(m fs.FileMode) string {
	switch {
	case m&fs.ModeSymlink != 0:
		return "link"
	case m.IsDir():
		return "folder"
	}
	return "device, pipe or the like"
}

type verifier struct {
	rep   *Report
	sums  map[string]string // of the files that are there
	sizes map[string]int64
	held  map[string][]byte // the manifest and its signature
}

func (v *verifier) differs(kind, path, format string, args ...any) {
	v.rep.Differences = append(v.rep.Differences, Difference{kind, path, fmt.Sprintf(format, args...)})
}

// read computes the sums of all files.
func (v *verifier) read(z *zip.Reader) {
	v.held, v.sizes = map[string][]byte{}, map[string]int64{}
	for _, f := range z.File {
		var keep bytes.Buffer
		h := sha256.New()
		to := io.Writer(h)
		limit := map[string]uint64{manifestName: maxManifest, signatureName: maxSignature}[f.Name]
		if limit > 0 && f.UncompressedSize64 <= limit {
			to = io.MultiWriter(h, &keep)
		}
		n, err := unpack(f, to)
		if err != nil {
			v.sums[f.Name] = ""
			v.differs("changed", f.Name, "it cannot be unpacked: %v", err)
			continue
		}
		v.sums[f.Name], v.sizes[f.Name] = hex.EncodeToString(h.Sum(nil)), n
		if limit > 0 {
			v.held[f.Name] = keep.Bytes()
			continue
		}
		v.rep.Files++
		v.rep.Bytes += n
	}
}

// unpack writes the content of an entry, never more than it says it has, and
// makes sure that nothing of the entry is left over.
func unpack(f *zip.File, to io.Writer) (int64, error) {
	raw, err := f.OpenRaw()
	if err != nil {
		return 0, err
	}
	in := bufio.NewReader(raw)
	var from io.Reader = in
	if f.Method == zip.Deflate {
		from = flate.NewReader(in) // reads byte by byte, and not beyond its end
	}
	n, err := io.Copy(to, io.LimitReader(from, int64(f.UncompressedSize64)+1))
	switch {
	case err != nil:
		return n, err
	case uint64(n) != f.UncompressedSize64:
		return n, fmt.Errorf("it does not have the %d bytes that it says", f.UncompressedSize64)
	}
	if _, err := in.ReadByte(); err != io.EOF {
		return n, errors.New("more bytes come after its end")
	}
	return n, nil
}

// manifest reads the manifest and checks its signature.
func (v *verifier) manifest() {
	data, ok := v.held[manifestName]
	if !ok || len(data) == 0 {
		v.differs("removed", manifestName, "there is no manifest that can be read")
		return
	}
	var m Manifest
	if err := strict(data, &m); err != nil || m.Schema != Schema {
		v.differs("manifest", manifestName, "it is no manifest of a packet: %v", firstError(err, "its schema is "+shortened(m.Schema)))
		return
	}
	v.rep.Manifest = &m
	var s signature
	if err := strict(v.held[signatureName], &s); err != nil {
		v.differs("signature", signatureName, "there is no signature that can be read: %v", err)
		return
	}
	key, err1 := base64.StdEncoding.DecodeString(s.PublicKey)
	sig, err2 := base64.StdEncoding.DecodeString(s.Signature)
	if s.Algorithm != "Ed25519" || err1 != nil || err2 != nil || len(key) != ed25519.PublicKeySize || len(sig) != ed25519.SignatureSize {
		v.differs("signature", signatureName, "it is no Ed25519 signature")
		return
	}
	v.rep.PublicKey, v.rep.DemoKey = s.PublicKey, s.PublicKey == PublicKey(DemoKey())
	if !ed25519.Verify(key, signed(data), sig) {
		v.differs("signature", manifestName, "the signature is not good: the manifest was changed, or another key has signed it")
	}
}

// strict decodes JSON that is in the one form in which it is written: whatever
// else it could mean to another reader is not accepted.
func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	again, err := encode(into)
	if err == nil && !bytes.Equal(again, data) {
		err = errors.New("it is not written as a packet's is")
	}
	return err
}

func firstError(err error, otherwise string) error {
	if err != nil {
		return err
	}
	return errors.New(otherwise)
}

// compare compares the files that are there with those of the manifest.
func (v *verifier) compare() {
	if v.rep.Manifest == nil {
		return
	}
	wanted := map[string]Entry{}
	for _, e := range v.rep.Manifest.Files {
		if _, twice := wanted[e.Path]; twice || e.Path == manifestName || e.Path == signatureName {
			v.differs("manifest", e.Path, "the manifest names it twice, or names itself")
		}
		wanted[e.Path] = e
	}
	added := map[string][]string{} // by sum
	for name, sum := range v.sums {
		e, known := wanted[name]
		switch {
		case name == manifestName || name == signatureName:
		case !known:
			added[sum] = append(added[sum], name)
		case sum != "" && (e.SHA256 != sum || e.Size != v.sizes[name]):
			v.differs("changed", name, "its content is not what was signed")
		}
	}
	for _, names := range added {
		slices.Sort(names)
	}
	for _, e := range v.rep.Manifest.Files {
		if _, there := v.sums[e.Path]; there {
			continue
		}
		if names := added[e.SHA256]; len(names) > 0 {
			v.differs("renamed", e.Path, "it is called %s now", names[0])
			added[e.SHA256] = names[1:]
			continue
		}
		v.differs("removed", e.Path, "it is not there")
	}
	for _, names := range added {
		for _, name := range names {
			v.differs("added", name, "the manifest does not have it")
		}
	}
	slices.SortStableFunc(v.rep.Differences, func(a, b Difference) int { return strings.Compare(a.Path, b.Path) })
}

// canonical makes sure that the archive has no byte beside its files: before,
// between and after them, and in their headers.
func (v *verifier) canonical(z *zip.Reader, r io.ReaderAt, size int64) {
	c := &comparing{r: bufio.NewReader(io.NewSectionReader(r, 0, size))}
	w := zip.NewWriter(c)
	var err error
	for _, f := range z.File {
		var raw io.Reader
		if raw, err = f.OpenRaw(); err == nil {
			err = putRaw(w, f.FileHeader, raw)
		}
		if err != nil {
			break
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil && c.n != size {
		err = errDiffers
	}
	if err != nil {
		v.differs("archive", "", "the archive was packed anew, or has bytes that belong to no file")
	}
}

// Same tells whether what write writes is what r has, to the last of its size
// bytes.
func Same(r io.Reader, size int64, write func(io.Writer) error) (bool, error) {
	c := &comparing{r: bufio.NewReader(r)}
	err := write(c)
	if errors.Is(err, errDiffers) {
		return false, nil
	}
	return c.n == size, err
}

var errDiffers = errors.New("the bytes differ")

// comparing is a writer that compares what is written with what it reads.
type comparing struct {
	r   *bufio.Reader
	n   int64
	buf []byte
}

func (c *comparing) Write(p []byte) (int, error) {
	if cap(c.buf) < len(p) {
		c.buf = make([]byte, len(p))
	}
	is := c.buf[:len(p)]
	if _, err := io.ReadFull(c.r, is); err != nil || !bytes.Equal(is, p) {
		return 0, errDiffers
	}
	c.n += int64(len(p))
	return len(p), nil
}
