package consent

import (
	"image/color"
	"math"
	"strconv"
	"strings"
)

// luminance is the relative luminance of a colour, 0 to 1 (WCAG 2.2, "relative
// luminance").
func luminance(c color.RGBA) float64 {
	channel := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(c.R) + 0.7152*channel(c.G) + 0.0722*channel(c.B)
}

// contrast is the contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast
// ratio"). Their order does not matter.
func contrast(a, b color.RGBA) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// over paints a colour with an opacity, 0 to 1, over another one.
func over(c color.RGBA, alpha float64, under color.RGBA) color.RGBA {
	mix := func(a, b uint8) uint8 { return uint8(math.Round(alpha*float64(a) + (1-alpha)*float64(b))) }
	return color.RGBA{mix(c.R, under.R), mix(c.G, under.G), mix(c.B, under.B), 255}
}

// parseColour reads a colour as CSS writes computed ones, rgb() and rgba(), or
// as #rgb, #rrggbb, #rrggbbaa or one of a few names; alpha is 0 to 1.
func parseColour(s string) (c color.RGBA, alpha float64, ok bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if hex, found := strings.CutPrefix(s, "#"); found {
		if len(hex) == 3 || len(hex) == 4 {
			var b strings.Builder
			for i := range len(hex) {
				b.WriteString(hex[i:i+1] + hex[i:i+1])
			}
			hex = b.String()
		}
		if len(hex) == 6 {
			hex += "ff"
		}
		n, err := strconv.ParseUint(hex, 16, 32)
		if err != nil || len(hex) != 8 {
			return c, 0, false
		}
		return color.RGBA{uint8(n >> 24), uint8(n >> 16), uint8(n >> 8), 255}, float64(uint8(n)) / 255, true
	}
	if open := strings.IndexByte(s, '('); open > 0 && strings.HasSuffix(s, ")") && (s[:open] == "rgb" || s[:open] == "rgba") {
		parts := strings.FieldsFunc(s[open+1:len(s)-1], func(r rune) bool { return r == ',' || r == ' ' || r == '/' })
		if len(parts) != 3 && len(parts) != 4 {
			return c, 0, false
		}
		var v [4]float64
		v[3] = 1
		for i, p := range parts {
			p, percent := strings.CutSuffix(p, "%")
			f, err := strconv.ParseFloat(p, 64)
			if err != nil || math.IsNaN(f) || f < 0 {
				return c, 0, false
			}
			switch {
			case percent && i < 3:
				f = f * 255 / 100
			case percent:
				f /= 100
			}
			v[i] = f
		}
		round := func(f float64) uint8 { return uint8(math.Round(min(f, 255))) }
		return color.RGBA{round(v[0]), round(v[1]), round(v[2]), 255}, min(v[3], 1), true
	}
	switch s {
	case "transparent":
		return color.RGBA{0, 0, 0, 255}, 0, true
	case "white":
		return color.RGBA{255, 255, 255, 255}, 1, true
	case "black":
		return color.RGBA{0, 0, 0, 255}, 1, true
	case "gray", "grey":
		return color.RGBA{128, 128, 128, 255}, 1, true
	case "silver":
		return color.RGBA{192, 192, 192, 255}, 1, true
	case "lightgray", "lightgrey":
		return color.RGBA{211, 211, 211, 255}, 1, true
	case "darkgray", "darkgrey":
		return color.RGBA{169, 169, 169, 255}, 1, true
	case "red":
		return color.RGBA{255, 0, 0, 255}, 1, true
	case "blue":
		return color.RGBA{0, 0, 255, 255}, 1, true
	case "navy":
		return color.RGBA{0, 0, 128, 255}, 1, true
	case "green":
		return color.RGBA{0, 128, 0, 255}, 1, true
	case "yellow":
		return color.RGBA{255, 255, 0, 255}, 1, true
	case "orange":
		return color.RGBA{255, 165, 0, 255}, 1, true
	}
	return c, 0, false
}
