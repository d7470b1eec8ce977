package xlsx

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// sortedZip writes the files of a workbook in the order of their names, because
// excelize writes streamed sheets in one that changes from time to time. What
// it keeps until the end is compressed.
type sortedZip struct {
	to      *zip.Writer
	files   []*packed
	current *packed
}

// packed is a file of the archive, compressed.
type packed struct {
	header zip.FileHeader
	data   bytes.Buffer
	out    *flate.Writer
}

func newSortedZip(w io.Writer) excelize.ZipWriter { return &sortedZip{to: zip.NewWriter(w)} }

func (z *sortedZip) Create(name string) (io.Writer, error) {
	if err := z.finish(); err != nil {
		return nil, err
	}
	p := &packed{header: zip.FileHeader{Name: name, Method: zip.Deflate}}
	var err error
	if p.out, err = flate.NewWriter(&p.data, flate.BestSpeed); err != nil {
		return nil, err
	}
	z.current = p
	return p, nil
}

func (p *packed) Write(b []byte) (int, error) {
	p.header.CRC32 = crc32.Update(p.header.CRC32, crc32.IEEETable, b)
	p.header.UncompressedSize64 += uint64(len(b))
	return p.out.Write(b)
}

func (z *sortedZip) finish() error {
	p := z.current
	if p == nil {
		return nil
	}
	z.current = nil
	err := p.out.Close()
	p.out = nil
	p.header.CompressedSize64 = uint64(p.data.Len())
	z.files = append(z.files, p)
	return err
}

// AddFS is not used by excelize for what we write.
func (z *sortedZip) AddFS(fs.FS) error { return errors.New("folders are not written") }

// Close writes everything. The list of contents comes first, as Excel writes it.
func (z *sortedZip) Close() error {
	if err := z.finish(); err != nil {
		return err
	}
	const contents = "[Content_Types].xml"
	slices.SortFunc(z.files, func(a, b *packed) int {
		switch {
		case a.header.Name == contents:
			return -1
		case b.header.Name == contents:
			return 1
		}
		return strings.Compare(a.header.Name, b.header.Name)
	})
	for _, p := range z.files {
		w, err := z.to.CreateRaw(&p.header)
		if err != nil {
			return err
		}
		if _, err := p.data.WriteTo(w); err != nil {
			return err
		}
	}
	return z.to.Close()
}
