package android

import (
	"bytes"
	"errors"
	"io"
	"path"
	"sort"
	"strings"
	"sync"
	"time"

	"ffscert/drivers/virtual/adb/shell"
)

const (
	// MaxFile bounds one file of the phone, in bytes.
	MaxFile = 128 << 20
	// maxStored bounds all files together.
	maxStored = 256 << 20
	maxFiles  = 10000
)

// What files say when something cannot be done, in Android's words.
var (
	//lint:ignore ST1005 errno's text
	ErrNotExist = errors.New("No such file or directory")
	//lint:ignore ST1005 errno's text
	ErrIsDir = errors.New("Is a directory")
	//lint:ignore ST1005 errno's text
	ErrNotDir = errors.New("Not a directory")
	//lint:ignore ST1005 errno's text
	ErrNoSpace = errors.New("No space left on device")
	//lint:ignore ST1005 errno's text
	ErrReadOnly = errors.New("Read-only file system")
)

// FileInfo is what is known of a file or folder.
type FileInfo struct {
	Name     string // the last part of the path
	Dir      bool
	Mode     uint32 // permissions
	Size     int64
	Modified time.Time
}

// Files are the phone's files, in memory. Folders appear as files are written
// into them. Any goroutine may use them.
type Files struct {
	now func() time.Time

	mu     sync.Mutex
	nodes  map[string]*file // by clean absolute path
	stored int64
}

type file struct {
	info FileInfo
	data []byte
}

// newFiles makes the folders that every phone has.
func newFiles(now func() time.Time) *Files {
	f := &Files{now: now, nodes: map[string]*file{}}
	for _, d := range []string{"/", "/data/local/tmp", "/data/app", "/storage/emulated/0/Android/data",
		"/storage/emulated/0/DCIM", "/storage/emulated/0/Download", "/storage/emulated/0/Pictures",
		"/system/bin", "/system/app", "/system/priv-app", "/system/fonts", "/proc/net", "/dev", "/vendor", "/cache", "/mnt"} {
		f.mkdirs(d)
	}
	return f
}

// clean resolves a path as the phone does: from the root, with the storage's
// other names.
func clean(p string) string {
	p = path.Clean("/" + p)
	for _, alias := range []string{"/sdcard", "/mnt/sdcard", "/storage/self/primary", "/data/media/0"} {
		if p == alias || strings.HasPrefix(p, alias+"/") {
			return "/storage/emulated/0" + strings.TrimPrefix(p, alias)
		}
	}
	return p
}

// writable says where files can be put without being root.
func writable(p string) bool {
	for _, root := range []string{"/data/local/tmp", "/storage/emulated/0", "/data/app", "/dev", "/proc/net"} {
		if p == root || strings.HasPrefix(p, root+"/") {
			return true
		}
	}
	return false
}

// mkdirs makes a folder and those above it; the lock is held, or nobody else
// has f yet.
func (f *Files) mkdirs(p string) {
	for ; ; p = path.Dir(p) {
		if n, ok := f.nodes[p]; !ok || !n.info.Dir {
			f.nodes[p] = &file{info: FileInfo{Name: path.Base(p), Dir: true, Mode: 0o771, Size: 4096, Modified: f.now()}}
		}
		if p == "/" {
			return
		}
	}
}

// parents checks that nothing above p is a file.
func (f *Files) parents(p string) error {
	for d := path.Dir(p); d != "/"; d = path.Dir(d) {
		if n, ok := f.nodes[d]; ok && !n.info.Dir {
			return ErrNotDir
		}
	}
	return nil
}

// Mkdir makes a folder. Unless all is set, the folder above must be there and
// the folder itself must not.
func (f *Files) Mkdir(name string, all bool) error {
	p := clean(name)
	f.mu.Lock()
	defer f.mu.Unlock()
	if n, ok := f.nodes[p]; ok {
		if all && n.info.Dir {
			return nil
		}
		//lint:ignore ST1005 errno's text
		return errors.New("File exists")
	}
	if !writable(p) {
		return ErrReadOnly
	}
	if err := f.parents(p); err != nil {
		return err
	}
	if _, ok := f.nodes[path.Dir(p)]; !ok && !all {
		return ErrNotExist
	}
	if len(f.nodes) >= maxFiles {
		return ErrNoSpace
	}
	f.mkdirs(p)
	return nil
}

