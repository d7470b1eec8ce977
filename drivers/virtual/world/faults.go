package world

// Faults are the things that may go wrong, each with its probability per
// occasion, from 0 to 1. That a set-up never finishes is a property of the
// device: [DeviceConfig.SetUpFailure].
type Faults struct {
	LateSetUp          float64 `yaml:"late_set_up" json:"late_set_up" jsonschema:"minimum=0,maximum=1" jsonschema_description:"A set-up takes late_set_up_time: it ends after the deadline."`
	UnresponsiveDevice float64 `yaml:"unresponsive_device" json:"unresponsive_device" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The device is set up, but cannot be reached until it is powered anew."`
	PlugIgnores        float64 `yaml:"plug_ignores" json:"plug_ignores" jsonschema:"minimum=0,maximum=1" jsonschema_description:"A plug does not react to being asked to switch."`
	PromotionCard      float64 `yaml:"promotion_card" json:"promotion_card" jsonschema:"minimum=0,maximum=1" jsonschema_description:"A promotion covers the app at some moment of a set-up."`
	OtherProductCard   float64 `yaml:"other_product_card" json:"other_product_card" jsonschema:"minimum=0,maximum=1" jsonschema_description:"A found-device card of somebody else's product covers the app at some moment of a set-up."`
	WrongName          float64 `yaml:"wrong_name" json:"wrong_name" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The account gets the device under the next ordinal instead of its name."`
	StaleTile          float64 `yaml:"stale_tile" json:"stale_tile" jsonschema:"minimum=0,maximum=1" jsonschema_description:"A device that was deleted stays in the list, unresponsive, for up to 90 s."`
}

// Fault is the name of a fault.
type Fault string

// The faults.
const (
	FaultSetUpFailure       Fault = "set_up_failure"
	FaultLateSetUp          Fault = "late_set_up"
	FaultUnresponsiveDevice Fault = "unresponsive_device"
	FaultPlugIgnores        Fault = "plug_ignores"
	FaultPromotionCard      Fault = "promotion_card"
	FaultOtherProductCard   Fault = "other_product_card"
	FaultWrongName          Fault = "wrong_name"
	FaultStaleTile          Fault = "stale_tile"
)

// faultEntry ties a fault's name to where its probability is configured. A new
// fault is a field, an entry here, and a call of [World.strikes].
type faultEntry struct {
	name  Fault
	field string // of the configuration
	p     func(*Config) float64
}

func faultRegistry() []faultEntry {
	return []faultEntry{
		{FaultSetUpFailure, "device.set_up_failure", func(c *Config) float64 { return c.Device.SetUpFailure }},
		{FaultLateSetUp, "faults.late_set_up", func(c *Config) float64 { return c.Faults.LateSetUp }},
		{FaultUnresponsiveDevice, "faults.unresponsive_device", func(c *Config) float64 { return c.Faults.UnresponsiveDevice }},
		{FaultPlugIgnores, "faults.plug_ignores", func(c *Config) float64 { return c.Faults.PlugIgnores }},
		{FaultPromotionCard, "faults.promotion_card", func(c *Config) float64 { return c.Faults.PromotionCard }},
		{FaultOtherProductCard, "faults.other_product_card", func(c *Config) float64 { return c.Faults.OtherProductCard }},
		{FaultWrongName, "faults.wrong_name", func(c *Config) float64 { return c.Faults.WrongName }},
		{FaultStaleTile, "faults.stale_tile", func(c *Config) float64 { return c.Faults.StaleTile }},
	}
}

// strikes draws whether the fault happens on this occasion, and records it if
// so. It draws at every occasion, whatever the probability, so that the n-th
// draw means the same in every configuration. id tells apart devices that the
// same fault may meet: each has a stream of its own.
func (w *World) strikes(f Fault, device, id string) bool {
	for _, e := range faultRegistry() {
		if e.name != f {
			continue
		}
		if w.rnd.stream("fault/"+string(f)+"/"+id).Float64() >= e.p(&w.cfg) {
			return false
		}
		w.emit(Event{Event: EventFault, Name: string(f), Device: device})
		return true
	}
	return false
}
