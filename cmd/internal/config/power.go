package config

import "errors"

// PowerMethod says how a socket is switched.
type PowerMethod string

// The methods.
const (
	PowerAlexa   PowerMethod = "alexa"   // by the plug's page in the Alexa app
	PowerCommand PowerMethod = "command" // by a command of yours
)

// notYet are the methods that are planned, and refused until then.
var notYet = []string{"http", "operator"}

// Power says how the two sockets of a testbed are switched.
type Power struct {
	// Device is the socket of the device under test.
	Device Socket `yaml:"device,omitempty" json:"device"`
	// Provisioner is the socket of the provisioner.
	Provisioner Socket `yaml:"provisioner,omitempty" json:"provisioner"`
}

// Socket says how one socket is switched: "alexa", or two commands.
type Socket struct {
	Method PowerMethod `yaml:"-" json:"method"`
	// CommandOn is a program with its arguments that switches the socket on
	// and exits with status 0 once it is on; no shell is involved.
	CommandOn []string `yaml:"command_on" json:"command_on,omitempty" jsonschema:"required,minItems=1,maxItems=100"`
	// CommandOff switches it off in the same way.
	CommandOff []string `yaml:"command_off" json:"command_off,omitempty" jsonschema:"required,minItems=1,maxItems=100"`
}

// UnmarshalYAML reads one word for both sockets, or one of them at a time.
func (p *Power) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Power
	v := plain{Device: Socket{Method: PowerAlexa}, Provisioner: Socket{Method: PowerAlexa}}
	var word string
	if unmarshal(&word) == nil {
		if PowerMethod(word) != PowerAlexa {
			return errors.New("must be alexa or a mapping")
		}
	} else if err := unmarshal(&v); err != nil {
		return err
	}
	*p = Power(v)
	return nil
}

// UnmarshalYAML reads "alexa" or a mapping with two commands.
func (s *Socket) UnmarshalYAML(unmarshal func(any) error) error {
	var word string
	if unmarshal(&word) == nil {
		if PowerMethod(word) != PowerAlexa {
			return errors.New("must be alexa or a mapping")
		}
		*s = Socket{Method: PowerAlexa}
		return nil
	}
	type plain Socket
	v := plain{Method: PowerCommand}
	if err := unmarshal(&v); err != nil {
		return err
	}
	*s = Socket(v)
	return nil
}
