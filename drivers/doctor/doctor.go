// Package doctor finds out whether a testbed is fit for a run: it reads what
// the server, the phone and the Alexa app say ([Read]), and judges it
// ([Judge]), which is pure.
//
// It knows nothing of scenarios, plans or command lines. It changes nothing on
// the phone beyond opening the Alexa app and its devices page.
package doctor

import (
	"ffscert/drivers"
	"ffscert/drivers/screen"
	"ffscert/drivers/testbed"
)

// Status is what is said of one check.
type Status string

// The statuses. What could not be found out is a warning, never ok.
const (
	OK      Status = "ok"
	Warning Status = "warning"
	Error   Status = "error"
)

func (s Status) rank() int {
	switch s {
	case OK:
		return 0
	case Warning:
		return 1
	}
	return 2
}

// Line is one check and what came of it.
type Line struct {
	Check   string `json:"check"` // lower case words joined by underscores
	Status  Status `json:"status"`
	Message string `json:"message"`
	// Hint is what to do; empty if there is nothing to do.
	Hint string `json:"hint,omitempty"`
}

// Worst is the worst status of the lines; without any line it is [Error]:
// nothing was checked.
func Worst(lines []Line) Status {
	if len(lines) == 0 {
		return Error
	}
	worst := OK
	for _, l := range lines {
		if l.Status.rank() > worst.rank() {
			worst = l.Status
		}
	}
	return worst
}

// Subject is a testbed to look at.
type Subject struct {
	Names testbed.Names
	// UDID is the serial that the configuration asks for.
	UDID string
	// Lease is why the phone cannot be had, nil if it is ours.
	Lease error
	// Commands are the programs that switch sockets.
	Commands []Command
	// Phone, if it is a [drivers.Diagnostics], tells the rest. It is not
	// touched if Lease is set.
	Phone drivers.Phone
	// Clock is the testbed's; the phone's is compared with it.
	Clock drivers.Clock
	// AlexaMaps are the screen maps of the Alexa app, of which one is meant for
	// the release on the phone; none leaves Alexa as it is.
	AlexaMaps []*screen.Map
	// Alexa is the screen map of the Alexa app. Others are the maps of further
	// apps that must be installed, such as the maker's own.
	Alexa  *screen.Map
	Others []*screen.Map
	// Chromedriver is what looks into web pages; nil if that is not asked.
	Chromedriver *Chromedriver
}

// Command is a program that switches a socket.
type Command struct {
	Socket  string // the socket's name for people
	Program string
}

// maxText bounds a text from outside in a line, in characters.
const maxText = 300
