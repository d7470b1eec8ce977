package config

// Virtual is a simulated lab. Names of devices, plugs and provisioner that it
// does not give are those of the testbed.
type Virtual struct {
	// Latency is "phone" (what a real phone costs, the default) or "none".
	Latency string `yaml:"latency,omitempty" json:"latency,omitempty"`
}
