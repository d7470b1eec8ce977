package doctor

import (
	"errors"
	"fmt"
	"strings"

	"ffscert/drivers/testbed"
	"ffscert/features/certification"
)

// survey judges what the Alexa app showed.
func (j *judge) survey(s Known[Survey], names testbed.Names) {
	v := s.Value
	switch {
	case v.Covered != "":
		j.err("signed_in", "unknown: something lies over the Alexa app: "+v.Covered, "answer it by hand; doctor touches nothing that it need not")
		return
	case v.SignedIn.Err == nil && !v.SignedIn.Value && s.Err == nil:
		j.err("signed_in", "the Alexa app asks to sign in", "sign in with the test account")
		return
	case s.Err != nil:
		text, hint := why(s.Err)
		j.err("signed_in", "unknown: the devices page was not reached: "+text, hint)
		return
	case v.SignedIn.Err != nil:
		j.unknown("signed_in", v.SignedIn.Err, "")
	default:
		j.ok("signed_in", "the Alexa app shows the devices of an account")
	}
	if v.Devices.Err != nil {
		j.unknown("devices", v.Devices.Err, "")
		return
	}
	for _, d := range []struct{ check, name, what string }{
		{"device_plug", names.DevicePlug, "the plug of the device"},
		{"provisioner_plug", names.ProvisionerPlug, "the plug of the provisioner"},
		{"provisioner", names.Provisioner, "the provisioner"},
	} {
		j.present(d.check, d.what, listed(v.Devices.Value, d.name))
	}
	j.absent(listed(v.Devices.Value, names.Device))
}

func listed(all []Listed, name string) Listed {
	for _, l := range all {
		if l.Name == name {
			return l
		}
	}
	return Listed{Name: name}
}

func (j *judge) present(check, what string, l Listed) {
	switch {
	case l.Count == 1:
		j.ok(check, fmt.Sprintf("%q is listed", l.Name))
	case l.Count > 1:
		j.err(check, fmt.Sprintf("%q is listed %d times", l.Name, l.Count), "rename or remove all but one")
	case len(l.Like) > 0:
		j.err(check, fmt.Sprintf("%q is not listed, but %s is", l.Name, quoted(l.Like)), "write the name exactly as the Alexa app shows it")
	default:
		j.err(check, fmt.Sprintf("%s, %q, is not listed", what, l.Name), "register it to the account that the app is signed in to, or correct its name in the configuration")
	}
}

// absent judges the device under test, which must not be set up yet.
func (j *judge) absent(l Listed) {
	switch {
	case l.Count > 1:
		j.err("device", fmt.Sprintf("%q is listed %d times", l.Name, l.Count), "remove them by hand: it cannot be told which is the device under test")
	case l.Count == 1:
		j.warn("device", fmt.Sprintf("%q is listed already: it is set up, or an earlier attempt left it", l.Name), "scenarios that begin with \"the device is new to the Alexa app\" delete it; see that it is yours")
	case len(l.Like) > 0:
		j.err("device", fmt.Sprintf("%q is not listed, but %s is", l.Name, quoted(l.Like)), "rename that one: people, and Alexa, take the names for one")
	default:
		j.ok("device", fmt.Sprintf("%q is not listed yet", l.Name))
	}
}

func quoted(names []string) string {
	var q []string
	for _, n := range names {
		q = append(q, fmt.Sprintf("%q", n))
	}
	return strings.Join(q, ", ")
}

// wrongPhone tells whether another phone than the configured one answered.
func wrongPhone(err error) bool {
	return errors.Is(err, &certification.Trouble{Code: certification.RigWrongPhone})
}