// Write puts a file, and the folders above it, in place of what was there.
func (f *Files) Write(name string, data []byte, mode uint32, at time.Time) error {
	p := clean(name)
	if !writable(p) {
		return ErrReadOnly
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var old int64
	if n, ok := f.nodes[p]; ok {
		if n.info.Dir {
			return ErrIsDir
		}
		old = n.info.Size
	}
	if err := f.parents(p); err != nil {
		return err
	}
	size := int64(len(data))
	if size > MaxFile || f.stored-old+size > maxStored || len(f.nodes) >= maxFiles {
		return ErrNoSpace
	}
	f.mkdirs(path.Dir(p))
	f.nodes[p] = &file{FileInfo{path.Base(p), false, mode & 0o777, size, at}, data}
	f.stored += size - old
	return nil
}

// Read gives a file's content, which the caller must not change.
func (f *Files) Read(name string) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, ok := f.nodes[clean(name)]
	switch {
	case !ok:
		return nil, ErrNotExist
	case n.info.Dir:
		return nil, ErrIsDir
	}
	return n.data, nil
}

// Stat tells what is at a path.
func (f *Files) Stat(name string) (FileInfo, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, ok := f.nodes[clean(name)]
	if !ok {
		return FileInfo{}, false
	}
	return n.info, true
}

// List gives what is in a folder, by name.
func (f *Files) List(name string) ([]FileInfo, error) {
	p := clean(name)
	f.mu.Lock()
	defer f.mu.Unlock()
	n, ok := f.nodes[p]
	if !ok {
		return nil, ErrNotExist
	}
	if !n.info.Dir {
		return nil, ErrNotDir
	}
	var all []FileInfo
	for q, n := range f.nodes {
		if q != "/" && path.Dir(q) == p {
			all = append(all, n.info)
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all, nil
}

// Remove takes a file or folder away, with all that is in it. It reports
// whether there was one.
func (f *Files) Remove(name string) bool {
	p := clean(name)
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.nodes[p]; !ok || !writable(p) {
		return false
	}
	for q, n := range f.nodes {
		if q == p || strings.HasPrefix(q, p+"/") {
			if !n.info.Dir {
				f.stored -= n.info.Size
			}
			delete(f.nodes, q)
		}
	}
	return true
}

// Chmod and Touch change what is known of a file.
func (f *Files) update(name string, change func(*FileInfo)) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, ok := f.nodes[clean(name)]
	if ok {
		change(&n.info)
	}
	return ok
}

// glob gives the paths that match a pattern, whose folder holds no pattern.
func (f *Files) glob(pattern string) []string {
	dir, base := path.Split(pattern)
	if strings.ContainsAny(dir, `*?[\`) {
		return nil
	}
	entries, err := f.List(dir)
	if err != nil {
		return nil
	}
	var found []string
	for _, e := range entries {
		if shell.Match(base, e.Name) && (!strings.HasPrefix(e.Name, ".") || strings.HasPrefix(base, ".")) {
			found = append(found, dir+e.Name)
		}
	}
	return found
}

// writer gathers what is written and stores it when it is closed.
type writer struct {
	f    *Files
	name string
	mu   sync.Mutex
	buf  bytes.Buffer
}

func (f *Files) create(name string, appendTo bool) (io.WriteCloser, error) {
	if clean(name) == "/dev/null" {
		return nullFile{}, nil
	}
	w := &writer{f: f, name: name}
	if old, err := f.Read(name); err == nil && appendTo {
		w.buf.Write(old)
	}
	if err := f.Write(name, bytes.Clone(w.buf.Bytes()), 0o660, f.now()); err != nil {
		return nil, err
	}
	return w, nil
}

func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.buf.Len()+len(p) > MaxFile {
		return 0, ErrNoSpace
	}
	return w.buf.Write(p)
}

func (w *writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.f.Write(w.name, w.buf.Bytes(), 0o660, w.f.now())
}

type nullFile struct{}

func (nullFile) Write(p []byte) (int, error) { return len(p), nil }
func (nullFile) Close() error                { return nil }
