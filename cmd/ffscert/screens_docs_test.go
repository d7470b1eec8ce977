package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every command that the page on screen maps shows is run, on a simulated phone
// with a release that is not quite the one that the map was written for.
func TestTheCommandsOfThePageOnScreenMaps(t *testing.T) {
	dir := t.TempDir()
	bin, err := plain()
	if err != nil {
		t.Fatal(err)
	}
	const lab = "version: 1\nplan: mss-wifi-default\nproduct: {device_name: First light}\ntestbeds: [{name: lab, virtual: {app: alexa-2024.16}}]\n"
	if err := os.WriteFile(filepath.Join(dir, "ffscert.yaml"), []byte(lab), 0o600); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, b := range blocks(t, "../../drivers/screen/maps/README.md") {
		if b.kind != "console" {
			continue
		}
		r := &readmeRun{t: t, outer: t, bin: bin, dir: dir, said: &bytes.Buffer{}}
		for _, line := range b.lines {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				r.run(command, 0)
				ran++
			}
		}
	}
	if ran < 3 {
		t.Errorf("%d commands were run", ran)
	}
}
