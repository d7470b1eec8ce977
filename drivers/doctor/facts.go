package doctor

import (
	"errors"
	"time"

	"ffscert/drivers"
	"ffscert/drivers/testbed"
)

// Facts are what could be found out, and why the rest could not.
type Facts struct {
	Names    testbed.Names
	UDID     string // as the configuration asks for it
	Lease    error  // why the phone cannot be had
	Commands []CommandFact

	Server Known[drivers.ServerStatus]
	Phone  Known[drivers.PhoneInfo] // the session that was opened

	Methods     Known[[]string]
	Info        Known[drivers.DeviceInfo]
	Locked      Known[bool]
	Battery     Known[drivers.Battery]
	Storage     Known[int64] // bytes that are free for apps and their data
	Time        Known[Times]
	Permissions Known[[]string] // what the Alexa app was denied
	// Driver is what Appium's driver has installed on the phone.
	Driver AppFact
	// Apps are those that must be installed, the Alexa app first.
	Apps   []AppFact
	Survey Known[Survey]
	// Web is nil if it was not asked.
	Web *WebFact
}

// Known is a fact, or why it is not known.
type Known[T any] struct {
	Value T
	Err   error
}

func known[T any](v T, err error) Known[T] { return Known[T]{v, err} }

func unknown[T any](err error) Known[T] { return Known[T]{Err: err} }

// CommandFact tells whether a program is there.
type CommandFact struct {
	Command
	Path string // where it was found
	Err  error
}

// Times are the phone's clock, and the testbed's before and after it was read.
type Times struct{ Phone, Before, After time.Time }

// AppFact is an app on the phone.
type AppFact struct {
	ID      string // such as "alexa"
	Package string
	Code    Known[int64] // Android's version code; 0 if it is not installed
	// Version is the name by which people know it.
	Version Known[string]
	// Map and Covered are the screen map, the versions that it is for, and
	// whether the app's is one of them.
	Map, MapVersions string
	Covered          bool
	// Wordless tells that the map has no words for the phone's language;
	// Languages are those that it has.
	Wordless  bool
	Languages []string
}

// ErrNotInstalled says that the phone has no such package.
var ErrNotInstalled = errors.New("not installed")

// Why nothing was asked.
var (
	errNoDiagnostics = errors.New("this kind of phone does not tell")
	errLeased        = errors.New("somebody else has the phone")
	errNoServer      = errors.New("the endpoint does not answer")
	errNotReady      = errors.New("the endpoint takes no session")
	errNoSession     = errors.New("no session was opened")
)

// unasked tells whether something was left out because of what another line
// says already.
func unasked(err error) bool {
	return errors.Is(err, errNotReady) || errors.Is(err, errNoDiagnostics) || errors.Is(err, errLeased) || errors.Is(err, errNoServer) || errors.Is(err, errNoSession)
}

// Survey is what the Alexa app showed.
type Survey struct {
	// SignedIn is true once the devices page was seen, false once a page was
	// seen that asks to sign in; else it is not known.
	SignedIn Known[bool]
	// Covered are the words of a card or question that lies over the app; empty
	// if there is none.
	Covered string
	// Devices are the names that were looked for.
	Devices Known[[]Listed]
}

// Listed is how often the devices list has a name.
type Listed struct {
	Name  string
	Count int
	// Like are texts of the list that people would take for the name, and that
	// are spelled differently.
	Like []string
}
