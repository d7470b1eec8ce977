package html

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"

	"golang.org/x/image/draw"
)

// Bounds of what is taken into a page.
const (
	pictureWidth  = 360      // pixels, greatest
	pictureHeight = 960      // pixels, greatest
	mostPictures  = 150      // different ones on a page
	mostBytes     = 24 << 20 // of a file
	mostPixels    = 40 << 20 // of a picture, before it is decoded
	quality       = 80
)

// picture is stored once on the page, whoever shows it.
type picture struct {
	ID            string
	Width, Height int
	Data          template.URL
}

// pictures are those of a page, by the path in the run's folder.
type pictures struct {
	folder  fs.FS
	shrunk  *Shrunk
	seen    map[string]seenPicture
	list    []picture
	tooMany int
}

type seenPicture struct {
	picture *picture
	err     error
}

func newPictures(folder fs.FS, shrunk *Shrunk) *pictures {
	return &pictures{folder: folder, shrunk: shrunk, seen: map[string]seenPicture{}}
}

// Shrunk keeps the small pictures of a page that is written again and again
// while its run goes on: making them is most of the work, and a file of evidence
// is never written twice. It is for the pages of one run, and for one page at a
// time.
type Shrunk struct{ of map[string]small }

type small struct {
	data []byte
	size image.Point
}

// load is [load], unless the picture was made small before.
func (s *Shrunk) load(folder fs.FS, path string) ([]byte, image.Point, error) {
	if s == nil {
		return load(folder, path)
	}
	if k, ok := s.of[path]; ok {
		return k.data, k.size, nil
	}
	data, size, err := load(folder, path)
	if err == nil {
		if s.of == nil || len(s.of) >= 2*mostPictures {
			s.of = map[string]small{}
		}
		s.of[path] = small{data, size}
	}
	return data, size, err
}

var errTooMany = errors.New("this page has enough pictures")

// get takes a picture into the page. The error says, for people, why it cannot.
func (p *pictures) get(path string) (*picture, error) {
	if s, ok := p.seen[path]; ok {
		return s.picture, s.err
	}
	var s seenPicture
	switch {
	case p.folder == nil:
		s.err = errors.New("pictures are left out")
	case len(p.list) >= mostPictures:
		s.err = errTooMany
		p.tooMany++
	default:
		var data []byte
		var size image.Point
		if data, size, s.err = p.shrunk.load(p.folder, path); s.err == nil {
			kind := "jpeg"
			if bytes.HasPrefix(data, []byte("\x89PNG")) {
				kind = "png"
			}
			p.list = append(p.list, picture{fmt.Sprintf("p%d", len(p.list)+1), size.X, size.Y,
				template.URL("data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(data))})
			s.picture = &picture{ID: p.list[len(p.list)-1].ID, Width: size.X, Height: size.Y}
		}
	}
	p.seen[path] = s
	return s.picture, s.err
}

// load reads a picture, makes it small and paints it anew: the bytes of a file
// from outside never enter the page.
func load(folder fs.FS, path string) ([]byte, image.Point, error) {
	f, err := folder.Open(path)
	if err != nil {
		return nil, image.Point{}, errors.New("the file is missing")
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err != nil {
		return nil, image.Point{}, errors.New("the file cannot be read")
	}
	if len(data) > mostBytes {
		return nil, image.Point{}, errors.New("the file is too large")
	}
	return shrink(data)
}

func shrink(data []byte) ([]byte, image.Point, error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, image.Point{}, errors.New("the file is no picture")
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > mostPixels/c.Height {
		return nil, image.Point{}, errors.New("the picture is too large")
	}
	src, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, image.Point{}, errors.New("the picture is damaged")
	}
	size := fit(c.Width, c.Height)
	dst := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(dst, dst.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.BiLinear.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Over, nil)
	var asJPEG, asPNG bytes.Buffer
	if err := errors.Join(jpeg.Encode(&asJPEG, dst, &jpeg.Options{Quality: quality}), png.Encode(&asPNG, dst)); err != nil {
		return nil, image.Point{}, errors.New("the picture cannot be painted")
	}
	if asPNG.Len() <= asJPEG.Len() {
		return asPNG.Bytes(), size, nil
	}
	return asJPEG.Bytes(), size, nil
}

// fit is the size within the bounds, of the same shape; nothing is enlarged.
func fit(w, h int) image.Point {
	scale := min(1, float64(pictureWidth)/float64(w), float64(pictureHeight)/float64(h))
	return image.Point{max(1, int(float64(w)*scale)), max(1, int(float64(h)*scale))}
}
