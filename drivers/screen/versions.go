package screen

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// span is a range of versions: those from From, and before Before. Empty ends
// are open.
type span struct{ from, before []int }

// span reads a range as it is written. The last version is meant with all that
// begin like it: what comes next begins with its last number plus one.
func (r versionRange) span() span {
	s := span{from: versionNumbers(r.From)}
	if r.To != "" {
		if s.before = versionNumbers(r.To); len(s.before) > 0 {
			s.before[len(s.before)-1]++
		}
	}
	return s
}

func (s span) covers(v []int) bool {
	return (len(s.from) == 0 || compareNumbers(v, s.from) >= 0) && (len(s.before) == 0 || compareNumbers(v, s.before) < 0)
}

// wellFormed tells whether a version can be compared: it has a number.
func wellFormed(v string) bool { return strings.ContainsAny(v, "0123456789") && len(v) <= 100 }

func compareVersions(a, b string) int { return compareNumbers(versionNumbers(a), versionNumbers(b)) }

// compareNumbers compares versions number by number: 2023.9 comes before
// 2023.23. A missing number counts as 0.
func compareNumbers(as, bs []int) int {
	for i := range max(len(as), len(bs)) {
		var x, y int
		if i < len(as) {
			x = as[i]
		}
		if i < len(bs) {
			y = bs[i]
		}
		if x != y {
			if x < y {
				return -1
			}
			return 1
		}
	}
	return 0
}

// versionNumbers are the numbers of a version; what has no digit counts as 0.
func versionNumbers(v string) []int {
	var numbers []int
	for _, part := range strings.FieldsFunc(v, func(r rune) bool { return r == '.' || r == '-' || r == '+' || r == ' ' }) {
		digits := strings.TrimLeftFunc(part, func(r rune) bool { return r < '0' || r > '9' })
		end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
		if end >= 0 {
			digits = digits[:end]
		}
		n, err := strconv.Atoi(digits)
		if err != nil && digits != "" {
			n = math.MaxInt - 1
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// RangeError says that the ranges of two maps of one app do not fit together.
type RangeError struct {
	First, Second *Map // in the order of their versions
	Gap           bool // versions between them belong to neither; else some belong to both
}

func (e *RangeError) Error() string {
	what := "overlap: some versions of the app belong to both"
	if e.Gap {
		what = "leave a gap: versions between them belong to neither"
	}
	return fmt.Sprintf("%s and %s: the app_versions of these maps of %s, %s and %s, %s", e.First.file, e.Second.file, quote(e.First.App()),
		e.First.Versions(), e.Second.Versions(), what)
}

// CheckRanges finds maps of one app and platform whose ranges of versions
// overlap or leave gaps. Errors are *[RangeError], joined.
func CheckRanges(maps []*Map) error {
	byApp := map[string][]*Map{}
	var apps []string
	for _, m := range maps {
		app := m.data.App + " " + m.data.Platform
		if byApp[app] == nil {
			apps = append(apps, app)
		}
		byApp[app] = append(byApp[app], m)
	}
	var errs []error
	for _, app := range apps {
		list := byApp[app]
		slices.SortStableFunc(list, func(a, b *Map) int { return compareNumbers(a.span().from, b.span().from) })
		for i := 1; i < len(list); i++ {
			before, from := list[i-1].span().before, list[i].span().from
			order := compareNumbers(before, from)
			switch {
			case len(before) == 0 || len(from) == 0 || order > 0:
				errs = append(errs, &RangeError{First: list[i-1], Second: list[i]})
			case order < 0:
				errs = append(errs, &RangeError{First: list[i-1], Second: list[i], Gap: true})
			}
		}
	}
	return errors.Join(errs...)
}

// Choice is a map for a version of an app.
type Choice struct {
	Map *Map
	// Outside tells that no map is meant for the version: the map is the nearest.
	Outside bool
}

// Warning says, for a version that no map is meant for, what is used instead;
// else it is empty.
func (c Choice) Warning(version string) string {
	if !c.Outside {
		return ""
	}
	return fmt.Sprintf("no screen map is meant for version %s of the app %s: the nearest is used, %s, which is for %s",
		quote(version), c.Map.App(), c.Map.File(), c.Map.Versions())
}

// Pick picks the map for an app, a platform and a version of the app. If none
// is meant for the version, it is the nearest: the one for the newest versions
// before it, or else for the oldest after it. Without a version ("") it is the
// one for the newest. ok is false if there is no map of the app at all.
func Pick(maps []*Map, app, platform, version string) (c Choice, ok bool) {
	var mine []*Map
	for _, m := range maps {
		if m.data.App == app && strings.EqualFold(m.data.Platform, platform) {
			mine = append(mine, m)
		}
	}
	if len(mine) == 0 {
		return Choice{}, false
	}
	slices.SortStableFunc(mine, func(a, b *Map) int { return compareNumbers(b.span().from, a.span().from) })
	if !wellFormed(version) {
		return Choice{Map: mine[0], Outside: version != ""}, true
	}
	v := versionNumbers(version)
	for _, m := range mine {
		if m.span().covers(v) {
			return Choice{Map: m}, true
		}
	}
	for _, m := range mine {
		if s := m.span(); len(s.before) > 0 && compareNumbers(s.before, v) <= 0 {
			return Choice{Map: m, Outside: true}, true
		}
	}
	return Choice{Map: mine[len(mine)-1], Outside: true}, true
}
