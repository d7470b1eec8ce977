package secret_test

import (
	"strings"
	"testing"

	"ffscert/drivers/secret"
)

// BenchmarkPerson is what a page source of a usual size costs.
func BenchmarkPerson(b *testing.B) {
	p := secret.NewPerson("Ada Lovelace", "ada.lovelace@example.com")
	source := strings.Repeat(`<android.widget.TextView text="Link its skill" resource-id="com.example:id/x" bounds="[0,0][100,200]" displayed="true"/>`, 500)
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		if p.Holds(source) {
			b.Fatal("found")
		}
	}
}
