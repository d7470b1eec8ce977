package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"ffscert/reports/packet"
)

// An archive full of files that do not belong to it does not flood a terminal.
func TestVerifyTellsTheFirstDifferences(t *testing.T) {
	r := packet.Report{}
	for i := range mostDifferences + 3 {
		r.Differences = append(r.Differences, packet.Difference{Kind: "added", Path: fmt.Sprintf("f%d", i), Text: "the manifest does not have it"})
	}
	var out bytes.Buffer
	if err := sayVerified(&state{Stdout: &out}, "p.zip", r); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "- added: "); n != mostDifferences || !strings.Contains(out.String(), "- and 3 more: --json lists them all\n") {
		t.Errorf("%d are listed:\n%s", n, out.String())
	}
}
