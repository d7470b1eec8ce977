package config

// PowerMethod says how a socket is switched.
type PowerMethod string

// The methods.
const (
	PowerAlexa    PowerMethod = "alexa"    // by the plug's page in the Alexa app
	PowerCommand  PowerMethod = "command"  // by a command of yours
	PowerHTTP     PowerMethod = "http"     // not supported yet
	PowerOperator PowerMethod = "operator" // not supported yet
)

// Power says how the two sockets of a testbed are switched.
type Power struct {
	Device      Socket `yaml:"device,omitempty" json:"device"`
	Provisioner Socket `yaml:"provisioner,omitempty" json:"provisioner"`
}

// Socket says how one socket is switched.
type Socket struct {
	Method PowerMethod `yaml:"-" json:"method"`
	// CommandOn is a program with its arguments that switches the socket on
	// and exits with status 0 when it is on; no shell is involved.
	CommandOn []string `yaml:"command_on,omitempty" json:"command_on,omitempty"`
	// CommandOff switches it off in the same way.
	CommandOff []string `yaml:"command_off,omitempty" json:"command_off,omitempty"`
}
