package catalog

import (
	"slices"
	"strings"
)

const (
	mostHints   = 5
	longestName = 64 // bytes of a wrong name that are compared; it may come from anywhere
)

// unknown says what was not found, and which of ids may have been meant: those
// that share a part with it or differ by a few letters, or all where there are few.
func unknown(kind, id string, ids []string) *UnknownError {
	type candidate struct {
		id       string
		distance int
	}
	asked := strings.ToLower(id[:min(len(id), longestName)])
	var near []candidate
	for _, known := range ids {
		k := strings.ToLower(known)
		d := distance(asked, k)
		alike := d <= max(2, len(k)/3) || asked != "" && (strings.Contains(k, asked) || strings.Contains(asked, k))
		if alike || len(ids) <= mostHints {
			near = append(near, candidate{known, d})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return a.distance - b.distance })
	e := &UnknownError{Kind: kind, ID: id}
	for _, c := range near[:min(len(near), mostHints)] {
		e.Nearest = append(e.Nearest, c.id)
	}
	return e
}

// distance is Levenshtein's, in bytes: ids are ASCII.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
