package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/features/yamlat"
	"ffscert/reports/journal"
)

const derivativeConfig = `version: 1
plan: mss-wifi-default
product:
  device_name: First light
  device_type_id: NEWTYPE
  hardware: ESP32-C3
  firmware: 1.4.2
  derivative: {kind: product, original: {device_type_id: OLDTYPE, hardware: ESP32-C3, firmware: "1.9", protocol: mss-wifi}}
testbeds: [{name: lab, virtual: {}}]
`

// review sits somebody down who types those answers.
func review(t *testing.T, dir string, args []string, answers ...string) (status int, said string) {
	typist, in := sit(t, answers...)
	s := &state{Args: append([]string{"review"}, args...), Stdin: in, Stdout: &bytes.Buffer{}, Stderr: typist, Dir: dir, Getenv: func(string) string { return "" },
		Interactive: true, Terminal: true, Columns: 100, Signals: twice}
	return Main(s), typist.all()
}

func TestReviewAtTheTerminal(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ffscert.yaml"), []byte(derivativeConfig), 0o644))
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 2))))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "outer.png"), b.Bytes(), 0o644))
	run := &state{Args: []string{"run"}, Stdin: &bytes.Buffer{}, Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}, Dir: dir, Getenv: func(string) string { return "" }, Signals: twice}
	require.Equal(t, exitReview, Main(run))

	// A name, a pass with a picture (the first file and the first size are not
	// accepted), and a case that is left open.
	status, said := review(t, dir, nil, "", "Ada  Lovelace", "what?", "p", "gone.png", "outer.png", "big", "0 x 3", "40,5 × 20 mm", "", "on the long side", "skip")
	require.Equal(t, 0, status, said)
	require.Contains(t, said, "1 of 2: FFS-BAR-01")
	require.Contains(t, said, "gone.png: no such file")
	require.Contains(t, said, "two numbers between 0 and 2000 are needed")
	require.Contains(t, said, "1 recorded, 1 still to be answered; verdict review")
	// Only what is open is asked; a pass without evidence is not recorded.
	status, said = review(t, dir, []string{"--name", "Bob"}, "pass", "")
	require.Equal(t, 0, status, said)
	require.Contains(t, said, "1 of 1: FFS-BAR-02")
	require.Contains(t, said, "nothing was recorded")
	// It is revised, and the first answer stays.
	status, said = review(t, dir, []string{"--name", "Bob", "--all"}, "fail", "partner_app", "", "too small", "quit")
	require.Equal(t, 0, status, said)
	require.Contains(t, said, "said before: 1: pass by Ada Lovelace")
	require.Contains(t, said, "verdict failed")

	rec, _, err := journal.Read(context.Background(), filepath.Join(dir, "runs"), journal.Latest)
	require.NoError(t, err)
	require.Len(t, rec.Reviews, 2)
	require.Equal(t, []journal.ReviewImage{{Path: rec.Reviews[0].Evidence[0], WidthMM: 40.5, HeightMM: 20}}, rec.Reviews[0].Images)
	require.Equal(t, "on the long side", rec.Reviews[0].Note)
	require.Equal(t, "too small", rec.Reviews[1].Note)
	require.Equal(t, "Bob", rec.Reviews[1].Name)
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string][2]float64{"40x20": {40, 20}, " 12,5 × 12.5 mm": {12.5, 12.5}, "3 mm X 4 mm": {3, 4}, "1*2": {1, 2}} {
		w, h, ok := parseSize(text)
		if !ok || w != want[0] || h != want[1] {
			t.Errorf("%q: %v %v %v", text, w, h, ok)
		}
	}
	for _, text := range []string{"", "40", "40x", "x20", "0x3", "-1x2", "1e3x2", "40x20x10", "NaNx1", "1.x2", "40 20"} {
		if w, h, ok := parseSize(text); ok {
			t.Errorf("%q: %v %v", text, w, h)
		}
	}
}

// What somebody sends as answers is refused or read, and never more than that.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte("name: A\nanswers:\n  - {case: C, answer: pass, evidence: [x]}\n"))
	f.Add([]byte("answers: [[[[{"))
	f.Add(bytes.Repeat([]byte("- "), 2000))
	f.Add([]byte("a: &a [*a]\nanswers: *a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := &answersIn{dir: t.TempDir(), file: &yamlat.File{Name: "f"}}
		if list := in.read(data, reviewOptions{}, journal.Record{}); len(in.file.Problems) == 0 {
			t.Fatalf("%d answers to a run in which nothing waits", len(list))
		}
	})
}
