package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every file that people copy and change names its schema, so that their
// editor knows it.
func TestFilesNameTheirSchema(t *testing.T) {
	line := regexp.MustCompile(`^# yaml-language-server: \$schema=(\S+)\n`)
	seen := 0
	for _, pattern := range []string{"drivers/screen/maps/*.yaml", "drivers/virtual/apps/models/*.yaml", "cmd/internal/config/samples/*.yaml"} {
		files, err := filepath.Glob(filepath.Join("..", "..", pattern))
		require.NoError(t, err)
		require.NotEmpty(t, files, pattern)
		for _, f := range files {
			text, err := os.ReadFile(f)
			require.NoError(t, err)
			m := line.FindSubmatch(text)
			if !assert.NotNil(t, m, "%s does not name its schema in its first line", f) {
				continue
			}
			_, err = os.Stat(filepath.Join(filepath.Dir(f), string(m[1])))
			assert.NoError(t, err, f)
			seen++
		}
	}
	assert.GreaterOrEqual(t, seen, 10)
}
