package trace

import (
	"testing"

	"ffscert/reports/render"
)

// Mixed, Many and HostilePage are runs for the tests that look at the page with
// a browser.
func Mixed(t testing.TB) render.Source       { return mixed(t) }
func Many(t testing.TB, n int) render.Source { return many(t, n) }
func HostilePage(t testing.TB) string        { return hostile(t) }
