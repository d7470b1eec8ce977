package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

var extPattern = regexp.MustCompile(`^\.[a-z0-9]{1,8}$`)

// SaveEvidence stores a file under its content's hash and returns its path
// inside the run's folder, with slashes: "evidence/<SHA-256>.png". Only the
// extension of name is used. The file is complete, and on the disk, when
// SaveEvidence returns.
func (j *Journal) SaveEvidence(name string, data []byte) (string, error) {
	sum := sha256.Sum256(data)
	ext := strings.ToLower(path.Ext(name))
	if !extPattern.MatchString(ext) {
		ext = ".bin"
	}
	inside := path.Join(evidenceDir, hex.EncodeToString(sum[:])+ext)
	target := filepath.Join(j.dir, filepath.FromSlash(inside))
	if _, err := os.Lstat(target); err == nil {
		return inside, nil // it came there by a rename, so it is whole
	}
	if err := writeAtomic(target, data); err != nil {
		return "", fmt.Errorf("save evidence: %w", err)
	}
	return inside, nil
}

// writeAtomic writes a file so that it is there whole or not at all.
func writeAtomic(target string, data []byte) (err error) {
	dir := filepath.Dir(target)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
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
