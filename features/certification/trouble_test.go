package certification

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
)

func TestWhatDecided(t *testing.T) {
	for _, c := range []struct {
		name string
		t    Trouble
		want []string
	}{
		{"what was seen", Trouble{Message: "m", Evidence: []string{"the provisioner answers", " ", "evidence/ab.png"}, Err: errors.New("e")}, []string{"the provisioner answers"}},
		{"what the other side said", Trouble{Message: "m", Evidence: []string{"evidence/ab.png"}, Err: fmt.Errorf("a: %w", errors.New("device offline"))}, []string{"device offline"}},
		{"nothing but the message", Trouble{Message: "m"}, []string{"m"}},
	} {
		if got := c.t.Deciders(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
