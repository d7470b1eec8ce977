package tracing

import (
	"bytes"
	"cmp"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"maps"
	"slices"

	"golang.org/x/image/draw"

	"ffscert/features/certification"
)

// The size of a picture in a trace, in pixels at most, and its quality.
const (
	pictureWidth  = 320
	pictureHeight = 720
	quality       = 60
	mostColours   = 128 // of a picture with a palette
)

// shrink makes a PNG small. What has few colours, as most screens of apps do,
// stays a PNG.
func shrink(data []byte) (certification.TracePicture, error) {
	var p certification.TracePicture
	src, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return p, errors.New("it cannot be read")
	}
	b := src.Bounds()
	scale := min(1, float64(pictureWidth)/float64(b.Dx()), float64(pictureHeight)/float64(b.Dy()))
	p.Width, p.Height = max(1, int(float64(b.Dx())*scale)), max(1, int(float64(b.Dy())*scale))
	small := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	draw.Draw(small, small.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(small, small.Bounds(), src, b, draw.Over, nil)
	var asPNG, asJPEG bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := errors.Join(jpeg.Encode(&asJPEG, small, &jpeg.Options{Quality: quality}), encoder.Encode(&asPNG, fewer(small))); err != nil {
		return p, errors.New("it cannot be painted")
	}
	p.Type, p.Data = "image/png", asPNG.Bytes()
	if asJPEG.Len() < asPNG.Len() {
		p.Type, p.Data = "image/jpeg", asJPEG.Bytes()
	}
	return p, nil
}

// fewer is the picture with its most frequent colours; what is rare gets the
// nearest of them.
func fewer(img *image.RGBA) *image.Paletted {
	count := map[color.RGBA]int{}
	at := func(i int) color.RGBA {
		// Five bits a channel are told apart: what is blended has many shades.
		c := img.Pix[i : i+3 : i+3]
		return color.RGBA{c[0]&0xf8 | c[0]>>5, c[1]&0xf8 | c[1]>>5, c[2]&0xf8 | c[2]>>5, 255}
	}
	for i := 0; i < len(img.Pix); i += 4 {
		count[at(i)]++
	}
	palette := mostFrequent(count, mostColours)
	index := map[color.RGBA]uint8{}
	out := image.NewPaletted(img.Bounds(), palette)
	for i := 0; i < len(img.Pix); i += 4 {
		c := at(i)
		n, ok := index[c]
		if !ok {
			n = uint8(palette.Index(c))
			index[c] = n
		}
		out.Pix[i/4] = n
	}
	return out
}

// mostFrequent are the colours of which there is most, in an order that depends
// on the picture alone.
func mostFrequent(count map[color.RGBA]int, most int) color.Palette {
	all := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	var p color.Palette
	for _, c := range all[:min(len(all), most)] {
		p = append(p, c)
	}
	return p
}
