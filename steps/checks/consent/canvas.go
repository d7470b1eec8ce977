package consent

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/png"
)

// canvas is a picture whose pixels can be read fast: as they lie in memory, one
// byte for an entry of a palette or four for a colour.
type canvas struct {
	width, height int
	pix           []byte
	stride, size  int // bytes of a line, and of a pixel
	palette       [256]color.RGBA
}

func decode(data []byte) (*canvas, error) {
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	b := img.Bounds()
	c := &canvas{width: b.Dx(), height: b.Dy(), size: 4}
	switch m := img.(type) {
	case *image.RGBA:
		c.pix, c.stride = m.Pix, m.Stride
	case *image.NRGBA:
		c.pix, c.stride = m.Pix, m.Stride
	case *image.Paletted:
		c.pix, c.stride, c.size = m.Pix, m.Stride, 1
		for i, p := range m.Palette {
			c.palette[i] = color.RGBAModel.Convert(p).(color.RGBA)
		}
	default:
		to := image.NewRGBA(image.Rectangle{Max: b.Size()})
		draw.Draw(to, to.Rect, img, b.Min, draw.Src)
		c.pix, c.stride = to.Pix, to.Stride
	}
	return c, nil
}

// line are the pixels of a line from one place up to another.
func (c *canvas) line(y, from, to int) []byte {
	return c.pix[y*c.stride+from*c.size : y*c.stride+to*c.size]
}

// plain tells whether all pixels of a line are the same.
func (c *canvas) plain(line []byte) bool { return bytes.Equal(line[c.size:], line[:len(line)-c.size]) }

// blank tells whether all pixels of an area are the same.
func (c *canvas) blank(area image.Rectangle) bool {
	first := c.line(area.Min.Y, area.Min.X, area.Max.X)
	if !c.plain(first) {
		return false
	}
	for y := area.Min.Y + 1; y < area.Max.Y; y++ {
		if !bytes.Equal(c.line(y, area.Min.X, area.Max.X), first) {
			return false
		}
	}
	return true
}

// pixel is the first pixel, in a form that only equal ones share.
func (c *canvas) pixel(line []byte) uint32 {
	if c.size == 1 {
		return uint32(line[0])
	}
	return binary.LittleEndian.Uint32(line)
}

// colour is that of a pixel.
func (c *canvas) colour(pixel uint32) color.RGBA {
	if c.size == 1 {
		return c.palette[pixel]
	}
	return color.RGBA{uint8(pixel), uint8(pixel >> 8), uint8(pixel >> 16), 255}
}
