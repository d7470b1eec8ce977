package android

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf16"

	"ffscert/drivers/virtual/ui"
)

// maxManifest bounds a package's manifest, unpacked, in bytes.
const maxManifest = 4 << 20

// readAPK reads what must be known of an Android package: name, version and
// the launcher's activity.
func readAPK(apk []byte) (ui.Package, error) {
	z, err := zip.NewReader(bytes.NewReader(apk), int64(len(apk)))
	if err != nil {
		return ui.Package{}, errors.New("not a package")
	}
	for _, f := range z.File {
		if f.Name != "AndroidManifest.xml" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return ui.Package{}, errors.New("unreadable manifest")
		}
		defer r.Close()
		b, err := io.ReadAll(io.LimitReader(r, maxManifest+1))
		if err != nil || len(b) > maxManifest {
			return ui.Package{}, errors.New("unreadable manifest")
		}
		return readManifest(b)
	}
	return ui.Package{}, errors.New("no manifest")
}

// The chunks of a compiled XML file (AOSP, ResourceTypes.h).
const (
	chunkStrings    = 0x0001
	chunkXML        = 0x0003
	chunkStartElem  = 0x0102
	chunkEndElem    = 0x0103
	stringsAreUTF8  = 1 << 8
	valueIsInt      = 0x10
	valueIsHex      = 0x11
	maxManifestText = 1 << 16
)

var errManifest = errors.New("malformed manifest")

// packageName is Android's rule for the name of a package.
var packageName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$`)

// readManifest reads a compiled AndroidManifest.xml.
func readManifest(b []byte) (ui.Package, error) {
	var p ui.Package
	if len(b) < 8 || binary.LittleEndian.Uint16(b) != chunkXML {
		return p, errManifest
	}
	var texts []string
	var activity string // that is being read
	var main, launcher bool
	for at := int(binary.LittleEndian.Uint16(b[2:])); at+8 <= len(b); {
		kind, size := binary.LittleEndian.Uint16(b[at:]), int(binary.LittleEndian.Uint32(b[at+4:]))
		if size < 8 || size > len(b)-at {
			return p, errManifest
		}
		chunk := b[at : at+size]
		at += size
		switch kind {
		case chunkStrings:
			var err error
			if texts, err = readStrings(chunk); err != nil {
				return p, err
			}
		case chunkStartElem:
			name, attrs, err := readElement(chunk, texts)
			if err != nil {
				return p, err
			}
			switch name {
			case "manifest":
				p.Name, p.VersionName = attrs["package"].text, attrs["versionName"].text
				p.VersionCode = int(attrs["versionCode"].number)
			case "activity", "activity-alias":
				activity, main, launcher = attrs["name"].text, false, false
			case "action":
				main = main || attrs["name"].text == "android.intent.action.MAIN"
			case "category":
				launcher = launcher || attrs["name"].text == "android.intent.category.LAUNCHER"
			}
		case chunkEndElem:
			if main && launcher && p.Activity == "" {
				p.Activity = activity
			}
		}
	}
	if !packageName.MatchString(p.Name) || len(p.Name) > 255 {
		return p, fmt.Errorf("%w: no package name", errManifest)
	}
	if strings.HasPrefix(p.Activity, ".") {
		p.Activity = p.Name + p.Activity
	}
	p.VersionName = strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, p.VersionName)
	return p, nil
}

type attribute struct {
	text   string
	number uint32
}

func readElement(b []byte, texts []string) (string, map[string]attribute, error) {
	if len(b) < 36 {
		return "", nil, errManifest
	}
	str := func(i uint32) string {
		if int64(i) < int64(len(texts)) {
			return texts[i]
		}
		return ""
	}
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	u16 := func(at int) int { return int(binary.LittleEndian.Uint16(b[at:])) }
	name := str(u32(20))
	start, size, count := 16+u16(24), u16(26), u16(28)
	if count > 0 && (size < 20 || start+size*count > len(b)) {
		return "", nil, errManifest
	}
	attrs := make(map[string]attribute, count)
	for i := range count {
		at := start + i*size
		a := attribute{text: str(u32(at + 8))}
		if t := b[at+15]; t == valueIsInt || t == valueIsHex {
			a.number = u32(at + 16)
		}
		attrs[str(u32(at+4))] = a
	}
	return name, attrs, nil
}

func readStrings(b []byte) ([]string, error) {
	if len(b) < 28 {
		return nil, errManifest
	}
	u32 := func(at int) int { return int(binary.LittleEndian.Uint32(b[at:])) }
	count, flags, start := u32(8), u32(16), u32(20)
	if count > maxManifestText || 28+4*count > len(b) || start > len(b) {
		return nil, errManifest
	}
	texts := make([]string, count)
	for i := range texts {
		off := u32(28 + 4*i)
		if off > len(b)-start {
			return nil, errManifest
		}
		var err error
		if texts[i], err = readText(b[start+off:], flags&stringsAreUTF8 != 0); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

func readText(b []byte, utf8 bool) (string, error) {
	if utf8 {
		// Its length in characters, then in bytes, each in one or two bytes.
		n := 0
		for range 2 {
			if len(b) < 2 {
				return "", errManifest
			}
			n, b = int(b[0]), b[1:]
			if n&0x80 != 0 {
				n, b = n&0x7f<<8|int(b[0]), b[1:]
			}
		}
		if n > len(b) {
			return "", errManifest
		}
		return strings.ToValidUTF8(string(b[:n]), "\uFFFD"), nil
	}
	if len(b) < 2 {
		return "", errManifest
	}
	n := int(binary.LittleEndian.Uint16(b))
	b = b[2:]
	if n&0x8000 != 0 {
		if len(b) < 2 {
			return "", errManifest
		}
		n, b = n&0x7fff<<16|int(binary.LittleEndian.Uint16(b)), b[2:]
	}
	if 2*n > len(b) {
		return "", errManifest
	}
	units := make([]uint16, n)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units)), nil
}
