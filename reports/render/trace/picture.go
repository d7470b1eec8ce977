package trace

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // pictures of traces are one or the other
	_ "image/png"

	"ffscert/features/certification"
)

// Bounds of a picture in a trace.
const (
	widest       = 1000 // pixels
	tallest      = 2500
	mostOfOne    = 1 << 20
	mostPictures = 64 // of an attempt
)

// pictures are those of a page, each different one once.
type pictures struct {
	list []*picture
	at   map[[sha256.Size]byte]*picture
	of   map[int][]*picture // by attempt, in their order
}

type picture struct {
	id, kind string
	encoded  []byte // base64
	size     image.Point
	kept     bool
}

func newPictures() *pictures {
	return &pictures{at: map[[sha256.Size]byte]*picture{}, of: map[int][]*picture{}}
}

// add takes a picture in. The error says, for people, why it cannot. Only PNG and
// JPEG are taken, which hold nothing that a browser would run; one that turns out
// to be damaged, the page says to be.
func (p *pictures) add(attempt int, t certification.TracePicture) (id string, size image.Point, err error) {
	sum := sha256.Sum256(t.Data)
	pic := p.at[sum]
	if pic == nil {
		if pic, err = read(t.Data); err != nil {
			return "", size, err
		}
		pic.id = fmt.Sprintf("p%d", len(p.list))
		p.at[sum] = pic
		p.list = append(p.list, pic)
	}
	if len(p.of[attempt]) >= mostPictures {
		return "", size, errors.New("there are too many")
	}
	p.of[attempt] = append(p.of[attempt], pic)
	return pic.id, pic.size, nil
}

func read(data []byte) (*picture, error) {
	if len(data) > mostOfOne {
		return nil, errors.New("it is too large")
	}
	c, kind, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || kind != "png" && kind != "jpeg" {
		return nil, errors.New("it is no picture")
	}
	if c.Width < 1 || c.Height < 1 || c.Width > widest || c.Height > tallest {
		return nil, errors.New("it is too large")
	}
	return &picture{kind: "image/" + kind, encoded: base64.StdEncoding.AppendEncode(nil, data), size: image.Point{X: c.Width, Y: c.Height}, kept: true}, nil
}

// fit leaves pictures out until the page is of a size that opens at once. Every
// attempt keeps the same number of its last pictures: they tell most.
func (v *view) fit() {
	text := 0
	for _, b := range v.blocks {
		text += len(b)
	}
	for _, w := range v.words.list {
		text += len(w)
	}
	for each := mostPictures; each >= 0; each-- {
		for _, p := range v.pictures.list {
			p.kept = false
		}
		total := text
		for _, list := range v.pictures.of {
			for _, p := range list[max(0, len(list)-each):] {
				if !p.kept {
					p.kept = true
					total += len(p.encoded)
				}
			}
		}
		if total <= mostBytes || each == 0 {
			if each < mostPictures {
				v.left(each)
			}
			return
		}
	}
}

func (v *view) left(each int) {
	n := 0
	for _, p := range v.pictures.list {
		if !p.kept {
			n++
		}
	}
	if n > 0 {
		v.Notes = append(v.Notes, fmt.Sprintf("%d pictures are not here, to keep this page small: of each attempt the last %d are. ffscert trace --case ID --attempt N makes a page with all of one attempt.", n, each))
	}
}
