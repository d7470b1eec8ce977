package packet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
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
// order. The same files and key always give the same bytes.
func Write(w io.Writer, m Manifest, files []File, key ed25519.PrivateKey) error {
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
	total := 0
	for _, f := range append([]File{{manifestName, manifest}, {signatureName, sig}}, files...) {
		if total += len(f.Data); total > maxTotal || len(f.Data) > maxFile {
			return fmt.Errorf("write the packet: %s makes it larger than %d MiB", f.Path, maxTotal>>20)
		}
		if err := pack(z, f); err != nil {
			return fmt.Errorf("write the packet: %s: %w", f.Path, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write the packet: %w", err)
	}
	return nil
}

// pack compresses a file where that pays, and does not make it look like a bomb.
func pack(z *zip.Writer, f File) error {
	var b bytes.Buffer
	c, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return err
	}
	if _, err := c.Write(f.Data); err != nil {
		return err
	}
	if err := c.Close(); err != nil {
		return err
	}
	h := zip.FileHeader{Name: f.Path, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(f.Data), UncompressedSize64: uint64(len(f.Data))}
	raw := b.Bytes()
	h.CompressedSize64 = uint64(len(raw))
	if len(raw) >= len(f.Data) || bomb(h) {
		h.Method, raw = zip.Store, f.Data
		h.CompressedSize64 = h.UncompressedSize64
	}
	return putRaw(z, h, bytes.NewReader(raw))
}

// bomb tells whether so little becomes so much that no file of a packet does.
func bomb(h zip.FileHeader) bool {
	return h.UncompressedSize64 > 1<<20 && h.UncompressedSize64/200 > h.CompressedSize64
}

// putRaw writes an entry in the one form that an entry of a packet has.
func putRaw(z *zip.Writer, h zip.FileHeader, raw io.Reader) error {
	plain := zip.FileHeader{Name: h.Name, Method: h.Method, CRC32: h.CRC32, UncompressedSize64: h.UncompressedSize64, CompressedSize64: h.CompressedSize64}
	//lint:ignore SA1019 CreateRaw takes the date from here alone
	plain.ModifiedDate = 1<<5 | 1 // 1980-01-01, the first day that a ZIP archive knows
	plain.SetMode(0o644)
	w, err := z.CreateRaw(&plain)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, raw)
	return err
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
