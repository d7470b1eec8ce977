package paint

import "image"

type canvas struct {
	img   *image.RGBA
	fonts *typefaces
}

func newCanvas(s Screen, f *typefaces) *canvas {
	return &canvas{img: image.NewRGBA(image.Rect(0, 0, s.Width, s.Height)), fonts: f}
}

func (c *canvas) screen(s Screen) {}
