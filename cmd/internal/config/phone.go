package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Phone is a real phone behind an Appium server.
type Phone struct {
	// Endpoint is the address of the Appium server (or Grid), http or https,
	// without user and password: see endpoint_env.
	Endpoint string `yaml:"endpoint,omitempty" json:"endpoint,omitempty"`
	// EndpointEnv names an environment variable that holds the address, for
	// addresses that contain a user and a password.
	EndpointEnv string `yaml:"endpoint_env,omitempty" json:"endpoint_env,omitempty" jsonschema:"minLength=1"`
	// UDID is the phone's serial as "adb devices" lists it. The phone that
	// answers is compared with it.
	UDID string `yaml:"udid" json:"udid" jsonschema:"required,minLength=1,maxLength=200"`
	// Capabilities are added to those of the session. Those on which the run
	// depends are refused. A key that ends in _env or _file takes its value
	// from that environment variable or file.
	Capabilities map[string]any `yaml:"capabilities,omitempty" json:"capabilities,omitempty"`
	// Reconnect is a program with its arguments that connects the phone again
	// when it has gone away between two attempts, such as
	// [adb, connect, "192.168.1.20:5555"] or one that switches the port of a USB
	// hub; no shell is involved.
	Reconnect []string `yaml:"reconnect,omitempty" json:"reconnect,omitempty" jsonschema:"minItems=1,maxItems=100"`
	// CommandTimeouts limit single WebDriver commands.
	CommandTimeouts CommandTimeouts `yaml:"command_timeouts,omitempty" json:"command_timeouts"`
}

// CommandTimeouts limit single WebDriver commands by kind, 1s to 10m each.
// What is not given is the driver's own limit.
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
	Endpoint     string // may hold a user and a password
	UDID         string
	Capabilities map[string]any
	// Secrets are the values that came from the environment or from a file.
	Secrets []string
}

// maxSecret bounds a file that holds one value, in bytes.
const maxSecret = 64 << 10

// Resolve reads what the phone's address and capabilities take from the
// environment (lookup is such as [os.LookupEnv]) and from files. Errors name
// the variable or file, never a value.
func (p Phone) Resolve(lookup func(string) (string, bool)) (Connection, error) {
	c := Connection{Endpoint: p.Endpoint, UDID: p.UDID}
	if p.EndpointEnv != "" {
		v, err := fromEnv("endpoint_env", p.EndpointEnv, lookup)
		if err != nil {
			return Connection{}, err
		}
		if text, hint := endpointTrouble(v, true); text != "" {
			return Connection{}, fmt.Errorf("endpoint_env: the value of %s %s; %s", p.EndpointEnv, text, hint)
		}
		c.Endpoint = v
	}
	caps, err := resolve(p.Capabilities, lookup, &c.Secrets)
	if err != nil {
		return Connection{}, fmt.Errorf("capabilities.%w", err)
	}
	c.Capabilities = caps
	return c, nil
}

func resolve(caps map[string]any, lookup func(string) (string, bool), secrets *[]string) (map[string]any, error) {
	out := make(map[string]any, len(caps))
	for key, value := range caps {
		plain, env, elsewhere := indirect(key)
		name, isText := value.(string)
		switch inner, nested := value.(map[string]any); {
		case nested:
			v, err := resolve(inner, lookup, secrets)
			if err != nil {
				return nil, fmt.Errorf("%s.%w", key, err)
			}
			out[key] = v
			continue
		case !elsewhere || !isText:
			out[key] = value
			continue
		}
		var v string
		var err error
		if env {
			v, err = fromEnv(key, name, lookup)
		} else {
			v, err = fromFile(key, name)
		}
		if err != nil {
			return nil, err
		}
		*secrets = append(*secrets, v)
		out[plain] = v
	}
	return out, nil
}

func fromEnv(key, name string, lookup func(string) (string, bool)) (string, error) {
	v, ok := lookup(name)
	if !ok || v == "" {
		return "", fmt.Errorf("%s: the environment variable %s is not set", key, name)
	}
	return v, nil
}

// fromFile is the text of a file without the line's end.
func fromFile(key, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", key, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: %w", key, err)
	case len(b) > maxSecret:
		return "", fmt.Errorf("%s: %s is larger than %d bytes", key, path, maxSecret)
	}
	v := strings.TrimRight(string(b), "\r\n")
	if v == "" {
		return "", fmt.Errorf("%s: %s is empty", key, path)
	}
	return v, nil
}

// anchor makes the paths in capabilities independent of the working directory.
func anchor(caps map[string]any, base string) {
	for key, value := range caps {
		if inner, ok := value.(map[string]any); ok {
			anchor(inner, base)
			continue
		}
		path, isText := value.(string)
		if _, env, elsewhere := indirect(key); elsewhere && !env && isText && path != "" && !filepath.IsAbs(path) {
			caps[key] = filepath.Join(base, path)
		}
	}
}
