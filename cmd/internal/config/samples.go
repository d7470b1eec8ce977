package config

import "embed"

//go:embed samples/*.yaml
var samples embed.FS

// The samples that [Sample] knows.
const (
	SampleVirtual   = "virtual"
	SampleRealPhone = "real-phone"
)

// Sample is a documented configuration file to start from; ok is false if
// there is none of that name.
func Sample(name string) (text []byte, ok bool) {
	b, err := samples.ReadFile("samples/" + name + ".yaml")
	return b, err == nil
}
