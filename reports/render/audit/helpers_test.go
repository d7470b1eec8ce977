package audit

import (
	"encoding/base64"
	"image"
	"image/png"
	"strings"
	"testing"
)

func decodeURL(t *testing.T, url string) image.Image {
	t.Helper()
	img, err := png.Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(strings.TrimPrefix(url, "data:image/png;base64,"))))
	if err != nil {
		t.Fatal(err)
	}
	return img
}
