package packet

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// File is a file of a packet, whose content lies on a disk.
type File struct {
	Path   string
	Size   int64
	SHA256 string
	open   func() (io.ReadCloser, error)
}

// Open reads the file. That it still is what it was is for the reader to see.
func (f File) Open() (io.ReadCloser, error) { return f.open() }

// held is a small file.
func held(path string, data []byte) File {
	return File{path, int64(len(data)), sum(data), func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}

// Spool is a folder for what is made before it is packed, so that a packet of
// any size takes little memory.
type Spool struct {
	dir string
	n   int
}

// NewSpool makes a folder inside dir, which should have room for the packet.
func NewSpool(dir string) (*Spool, error) {
	made, err := os.MkdirTemp(dir, ".packet-*")
	if err != nil {
		return nil, err
	}
	return &Spool{dir: made}, nil
}

// Close removes the folder.
func (s *Spool) Close() error { return os.RemoveAll(s.dir) }

// file keeps what write makes.
func (s *Spool) file(path string, write func(io.Writer) error) (File, error) {
	s.n++
	name := filepath.Join(s.dir, fmt.Sprint(s.n))
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return File{}, err
	}
	h := sha256.New()
	count := &counting{to: io.MultiWriter(out, h)}
	b := bufio.NewWriterSize(count, 64<<10)
	if err := errors.Join(write(b), b.Flush(), out.Close()); err != nil {
		return File{}, err
	}
	return File{path, count.n, hex.EncodeToString(h.Sum(nil)), func() (io.ReadCloser, error) { return os.Open(name) }}, nil
}

type counting struct {
	to io.Writer
	n  int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += int64(n)
	return n, err
}

// mostHeld is how much of a file is held in memory while it is compressed.
const mostHeld = 4 << 20

// spill is a buffer that goes on in a file when it becomes large. It is used
// again and again.
type spill struct {
	spool *Spool
	buf   bytes.Buffer
	file  *os.File
	size  int64
}

func (s *spill) Write(p []byte) (int, error) {
	if s.file == nil && s.buf.Len()+len(p) > mostHeld {
		f, err := os.CreateTemp(s.spool.dir, "spill-*")
		if err != nil {
			return 0, err
		}
		s.file = f
		if _, err := f.Write(s.buf.Bytes()); err != nil {
			return 0, err
		}
	}
	s.size += int64(len(p))
	if s.file != nil {
		return s.file.Write(p)
	}
	return s.buf.Write(p)
}

// reader reads what was written.
func (s *spill) reader() (io.Reader, error) {
	if s.file == nil {
		return bytes.NewReader(s.buf.Bytes()), nil
	}
	_, err := s.file.Seek(0, io.SeekStart)
	return s.file, err
}

// reset forgets what was written.
func (s *spill) reset() error {
	s.buf.Reset()
	s.size = 0
	if s.file == nil {
		return nil
	}
	name := s.file.Name()
	err := errors.Join(s.file.Close(), os.Remove(name))
	s.file = nil
	return err
}
