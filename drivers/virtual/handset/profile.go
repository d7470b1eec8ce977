package handset

import (
	"fmt"
	"math/rand/v2"
	"time"

	"ffscert/drivers/virtual/ui"
)

// Profile is what operations cost on a phone, beyond the work itself.
type Profile struct {
	Source     time.Duration `yaml:"source,omitempty" json:"source,omitempty" jsonschema:"type=string" jsonschema_description:"one page source"`
	Find       time.Duration `yaml:"find,omitempty" json:"find,omitempty" jsonschema:"type=string" jsonschema_description:"one narrow find"`
	XPath      time.Duration `yaml:"xpath,omitempty" json:"xpath,omitempty" jsonschema:"type=string" jsonschema_description:"a find by xpath, which dumps the tree first"`
	Action     time.Duration `yaml:"action,omitempty" json:"action,omitempty" jsonschema:"type=string" jsonschema_description:"a click, a key, typing"`
	Attribute  time.Duration `yaml:"attribute,omitempty" json:"attribute,omitempty" jsonschema:"type=string" jsonschema_description:"reading one attribute"`
	Screenshot time.Duration `yaml:"screenshot,omitempty" json:"screenshot,omitempty" jsonschema:"type=string"`
	Launch     time.Duration `yaml:"launch,omitempty" json:"launch,omitempty" jsonschema:"type=string" jsonschema_description:"starting an app"`
	// Jitter is the share by which each cost varies at most, 0 to 1.
	Jitter float64 `yaml:"jitter,omitempty" json:"jitter,omitempty" jsonschema:"minimum=0,maximum=1" jsonschema_description:"share by which each cost varies"`
	// Animations tells whether pages slide and lists take time to load.
	Animations bool `yaml:"animations,omitempty" json:"animations,omitempty" jsonschema_description:"pages slide in and lists take time to load, as the app's model says"`
}

// NoProfile costs nothing, and nothing moves.
func NoProfile() Profile { return Profile{} }

// PhoneProfile is what a usual phone takes with UiAutomator2.
func PhoneProfile() Profile {
	return Profile{Source: 400 * time.Millisecond, Find: 80 * time.Millisecond, XPath: 400 * time.Millisecond,
		Action: 120 * time.Millisecond, Attribute: 40 * time.Millisecond, Screenshot: 250 * time.Millisecond,
		Launch: 1500 * time.Millisecond, Jitter: 0.25, Animations: true}
}

// ProfileByName knows "none" and "phone".
func ProfileByName(name string) (Profile, error) {
	switch name {
	case "none":
		return NoProfile(), nil
	case "phone", "":
		return PhoneProfile(), nil
	}
	return Profile{}, fmt.Errorf("latency profile %q is neither none nor phone", name)
}

func (p Profile) cost(op ui.Operation, jitter *rand.Rand) time.Duration {
	base := map[ui.Operation]time.Duration{
		ui.OpSource: p.Source, ui.OpFind: p.Find, ui.OpXPath: p.XPath, ui.OpAction: p.Action,
		ui.OpAttribute: p.Attribute, ui.OpScreenshot: p.Screenshot, ui.OpLaunch: p.Launch,
	}[op]
	if base <= 0 {
		return 0
	}
	share := min(max(p.Jitter, 0), 1)
	return time.Duration(float64(base) * (1 + share*(2*jitter.Float64()-1)))
}
