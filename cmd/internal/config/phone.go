package config

import "time"

// Phone is a real phone behind an Appium server.
type Phone struct {
	// Endpoint is the Appium server's (or Grid's) address, http or https,
	// without a password: see EndpointEnv.
	Endpoint string `yaml:"endpoint,omitempty" json:"endpoint,omitempty"`
	// EndpointEnv names an environment variable that holds the address, for
	// addresses that contain a user and a password.
	EndpointEnv string `yaml:"endpoint_env,omitempty" json:"endpoint_env,omitempty"`
	// UDID is the phone's serial as "adb devices" lists it. The phone that
	// answers is compared with it.
	UDID string `yaml:"udid" json:"udid"`
	// Capabilities are added to those of the session. Those on which the run
	// depends are refused. A key that ends in _env or _file takes its value
	// from that environment variable or file.
	Capabilities map[string]any `yaml:"capabilities,omitempty" json:"capabilities,omitempty"`
	// CommandTimeouts limit single WebDriver commands.
	CommandTimeouts CommandTimeouts `yaml:"command_timeouts,omitempty" json:"command_timeouts"`
}

// CommandTimeouts limit single WebDriver commands by kind; 0 leaves the
// driver's own limit.
type CommandTimeouts struct {
	// Session is the limit for opening a session.
	Session time.Duration `yaml:"session,omitempty" json:"session,omitempty"`
	// Find is the limit for finding elements.
	Find time.Duration `yaml:"find,omitempty" json:"find,omitempty"`
	// Source is the limit for a page source.
	Source time.Duration `yaml:"source,omitempty" json:"source,omitempty"`
	// Action is the limit for taps, swipes, keys and typing.
	Action time.Duration `yaml:"action,omitempty" json:"action,omitempty"`
	// Screenshot is the limit for a screenshot.
	Screenshot time.Duration `yaml:"screenshot,omitempty" json:"screenshot,omitempty"`
	// Other is the limit for every other command.
	Other time.Duration `yaml:"other,omitempty" json:"other,omitempty"`
}

// Connection is what a driver needs to reach the phone. It may hold secrets:
// it is neither stored nor logged.
type Connection struct {
	Endpoint     string
	UDID         string
	Capabilities map[string]any
}

// Resolve reads what the phone's address and capabilities take from the
// environment and from files. base is the folder of the configuration file.
func (p Phone) Resolve(base string, env func(string) (string, bool)) (Connection, error) {
	return Connection{Endpoint: p.Endpoint, UDID: p.UDID, Capabilities: p.Capabilities}, nil
}
