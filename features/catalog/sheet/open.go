package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Bounds of a workbook. Amazon's plans have some hundred rows; a hundred times
// of that is far below these.
const (
	MaxFile    = 64 << 20  // bytes of the file
	maxParts   = 5000      // files inside it
	maxUnzip   = 256 << 20 // bytes of all of them, unpacked
	maxXML     = 16 << 20  // bytes of a tab, or of the texts, unpacked
	maxRows    = 20000     // rows of a tab in which something stands
	maxColumns = 256       // columns that are looked at
	maxCell    = 32767     // characters of a cell, the format's own bound
)

var (
	zipMagic = []byte("PK\x03\x04")
	oleMagic = []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
)

// open checks what a file is and how large it will become, before the library
// unpacks it.
func open(name string, data []byte) (*excelize.File, error) {
	bad := func(hint, format string, args ...any) error {
		return wrong(Problem{File: name, Text: fmt.Sprintf(format, args...), Hint: hint})
	}
	const saveAs = "save it as an Excel workbook (.xlsx) in a spreadsheet program"
	switch {
	case len(data) == 0:
		return nil, bad("is this the right file?", "is empty")
	case len(data) > MaxFile:
		return nil, bad("is this the right file?", "is larger than %d MiB", MaxFile>>20)
	case bytes.HasPrefix(data, oleMagic):
		if bytes.Contains(data, utf16("EncryptedPackage")) {
			return nil, bad("open it, take the password off (File, Info, Protect Workbook) and save a copy", "is encrypted with a password")
		}
		return nil, bad(saveAs, "is a workbook of the old format (.xls)")
	case !bytes.HasPrefix(data, zipMagic):
		return nil, bad(saveAs, "is no XLSX workbook")
	}
	parts, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, bad("download it again", "is damaged: %s", strings.TrimPrefix(err.Error(), "zip: "))
	}
	if err := bounded(parts, bad, saveAs); err != nil {
		return nil, err
	}
	built, err := wellBuilt(name, data)
	if err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnzip, UnzipXMLSizeLimit: maxUnzip})
	if err != nil {
		return nil, bad("open it in a spreadsheet program and save it anew", "cannot be read as a workbook: %s", err)
	}
	if err := built.lend(f); err != nil {
		return nil, bad("open it in a spreadsheet program and save it anew", "cannot be read as a workbook: %s", errors.Join(err, f.Close()))
	}
	return f, nil
}

func bounded(parts *zip.Reader, bad func(hint, format string, args ...any) error, saveAs string) error {
	const smaller = "delete what is not needed, such as the empty rows below the table, and save it anew"
	if len(parts.File) > maxParts {
		return bad("is this the right file?", "holds more than %d files", maxParts)
	}
	names := make(map[string]bool, len(parts.File))
	var total uint64
	workbook := false
	for _, p := range parts.File {
		low := strings.ToLower(p.Name)
		switch {
		case names[low]:
			return bad("download it again", "holds the file %q twice", shorten(p.Name, 80))
		case p.Flags&1 != 0:
			return bad("save it without a password", "is encrypted with a password")
		case low == "xl/workbook.bin":
			return bad(saveAs, "is a binary workbook (.xlsb)")
		}
		names[low] = true
		workbook = workbook || low == "xl/workbook.xml" || low == "[content_types].xml"
		total += p.UncompressedSize64
		if total > maxUnzip || p.UncompressedSize64 > maxUnzip {
			return bad("is this the right file?", "would take more than %d MiB when unpacked", maxUnzip>>20)
		}
		isXML := path.Ext(low) == ".xml" || path.Ext(low) == ".rels"
		if isXML && p.UncompressedSize64 > maxXML {
			return bad(smaller, "the part %s has %d MiB, more than the %d that a part may have", shorten(p.Name, 80), p.UncompressedSize64>>20, maxXML>>20)
		}
		// What a part says of its size may be a lie; what it unpacks to is not.
		if n, err := sizeOf(p); err != nil {
			return bad("download it again", "the part %s is damaged: %s", shorten(p.Name, 80), strings.TrimPrefix(err.Error(), "zip: "))
		} else if n > p.UncompressedSize64 {
			return bad("download it again", "the part %s is larger than it says", shorten(p.Name, 80))
		}
	}
	if !workbook {
		return bad(saveAs, "is a packed file, but no XLSX workbook")
	}
	return nil
}

// Bounds of the shape of a tab. The library makes room for every cell up to the
// last one of a row that has no number, and needs time that grows with the
// square of the number of such rows.
const (
	maxRowElements = 300000
	maxCells       = 1000000
	maxUnnumbered  = 5000
)

// wellBuilt looks at the tabs before the library does.
func wellBuilt(name string, data []byte) (*parts, error) {
	p, err := openParts(name, data)
	if err != nil {
		return nil, err
	}
	for _, tab := range sortedKeys(p.tabs) {
		text, err := p.read(p.tabs[tab])
		if err != nil {
			return nil, wrong(Problem{File: name, Tab: tab, Text: "cannot be read: " + err.Error(), Hint: "download it again"})
		}
		if _, err := scan(text); err != nil {
			return nil, wrong(Problem{File: name, Tab: tab, Text: "cannot be read: " + strings.TrimPrefix(err.Error(), "xml: "), Hint: "delete what is not needed, such as the empty rows below the table, and save it anew in a spreadsheet program"})
		}
	}
	return p, nil
}

func sizeOf(p *zip.File) (uint64, error) {
	r, err := p.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	n, err := io.Copy(io.Discard, io.LimitReader(r, int64(p.UncompressedSize64)+1))
	return uint64(n), err
}

func readPart(p *zip.File) (data []byte, err error) {
	if p.UncompressedSize64 > maxXML {
		return nil, errors.New("is too large")
	}
	r, err := p.Open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return io.ReadAll(io.LimitReader(r, maxXML+1))
}

func utf16(s string) []byte {
	b := make([]byte, 0, 2*len(s))
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return b
}
