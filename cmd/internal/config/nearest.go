package config

import (
	"slices"
	"strings"
)

// nearest is the known word that may have been meant, or "" if none is near.
func nearest(word string, known []string) string {
	if len(word) > 64 {
		return ""
	}
	best, least := "", 3
	for _, k := range slices.Sorted(slices.Values(known)) {
		d := distance(plainKey(word), plainKey(k))
		if d < least && d < len(k) {
			best, least = k, d
		}
	}
	return best
}

// plainKey makes deviceName, device-name and Device_Name equal.
func plainKey(s string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(s))
}

// distance is the least number of letters to add, drop, change, or swap with
// the next (optimal string alignment).
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
