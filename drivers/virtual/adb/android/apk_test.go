package android

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func FuzzManifest(f *testing.F) {
	f.Add([]byte("\x03\x00\x08\x00\x08\x00\x00\x00"))
	f.Add([]byte("\x03\x00\x08\x00\x24\x00\x00\x00\x01\x00\x1c\x00\x1c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x1c\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := readManifest(b); err == nil && !packageName.MatchString(p.Name) {
			t.Fatalf("a package named %q", p.Name)
		}
	})
}

func TestNotAPackage(t *testing.T) {
	for _, b := range [][]byte{nil, []byte("PK"), make([]byte, 100)} {
		_, err := readAPK(b)
		assert.Error(t, err)
	}
}
