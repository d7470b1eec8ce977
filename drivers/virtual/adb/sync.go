package adb

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"ffscert/drivers/virtual/adb/android"
)

const (
	// maxSyncName bounds a path in a request, in bytes (AOSP, file_sync_protocol.h).
	maxSyncName = 1024
	// maxSyncData bounds one DATA packet.
	maxSyncData = 64 << 10
)

// serveSync is the file transfer of `adb push` and `adb pull`, first version
// (AOSP, SYNC.TXT). It ends with QUIT, with the stream, or with a request that
// is none.
func serveSync(rw io.ReadWriter, files *android.Files) {
	c := &syncConn{r: bufio.NewReaderSize(rw, maxSyncData), w: rw, files: files}
	for {
		id, arg, err := c.request()
		if err != nil || id == "QUIT" {
			return
		}
		switch id {
		case "STAT":
			err = c.stat(arg)
		case "LIST":
			err = c.list(arg)
		case "SEND":
			err = c.receive(arg)
		case "RECV":
			err = c.send(arg)
		default:
			_ = c.fail("unknown command " + strconv.Quote(id))
			return
		}
		if err != nil {
			return
		}
	}
}

type syncConn struct {
	r     *bufio.Reader
	w     io.Writer
	files *android.Files
}

func (c *syncConn) header() (id string, n uint32, err error) {
	var h [8]byte
	if _, err := io.ReadFull(c.r, h[:]); err != nil {
		return "", 0, err
	}
	return string(h[:4]), binary.LittleEndian.Uint32(h[4:]), nil
}

func (c *syncConn) request() (id, arg string, err error) {
	id, n, err := c.header()
	if err != nil || id == "QUIT" {
		return id, "", err
	}
	if n > maxSyncName {
		return "", "", errors.Join(c.fail("path too long"), errMalformed)
	}
	b := make([]byte, n)
	_, err = io.ReadFull(c.r, b)
	return id, string(b), err
}

func (c *syncConn) fail(why string) error {
	b := append([]byte("FAIL"), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(why)))
	_, err := c.w.Write(append(b, why...))
	return err
}

// syncMode is the kind and permissions as stat(2) gives them; 0 if missing.
func syncMode(i android.FileInfo) uint32 {
	if i.Dir {
		return 0o040000 | i.Mode
	}
	return 0o100000 | i.Mode
}

func (c *syncConn) stat(path string) error {
	b := []byte("STAT")
	var words [3]uint32
	if i, ok := c.files.Stat(path); ok {
		words = [3]uint32{syncMode(i), uint32(i.Size), uint32(i.Modified.Unix())}
	}
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	_, err := c.w.Write(b)
	return err
}

func (c *syncConn) list(path string) error {
	var b []byte
	entries, _ := c.files.List(path)
	for _, i := range entries {
		b = append(b, "DENT"...)
		for _, w := range [...]uint32{syncMode(i), uint32(i.Size), uint32(i.Modified.Unix()), uint32(len(i.Name))} {
			b = binary.LittleEndian.AppendUint32(b, w)
		}
		b = append(b, i.Name...)
	}
	b = append(b, "DONE"...)
	_, err := c.w.Write(append(b, make([]byte, 16)...))
	return err
}

// receive is the host's SEND. A transfer that cannot be kept is read to its
// end first, so that the host hears why.
func (c *syncConn) receive(arg string) error {
	path, mode := arg, uint64(0o644)
	if i := strings.LastIndexByte(arg, ','); i >= 0 {
		path = arg[:i]
		if m, err := strconv.ParseUint(arg[i+1:], 0, 32); err == nil {
			mode = m & 0o777
		}
	}
	var data []byte
	var refused error
	for {
		id, n, err := c.header()
		if err != nil {
			return err
		}
		if id == "DONE" {
			if refused == nil {
				refused = c.files.Write(path, data, uint32(mode), time.Unix(int64(n), 0).UTC())
			}
			break
		}
		if id != "DATA" || n > maxSyncData {
			return errors.Join(c.fail("invalid data message"), errMalformed)
		}
		if refused == nil && len(data)+int(n) > android.MaxFile {
			refused, data = android.ErrNoSpace, nil
		}
		if refused != nil {
			if _, err := io.CopyN(io.Discard, c.r, int64(n)); err != nil {
				return err
			}
			continue
		}
		at := len(data)
		data = append(data, make([]byte, n)...)
		if _, err := io.ReadFull(c.r, data[at:]); err != nil {
			return err
		}
	}
	if refused != nil {
		return c.fail(fmt.Sprintf("couldn't create file: %v", refused))
	}
	_, err := c.w.Write([]byte("OKAY\x00\x00\x00\x00"))
	return err
}

// send is the host's RECV.
func (c *syncConn) send(path string) error {
	data, err := c.files.Read(path)
	if err != nil {
		return c.fail(fmt.Sprintf("failed to stat remote object '%s': %v", path, err))
	}
	b := make([]byte, 0, len(data)+8*(len(data)/maxSyncData+2))
	for len(data) > 0 {
		n := min(len(data), maxSyncData)
		b = append(b, "DATA"...)
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
		b = append(b, data[:n]...)
		data = data[n:]
	}
	b = append(b, "DONE\x00\x00\x00\x00"...)
	_, err = c.w.Write(b)
	return err
}
