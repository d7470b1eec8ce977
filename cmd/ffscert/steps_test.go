package main

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/steps"
)

var update = flag.Bool("update", false, "write generated pages anew")

// The page of the sentences is what the command prints.
func TestSentencesPageIsCurrent(t *testing.T) {
	var page bytes.Buffer
	require.NoError(t, printSteps(&page, "md", steps.Vocabulary()))
	const file = "../../steps/SENTENCES.md"
	if *update {
		require.NoError(t, os.WriteFile(file, page.Bytes(), 0o644))
	}
	have, err := os.ReadFile(file)
	require.NoError(t, err)
	if page.String() != string(have) {
		t.Error("steps/SENTENCES.md is not what the command prints: write it anew with go test ./cmd/ffscert -run Sentences -update")
	}
}
