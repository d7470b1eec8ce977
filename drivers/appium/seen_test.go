package appium

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers"
)

func TestAFindTellsWhatItSawAndIgnoresOddAnswers(t *testing.T) {
	for body, want := range map[string]*drivers.Seen{
		`{"ELEMENT":"1","text":"First light","rect":{"x":1,"y":2,"width":3,"height":4}}`: {Text: "First light", Rect: drivers.Rect{X: 1, Y: 2, Width: 3, Height: 4}},
		`{"ELEMENT":"1"}`: nil,
		`{"ELEMENT":"1","text":null,"rect":{"x":1,"y":2,"width":3,"height":4}}`: {Rect: drivers.Rect{X: 1, Y: 2, Width: 3, Height: 4}},
		`{"ELEMENT":"1","text":"a","rect":{"x":1,"y":2}}`:                       nil,
		`{"ELEMENT":"1","text":"a","rect":"here"}`:                              nil,
		`{"ELEMENT":"1","text":7,"rect":{"x":1,"y":2,"width":3,"height":4}}`:    nil,
	} {
		var b elementBody
		require.NoError(t, json.Unmarshal([]byte(body), &b), body)
		e, err := b.element()
		require.NoError(t, err)
		assert.Equal(t, want, e.Seen, body)
	}
}
