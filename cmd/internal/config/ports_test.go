package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// benches is a configuration with phones at these endpoints, with these
// capabilities.
func benches(phones ...[2]string) string {
	text := head + "testbeds:\n"
	for i, p := range phones {
		caps := ""
		if p[1] != "" {
			caps = ", capabilities: {" + p[1] + "}"
		}
		text += fmt.Sprintf("  - name: bench-%d\n    phone: {%s, udid: serial-%d%s}\n    plugs: {device: plug one, provisioner: socket two}\n    provisioner: Echo\n", i+1, p[0], i+1, caps)
	}
	return text
}

func TestPhonesAtOneAppiumNeedPortsOfTheirOwn(t *testing.T) {
	const one, two = `endpoint: "http://127.0.0.1:4723"`, `endpoint: "http://127.0.0.1:4724"`
	port := func(n string) string { return `"appium:systemPort": ` + n }
	for name, tc := range map[string]struct {
		phones [][2]string
		want   []string
	}{
		"one phone":                   {[][2]string{{one, ""}}, nil},
		"two servers":                 {[][2]string{{one, ""}, {two, ""}}, nil},
		"ports of their own":          {[][2]string{{one, port("8200")}, {one, port("8201")}}, nil},
		"from the environment":        {[][2]string{{one, port("8200")}, {one, `"appium:systemPort_env": PORT`}}, nil},
		"in appium:options":           {[][2]string{{one, `"appium:options": {systemPort: 8200}`}, {one, `"appium:options": {"appium:systemPort": 8201}`}}, nil},
		"none":                        {[][2]string{{one, ""}, {one, ""}}, []string{`.yaml:6: testbeds[0].phone: has no appium:systemPort, and bench-2 is at the same Appium`, `add to its phone: capabilities: {"appium:systemPort": 8200}`, `.yaml:10: testbeds[1].phone: has no appium:systemPort, and bench-1 is at`, `{"appium:systemPort": 8201}`}},
		"one of two":                  {[][2]string{{one, port("8201")}, {one, `"appium:adbPort": 5038`}}, []string{`.yaml:10: testbeds[1].phone.capabilities: has no appium:systemPort, and bench-1 is at`, `add to its capabilities: "appium:systemPort": 8202`}},
		"the same":                    {[][2]string{{one, port("8200")}, {one, port(`"8200"`)}}, []string{`has the appium:systemPort of bench-1, 8200, and is at the same Appium`, "one of its own"}},
		"the same in another writing": {[][2]string{{one, port("8200")}, {`endpoint: "http://LOCALHOST:4723/"`, `"appium:options": {systemPort: 8200}`}}, []string{`has the appium:systemPort of bench-1`}},
		"an address that is not said": {[][2]string{{"endpoint_env: GRID", ""}, {"endpoint_env: GRID", ""}}, []string{"testbeds[0].phone: has no appium:systemPort", "testbeds[1].phone: has no appium:systemPort"}},
		"another": {[][2]string{{one, port("8200") + `, "appium:chromedriverPort": 9515, "appium:mjpegServerPort": 7810`}, {one, port("8201") + `, "appium:chromedriverPort": 9515, "appium:mjpegServerPort": 7810`}},
			[]string{"has the appium:chromedriverPort of bench-1, 9515", "has the appium:mjpegServerPort of bench-1, 7810"}},
	} {
		var said []string
		for _, w := range load(t, benches(tc.phones...)).Warnings {
			said = append(said, w.Error())
		}
		all := strings.Join(said, "\n")
		if tc.want == nil {
			require.Empty(t, all, name)
		}
		for _, want := range tc.want {
			require.Contains(t, all, want, name)
		}
	}
}
