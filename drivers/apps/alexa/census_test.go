package alexa

import "testing"

// A list is followed by what is on it before and after a swipe, also where a
// text is there twice.
func TestHowFarAListMoved(t *testing.T) {
	list := func(top int, texts ...string) []entry {
		var all []entry
		for i, s := range texts {
			all = append(all, entry{s, top + 100*i})
		}
		return all
	}
	for _, c := range []struct {
		name          string
		before, after []entry
		want          int
	}{
		{"by two entries", list(0, "a", "b", "c", "d"), list(0, "c", "d", "e", "f"), 200},
		{"states are there many times", list(0, "a", "On", "b", "On"), list(50, "b", "On", "c", "On"), 150},
		{"not at all", list(0, "a", "b"), list(0, "a", "b"), 0},
		{"nothing in common", list(0, "a"), list(0, "b"), 777},
		{"one text says otherwise", list(0, "a", "b", "c"), append(list(-100, "a", "b", "c"), entry{"x", 0}), 100},
	} {
		if got := moved(c.before, c.after, 777); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
