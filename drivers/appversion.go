package drivers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// AppVersion asks the phone for the name of an installed app's version, such as
// "2023.23". Servers refuse it unless they allow commands on the phone: see
// [NotAllowed].
func AppVersion(ctx context.Context, d Diagnostics, pkg string) (string, error) {
	if !packageName(pkg) {
		return "", fmt.Errorf("%q is no name of a package", pkg)
	}
	out, err := d.Shell(ctx, "dumpsys", "package", pkg)
	if err != nil {
		return "", err
	}
	return versionName(out, pkg)
}

// short bounds what a phone says, in characters.
func short(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if utf8.RuneCountInString(s) <= 60 {
		return s
	}
	return string([]rune(s)[:59]) + "…"
}

// packageName tells whether a name is harmless as a word of a command.
func packageName(s string) bool {
	return s != "" && len(s) <= 255 && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_')
	}) < 0
}

// versionName reads it from `dumpsys package NAME`: the first after the
// package's own heading. Others may follow, such as that of a hidden system
// package which an update replaced.
func versionName(dump, pkg string) (string, error) {
	_, own, ok := strings.Cut(dump, "Package ["+pkg+"]")
	if !ok {
		return "", errors.New("the phone's package manager does not show the package")
	}
	for line := range strings.Lines(own) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "versionName="); ok && v != "" && v != "null" {
			return short(v), nil
		}
		if strings.Contains(line, "  Package [") {
			break
		}
	}
	return "", errors.New("the phone's package manager names no version")
}
