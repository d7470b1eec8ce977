package paint

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"io"
)

// WritePNG writes a picture as PNG, quickly. Painted screens have few colours:
// with a palette the same pixels are a third of the bytes to write, to send and
// to read, and need no filters.
func WritePNG(w io.Writer, img image.Image) error {
	if painted, ok := img.(*image.RGBA); ok {
		if few := indexed(painted); few != nil {
			img = few
		}
	}
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	return enc.Encode(w, img)
}

// indexed is the same picture with a palette; nil if it has more than 256
// colours or is anywhere transparent. Most of a painted screen is a line like
// the one above it, or one colour: there, whole stretches are copied.
func indexed(img *image.RGBA) *image.Paletted {
	var (
		size   = img.Bounds().Size()
		out    = image.NewPaletted(image.Rectangle{Max: size}, nil)
		known  = map[uint32]uint8{}
		colour uint32 // that of the pixel before
		index  uint8
	)
	// become makes colour that of the pixel, and index its place in the palette.
	become := func(pixel []byte) bool {
		c := binary.LittleEndian.Uint32(pixel)
		if c == colour && len(known) > 0 {
			return true
		}
		i, ok := known[c]
		if !ok {
			if len(known) == 256 || pixel[3] != 0xff {
				return false
			}
			i = uint8(len(known))
			known[c] = i
			out.Palette = append(out.Palette, color.RGBA{pixel[0], pixel[1], pixel[2], 0xff})
		}
		colour, index = c, i
		return true
	}
	var above []byte
	for y := range size.Y {
		from := img.Pix[y*img.Stride:][: 4*size.X : 4*size.X]
		to := out.Pix[y*out.Stride:][:size.X:size.X]
		if y > 0 && bytes.Equal(from, above) {
			copy(to, out.Pix[(y-1)*out.Stride:])
			continue
		}
		above = from
		for x := 0; x < size.X; x += block {
			part, in := from[4*x:min(4*(x+block), len(from))], to[x:min(x+block, len(to))]
			if !become(part) {
				return nil
			}
			if bytes.Equal(part[4:], part[:len(part)-4]) {
				fill(in, index)
				continue
			}
			for i := range in {
				if !become(part[4*i:]) {
					return nil
				}
				in[i] = index
			}
		}
	}
	return out
}

func fill(b []byte, v uint8) {
	b[0] = v
	for n := 1; n < len(b); n *= 2 {
		copy(b[n:], b[:n])
	}
}
