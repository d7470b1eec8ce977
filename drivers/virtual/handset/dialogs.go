package handset

import (
	"strconv"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/world"
)

// alexaPackage is the Alexa app's; the lab calls the app by another name.
const alexaPackage = "com.amazon.dee.app"

// labName is what the lab calls an app; "" if it does not know it.
func labName(m *apps.Model) string {
	switch {
	case ofPartner(m):
		return world.AppPartner
	case m.Package == alexaPackage:
		return world.AppAlexa
	}
	return ""
}

// crash ends the app in front if it is due: the process is gone, the home
// screen is in front, and above it lies the system's notice.
func (h *Handset) crash() {
	in := h.front()
	name := labName(in.model)
	if name == "" || !h.lab.CrashDue(name) {
		return
	}
	h.crashed = in.model.Label
	h.stop(in.model.Package)
}

// dialog is what lies above the app in front; nil if nothing does. An app's own
// dialog waits until the app is in front.
func (e *env) dialog() *world.Dialog {
	if e.memo != nil && e.memo.dialogSeen {
		return e.memo.dialog
	}
	var found *world.Dialog
	for _, d := range e.h.lab.Dialogs() {
		if d.Owner == world.AppSystem || d.Owner == labName(e.in.model) {
			found = &d
			break
		}
	}
	if e.memo != nil {
		e.memo.dialog, e.memo.dialogSeen = found, true
	}
	return found
}

func (e *env) dialogField(name string) string {
	d := e.dialog()
	if name == "present" {
		return strconv.FormatBool(d != nil)
	}
	if d == nil {
		return ""
	}
	switch name {
	case "id":
		return d.ID
	case "kind":
		return string(d.Kind)
	case "title":
		return d.Title
	case "text":
		return d.Text
	case "accept":
		return d.Buttons[0]
	case "decline":
		if len(d.Buttons) > 1 {
			return d.Buttons[1]
		}
	}
	return ""
}

func (e *env) crashField(name string) string {
	switch name {
	case "present":
		return strconv.FormatBool(e.h.crashed != "")
	case "app":
		return e.h.crashed
	}
	return ""
}
