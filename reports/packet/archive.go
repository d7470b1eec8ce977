package packet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

// The names of what is not in the manifest.
const (
	manifestName  = "manifest.json"
	signatureName = "signature.json"
)

// signature is the file that signs the manifest.
type signature struct {
	Algorithm string `json:"algorithm"`
	PublicKey string `json:"public_key"` // base64
	Signature string `json:"signature"`  // base64
}

// signed is what is signed: nothing else that the key signs can be taken for it.
func signed(manifest []byte) []byte {
	return append([]byte("ffscert packet manifest v1\n"), manifest...)
}

// encode writes JSON in the one form in which it is accepted.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// Write writes the archive: the manifest, its signature, the files in their
// order. The same files and key always give the same bytes. What is compressed
// and large goes through the spool. A file that is no longer what the manifest
// says is an error.
func Write(w io.Writer, m Manifest, files []File, key ed25519.PrivateKey, spool *Spool) error {
	manifest, err := encode(m)
	if err != nil {
		return fmt.Errorf("write the packet: %w", err)
	}
	sig, err := encode(signature{"Ed25519", PublicKey(key), base64.StdEncoding.EncodeToString(ed25519.Sign(key, signed(manifest)))})
	if err != nil {
		return fmt.Errorf("write the packet: %w", err)
	}
	if len(files) > maxFiles-2 {
		return fmt.Errorf("write the packet: more than %d files", maxFiles-2)
	}
	z := zip.NewWriter(w)
	p, err := newPacker(z, spool)
	if err != nil {
		return fmt.Errorf("write the packet: %w", err)
	}
	total := int64(0)
	for _, f := range append([]File{held(manifestName, manifest), held(signatureName, sig)}, files...) {
		if total += f.Size; total > maxTotal || f.Size > maxFile {
			return fmt.Errorf("write the packet: %s makes it larger than %d MiB", f.Path, maxTotal>>20)
		}
		if err := p.pack(f); err != nil {
			return fmt.Errorf("write the packet: %s: %w", f.Path, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write the packet: %w", err)
	}
	return nil
}

// packer puts files into an archive, one after the other.
type packer struct {
	z     *zip.Writer
	tight spill // what the file becomes
	flate *flate.Writer
}

func newPacker(z *zip.Writer, spool *Spool) (*packer, error) {
	f, err := flate.NewWriter(io.Discard, flate.BestCompression)
	return &packer{z: z, tight: spill{spool: spool}, flate: f}, err
}

// pack compresses a file where that pays, and does not make it look like a bomb.
func (p *packer) pack(f File) (err error) {
	defer func() { err = errors.Join(err, p.tight.reset()) }()
	p.flate.Reset(&p.tight)
	crc, err := p.through(f, p.flate)
	if err == nil {
		err = p.flate.Close()
	}
	if err != nil {
		return err
	}
	h := zip.FileHeader{Name: f.Path, Method: zip.Deflate, CRC32: crc, UncompressedSize64: uint64(f.Size), CompressedSize64: uint64(p.tight.size)}
	if p.tight.size < f.Size && !bomb(h) {
		raw, err := p.tight.reader()
		if err != nil {
			return err
		}
		return putRaw(p.z, h, raw)
	}
	h.Method, h.CompressedSize64 = zip.Store, h.UncompressedSize64
	to, err := createRaw(p.z, h)
	if err != nil {
		return err
	}
	_, err = p.through(f, to)
	return err
}

// through copies a file, and makes sure that it is what its sum says.
func (p *packer) through(f File, to io.Writer) (crc uint32, err error) {
	from, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	h, c := sha256.New(), crc32.NewIEEE()
	n, err := io.Copy(io.MultiWriter(to, h, c), io.LimitReader(from, f.Size+1))
	if err == nil && (n != f.Size || hex.EncodeToString(h.Sum(nil)) != f.SHA256) {
		err = errors.New("it was changed while the packet was built")
	}
	return c.Sum32(), err
}

// bomb tells whether so little becomes so much that no file of a packet does.
func bomb(h zip.FileHeader) bool {
	return h.UncompressedSize64 > 1<<20 && h.UncompressedSize64/200 > h.CompressedSize64
}

// putRaw writes an entry in the one form that an entry of a packet has.
func putRaw(z *zip.Writer, h zip.FileHeader, raw io.Reader) error {
	w, err := createRaw(z, h)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, raw)
	return err
}

func createRaw(z *zip.Writer, h zip.FileHeader) (io.Writer, error) {
	plain := zip.FileHeader{Name: h.Name, Method: h.Method, CRC32: h.CRC32, UncompressedSize64: h.UncompressedSize64, CompressedSize64: h.CompressedSize64}
	//lint:ignore SA1019 CreateRaw takes the date from here alone
	plain.ModifiedDate = 1<<5 | 1 // 1980-01-01, the first day that a ZIP archive knows
	plain.SetMode(0o644)
	return z.CreateRaw(&plain)
}

// PublicKey is the public half of a key, as it is printed: base64 of 32 bytes.
func PublicKey(key ed25519.PrivateKey) string {
	return base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))
}

// ParseKey reads a private key: PEM as `openssl genpkey -algorithm ed25519` writes
// it, or base64 of the 32 bytes of its seed. Errors never show the key.
func ParseKey(data []byte) (ed25519.PrivateKey, error) {
	if block, _ := pem.Decode(data); block != nil {
		if block.Type != "PRIVATE KEY" {
			return nil, fmt.Errorf("it holds a %q, not a PRIVATE KEY", shortened(block.Type))
		}
		k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New("the private key cannot be read")
		}
		key, ok := k.(ed25519.PrivateKey)
		if !ok {
			return nil, errors.New("it is no Ed25519 key")
		}
		return key, nil
	}
	seed, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(data)))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, errors.New("it is neither PEM nor base64 of 32 bytes")
	}
	return ed25519.NewKeyFromSeed(seed), nil
}
