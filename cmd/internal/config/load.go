package config

// Load reads a configuration file. What is wrong with the file is an *[Error];
// a file that cannot be opened is an *[os.PathError].
func Load(path string) (*Config, error) {
	return nil, &Error{[]Problem{{File: path, Text: "not implemented"}}}
}

// Default is the configuration that holds when there is no file: the built-in
// virtual testbed.
func Default() *Config {
	return &Config{
		Version: 1,
		Plan:    DefaultPlan,
		Product: Product{DeviceName: DefaultDevice},
		Testbeds: []Testbed{{
			Name:        DefaultTestbed,
			Virtual:     &Virtual{},
			Plugs:       Plugs{Device: DefaultDevicePlug, Provisioner: DefaultProvisionerPlug},
			Provisioner: DefaultProvisioner,
			Power:       Power{Device: Socket{Method: PowerAlexa}, Provisioner: Socket{Method: PowerAlexa}},
			Timing:      DefaultTiming(),
		}},
		Seed: defaultSeed,
		Runs: DefaultRuns,
	}
}
