package doctor

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"strings"

	"ffscert/drivers"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// driverPackage is the package that the UiAutomator2 driver installs on a phone.
const driverPackage = "io.appium.uiautomator2.server"

// Read finds out what there is to know. It goes on where something cannot be
// found out, and ends early only if ctx is done, whose error is in the facts
// then. The session that it opens is the caller's to close.
func Read(ctx context.Context, s Subject) Facts {
	f := Facts{Names: s.Names, UDID: s.UDID, Lease: s.Lease}
	for _, c := range s.Commands {
		path, err := exec.LookPath(c.Program)
		f.Commands = append(f.Commands, CommandFact{c, path, err})
	}
	d, ok := s.Phone.(drivers.Diagnostics)
	if !ok {
		f.Server = unknown[drivers.ServerStatus](errNoDiagnostics)
		f.unasked(errNoDiagnostics, s)
		return f
	}
	f.Server = known(d.ServerStatus(ctx))
	switch {
	case s.Lease != nil:
		// Whoever has the phone is not to be disturbed.
		f.unasked(errLeased, s)
		return f
	case f.Server.Err != nil:
		f.unasked(errNoServer, s)
		return f
	case !f.Server.Value.Ready:
		f.unasked(errNotReady, s)
		return f
	}
	f.unasked(errNoSession, s)
	if f.Phone = known(s.Phone.Open(ctx)); f.Phone.Err != nil {
		return f
	}
	readPhone(ctx, &f, d, &s)
	f.Survey = known(survey(ctx, s))
	return f
}

// unasked says of everything that a phone is asked why it was not.
func (f *Facts) unasked(why error, s Subject) {
	f.Phone = unknown[drivers.PhoneInfo](why)
	f.Methods, f.Info, f.Locked = unknown[[]string](why), unknown[drivers.DeviceInfo](why), unknown[bool](why)
	f.Battery, f.Storage, f.Time = unknown[drivers.Battery](why), unknown[int64](why), unknown[Times](why)
	f.Permissions, f.Survey = unknown[[]string](why), unknown[Survey](why)
	f.Driver = AppFact{ID: "driver", Package: driverPackage, Code: unknown[int64](why), Version: unknown[string](why)}
	f.Apps = nil
	for _, m := range append([]*screen.Map{s.Alexa}, s.Others...) {
		f.Apps = append(f.Apps, AppFact{ID: m.App(), Package: m.Application().Package, Code: unknown[int64](why),
			Version: unknown[string](why), Map: m.File(), MapVersions: m.Versions()})
	}
}

// readPhone makes the subject's map of the Alexa app the one that is meant for
// the release on the phone, and for its language.
func readPhone(ctx context.Context, f *Facts, d drivers.Diagnostics, s *Subject) {
	f.Methods = known(d.Methods(ctx))
	f.Info = known(d.DeviceInfo(ctx))
	f.Locked = known(d.Locked(ctx))
	f.Battery = known(d.Battery(ctx))
	before := s.Clock.Now()
	t, err := d.DeviceTime(ctx)
	f.Time = known(Times{t, before, s.Clock.Now()}, err)
	f.Permissions = known(d.DeniedPermissions(ctx, s.Alexa.Application()))

	out, err := d.Shell(ctx, "df", "-k", "/data")
	if err == nil {
		f.Storage = known(freeBytes(out))
	} else {
		f.Storage = unknown[int64](err)
	}
	packages, err := d.Packages(ctx)
	f.Driver.read(ctx, d, packages, err)
	f.readWeb(ctx, d, packages, err, s.Chromedriver)
	for i, m := range append([]*screen.Map{s.Alexa}, s.Others...) {
		a := &f.Apps[i]
		a.read(ctx, d, packages, err)
		if i == 0 && len(s.AlexaMaps) > 0 {
			version := ""
			if a.Version.Err == nil {
				version = a.Version.Value
			}
			if c, ok := screen.Pick(s.AlexaMaps, m.App(), m.Platform(), version); ok {
				m, s.Alexa = c.Map, c.Map
				a.Map, a.MapVersions = m.File(), m.Versions()
			}
		}
		a.Covered = a.Version.Err == nil && m.Covers(a.Version.Value)
		if f.Info.Err == nil && f.Info.Value.Locale != "" {
			a.Wordless = !m.Speaks(f.Info.Value.Locale)
			a.Languages = m.Languages()
			if i == 0 {
				s.Alexa = m.For(f.Info.Value.Locale)
			}
		}
	}
}

// read finds the app among the packages, and asks for its version's name.
func (a *AppFact) read(ctx context.Context, d drivers.Diagnostics, packages []drivers.InstalledPackage, err error) {
	if err != nil {
		a.Code, a.Version = unknown[int64](err), unknown[string](err)
		return
	}
	a.Code, a.Version = unknown[int64](ErrNotInstalled), unknown[string](ErrNotInstalled)
	for _, p := range packages {
		if p.Package == a.Package {
			a.Code = known(p.VersionCode, nil)
		}
	}
	if a.Code.Err != nil {
		return
	}
	a.Version = known(drivers.AppVersion(ctx, d, a.Package))
}

// freeBytes reads what is available from `df -k /data`: the number before the
// share in use, in kibibytes. A long device name may stand on a line of its own.
func freeBytes(out string) (int64, error) {
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		for i, w := range words {
			if i < 3 || !strings.HasSuffix(w, "%") {
				continue
			}
			if _, err := strconv.Atoi(strings.TrimSuffix(w, "%")); err != nil {
				continue // the heading's Use%
			}
			kib, err := strconv.ParseInt(words[i-1], 10, 64)
			if err == nil && kib >= 0 && kib < 1<<50 {
				return kib << 10, nil
			}
		}
	}
	return 0, errors.New("what df says of /data cannot be read")
}

// why is the reason for which something is not known, in a few words.
func why(err error) (text, hint string) {
	if drivers.NotAllowed(err) {
		return "the Appium server does not allow commands on the phone",
			"to have it checked, start the server with --allow-insecure=uiautomator2:adb_shell; it is not needed for a run"
	}
	if drivers.UnknownToServer(err) {
		return "the server does not know the command that asks for it", "see whether the UiAutomator2 driver is current"
	}
	var t *certification.Trouble
	if errors.As(err, &t) {
		return clip(t.Error(), maxText), t.Hint
	}
	if err == nil {
		return "nobody knows", ""
	}
	return clip(err.Error(), maxText), ""
}

// clip shortens a text from outside.
func clip(s string, most int) string {
	r := []rune(strings.ToValidUTF8(s, "\ufffd"))
	if len(r) <= most {
		return string(r)
	}
	return string(r[:most-1]) + "…"
}
