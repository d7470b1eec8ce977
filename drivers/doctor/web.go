package doctor

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ffscert/drivers"
)

// Chromedriver says what looks into web pages of the phone. It runs where the
// Appium server does.
type Chromedriver struct {
	// Path is what the capability appium:chromedriverExecutable says; "" if it is
	// not given.
	Path string
	// Here tells that the server runs on this machine.
	Here bool
}

// WebFact is what is known of looking into web pages.
type WebFact struct {
	Chromedriver
	// Driver is the chromedriver's version, Browser that of the phone's browser.
	Driver, Browser Known[string]
	// Code is the version code of the phone's browser, which servers always tell.
	Code Known[int64]
}

// chromePackage is the browser of most Android phones.
const chromePackage = "com.android.chrome"

var (
	errElsewhere   = errors.New("it is where the Appium server runs, which is another machine")
	errNoVersion   = errors.New("it does not say its version")
	errUnspecified = errors.New("the capability appium:chromedriverExecutable is not given")
)

// versionTime is how long a chromedriver may take to say its version.
const versionTime = 10 * time.Second

// readDriver finds out the version of a chromedriver.
func readDriver(ctx context.Context, c Chromedriver) Known[string] {
	switch {
	case c.Path == "":
		return unknown[string](errUnspecified)
	case !c.Here:
		return unknown[string](errElsewhere)
	}
	ctx, cancel := context.WithTimeout(ctx, versionTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Path, "--version")
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return unknown[string](err)
	}
	m := regexp.MustCompile(`^ChromeDriver (\d+(?:\.\d+)*)`).FindSubmatch(out)
	if m == nil {
		return unknown[string](errNoVersion)
	}
	return known(string(m[1]), nil)
}

func (f *Facts) readWeb(ctx context.Context, d drivers.Diagnostics, packages []drivers.InstalledPackage, err error, c *Chromedriver) {
	if c == nil {
		return
	}
	browser := AppFact{Package: chromePackage}
	browser.read(ctx, d, packages, err)
	f.Web = &WebFact{*c, readDriver(ctx, *c), browser.Version, browser.Code}
}

// web judges whether web pages of the phone can be looked into. Without, nothing
// fails: some consent rules are not run.
func (j *judge) web(w *WebFact) {
	if w == nil {
		return
	}
	const check = "web_pages"
	const without = "; without it the rules on requested scopes and address are not run"
	switch {
	case errors.Is(w.Driver.Err, errUnspecified):
		j.warn(check, "unknown: "+errUnspecified.Error()+without,
			"install the chromedriver of the browser's major version where the Appium server runs, and give its path")
	case errors.Is(w.Driver.Err, errElsewhere):
		j.warn(check, "unknown: the version of "+clip(w.Path, maxText)+": "+errElsewhere.Error(), "see there that its major version is that of the phone's browser")
	case w.Driver.Err != nil:
		j.warn(check, fmt.Sprintf("the chromedriver %s cannot be used: %s%s", clip(w.Path, maxText), clip(w.Driver.Err.Error(), maxText), without), "correct appium:chromedriverExecutable")
	case errors.Is(w.Browser.Err, ErrNotInstalled):
		j.warn(check, "the phone has no "+chromePackage+", which is the browser that chromedriver "+w.Driver.Value+" is for", "")
	case w.Browser.Err != nil && w.sameBuild():
		j.ok(check, fmt.Sprintf("chromedriver %s fits the phone's browser, by its version code %d", w.Driver.Value, w.Code.Value))
	case w.Browser.Err != nil:
		text, hint := why(w.Browser.Err)
		j.warn(check, "chromedriver "+w.Driver.Value+" is there; whether it fits the phone's browser is unknown: "+text, hint)
	case major(w.Driver.Value) != major(w.Browser.Value):
		j.warn(check, fmt.Sprintf("chromedriver %s does not fit the phone's browser, which is %s%s", w.Driver.Value, w.Browser.Value, without),
			"install the chromedriver of the major version "+clip(major(w.Browser.Value), 20)+" and give its path as appium:chromedriverExecutable")
	default:
		j.ok(check, fmt.Sprintf("chromedriver %s fits the phone's browser, %s", w.Driver.Value, w.Browser.Value))
	}
}

// sameBuild tells whether the browser's version code is made of the chromedriver's
// build, which each major version has one of. [O] Chrome's codes begin with it.
func (w *WebFact) sameBuild() bool {
	parts := strings.Split(w.Driver.Value, ".")
	return w.Code.Err == nil && w.Code.Value > 0 && len(parts) > 2 && strconv.FormatInt(w.Code.Value/100_000, 10) == parts[2]
}

func major(version string) string {
	m, _, _ := strings.Cut(version, ".")
	return m
}
