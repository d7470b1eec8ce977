package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// foldered is a name of which the folder and the file are kept. The folder is
// named by what all its files hold: the same name means the same content.
var foldered = regexp.MustCompile(`^[0-9a-f]{32}/[0-9a-z][0-9a-z-]{0,60}\.(json|xml|png|html)$`)

var extPattern = regexp.MustCompile(`^\.[a-z0-9]{1,8}$`)

// SaveEvidence stores a file under its content's hash and returns its path
// inside the run's folder, with slashes: "evidence/<SHA-256>.png". Only the
// extension of name is used, except that files which belong together may be
// kept in one folder: "<32 hex digits of a hash of all of them>/capture.json" is
// stored as that, inside "evidence". The file is complete, and on the disk, when
// SaveEvidence returns.
func (j *Journal) SaveEvidence(name string, data []byte) (string, error) {
	return saveEvidence(j.dir, name, data)
}

func saveEvidence(dir, name string, data []byte) (string, error) {
	sum := sha256.Sum256(data)
	ext := strings.ToLower(path.Ext(name))
	if !extPattern.MatchString(ext) {
		ext = ".bin"
	}
	inside := path.Join(evidenceDir, hex.EncodeToString(sum[:])+ext)
	if foldered.MatchString(name) {
		inside = path.Join(evidenceDir, name)
	}
	target := filepath.Join(dir, filepath.FromSlash(inside))
	if _, err := os.Lstat(target); err == nil {
		return inside, nil // it came there by a rename, so it is whole
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return "", fmt.Errorf("save evidence: %w", err)
	}
	if err := WriteFile(target, data); err != nil {
		return "", fmt.Errorf("save evidence: %w", err)
	}
	return inside, nil
}

// wirePattern is how the files of recorded traffic are called.
var wirePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}\.jsonl\.gz$`)

// SaveRecording stores the traffic of an attempt in the run's folder, and
// returns its path there, "wire/<name>". It is complete, and on the disk, when
// SaveRecording returns.
func (j *Journal) SaveRecording(name string, data []byte) (string, error) {
	if !wirePattern.MatchString(name) {
		return "", fmt.Errorf("save a recording: %q is no name for one", name)
	}
	dir := filepath.Join(j.dir, wireDir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("save a recording: %w", err)
	}
	if err := WriteFile(filepath.Join(dir, name), data); err != nil {
		return "", fmt.Errorf("save a recording: %w", err)
	}
	return path.Join(wireDir, name), nil
}

// WriteFile writes a file so that a reader sees the old one or the new one,
// never a part. It is on the disk when WriteFile returns. The folder must exist.
func WriteFile(target string, data []byte) error {
	return WriteTo(target, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteTo is [WriteFile] for what is too large to be held in memory: write
// makes the file. When it fails, the old file stays.
func WriteTo(target string, write func(io.Writer) error) (err error) {
	dir := filepath.Dir(target)
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	err = write(f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), target); err != nil {
		return err
	}
	return syncDir(dir)
}
