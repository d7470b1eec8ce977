package world

// Faults are the things that may go wrong, each with its probability per
// occasion, from 0 to 1. How often a set-up fails without the app saying why is
// a property of the device: [DeviceConfig.SetUpFailure].
type Faults struct {
	SetUpNeverEnds     float64 `yaml:"set_up_never_ends" json:"set_up_never_ends" jsonschema:"minimum=0,maximum=1" jsonschema_description:"A set-up stops on its way and never ends; nothing says why, and the maker's own set-up does not start by itself."`
	SetUpFails         float64 `yaml:"set_up_fails" json:"set_up_fails" jsonschema:"minimum=0,maximum=1" jsonschema_description:"A set-up fails with a reason, which the device logs and the Alexa app shows on a page of its own."`
	LateSetUp          float64 `yaml:"late_set_up" json:"late_set_up" jsonschema:"minimum=0,maximum=1" jsonschema_description:"A set-up takes late_set_up_time: it ends after the deadline."`
	UnresponsiveDevice float64 `yaml:"unresponsive_device" json:"unresponsive_device" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The device is set up, but cannot be reached until it is powered anew."`
	PlugIgnores        float64 `yaml:"plug_ignores" json:"plug_ignores" jsonschema:"minimum=0,maximum=1" jsonschema_description:"A plug does not react to being asked to switch."`
	PromotionCard      float64 `yaml:"promotion_card" json:"promotion_card" jsonschema:"minimum=0,maximum=1" jsonschema_description:"A promotion covers the app at some moment of a set-up."`
	OtherProductCard   float64 `yaml:"other_product_card" json:"other_product_card" jsonschema:"minimum=0,maximum=1" jsonschema_description:"A found-device card of somebody else's product covers the app at some moment of a set-up."`
	WrongName          float64 `yaml:"wrong_name" json:"wrong_name" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The account gets the device under the next ordinal instead of its name."`
	StaleTile          float64 `yaml:"stale_tile" json:"stale_tile" jsonschema:"minimum=0,maximum=1" jsonschema_description:"A device that was deleted stays in the list, unresponsive, for up to 90 s."`
	Vanishes           float64 `yaml:"vanishes" json:"vanishes" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The account loses the device by itself, device.vanishes_after after it was set up."`
	UnrelatedCard      float64 `yaml:"unrelated_card" json:"unrelated_card" jsonschema:"minimum=0,maximum=1" jsonschema_description:"A card that has nothing to do with any device covers the app at some moment of a set-up."`
	ProvisionerOff     float64 `yaml:"provisioner_off" json:"provisioner_off" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The provisioner dies when the device gets power; its plug switched off and on brings it back."`
	AlexaAppCrash      float64 `yaml:"alexa_app_crash" json:"alexa_app_crash" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The Alexa app crashes at some moment after the device got power."`
	PartnerAppCrash    float64 `yaml:"partner_app_crash" json:"partner_app_crash" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The partner app crashes at some moment after the device got power, or when it is next opened."`
	PartnerNoLogin     float64 `yaml:"partner_no_login" json:"partner_no_login" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The partner app does not offer Login with Amazon in this attempt."`
	PartnerNoScope     float64 `yaml:"partner_no_scope" json:"partner_no_scope" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The partner app does not ask for the scope of Frustration-Free Setup in this attempt."`
	PartnerNoFallback  float64 `yaml:"partner_no_fallback" json:"partner_no_fallback" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The maker's own set-up does not start after Frustration-Free Setup failed; started by the customer, it fails."`
	NoFailureReport    float64 `yaml:"no_failure_report" json:"no_failure_report" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The device does not tell the cloud of a network that it could not join."`
	PermissionDialog   float64 `yaml:"permission_dialog" json:"permission_dialog" jsonschema:"minimum=0,maximum=1" jsonschema_description:"Android asks for a permission at some moment after the device got power."`
	RatingDialog       float64 `yaml:"rating_dialog" json:"rating_dialog" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The Alexa app asks to be rated at some moment after the device got power."`
	UpdatePrompt       float64 `yaml:"update_prompt" json:"update_prompt" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The Alexa app offers an update of itself at some moment after the device got power."`
	BatteryDialog      float64 `yaml:"battery_dialog" json:"battery_dialog" jsonschema:"minimum=0,maximum=1" jsonschema_description:"Android warns of an empty battery at some moment after the device got power."`
	UnknownDialog      float64 `yaml:"unknown_dialog" json:"unknown_dialog" jsonschema:"minimum=0,maximum=1" jsonschema_description:"A dialog that no tool knows comes at some moment after the device got power."`
	NotResponding      float64 `yaml:"not_responding" json:"not_responding" jsonschema:"minimum=0,maximum=1" jsonschema_description:"Android says that the Alexa app does not respond, at some moment after the device got power; the app recovers when it is waited for."`
	AppHangs           float64 `yaml:"app_hangs" json:"app_hangs" jsonschema:"minimum=0,maximum=1" jsonschema_description:"Android says that the Alexa app does not respond, at some moment after the device got power, and says so again however often the app is waited for."`
	UpdateWall         float64 `yaml:"update_wall" json:"update_wall" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The Alexa app demands to be updated, at some moment after the device got power, and offers nothing else."`
	PhoneOffline       float64 `yaml:"phone_offline" json:"phone_offline" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The phone loses its internet at some moment after the device got power; the Alexa app says so, and cannot be used."`
	CloudError         float64 `yaml:"cloud_error" json:"cloud_error" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The Alexa app cannot reach its cloud from some moment after the device got power; it says so, and cannot be used."`
	LabWiFiDown        float64 `yaml:"lab_wifi_down" json:"lab_wifi_down" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The Wi-Fi of the lab dies when the device gets power: nothing of the lab can be reached, and nothing is set up."`
	LeftoverDevice     float64 `yaml:"leftover_device" json:"leftover_device" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The account lists a device with the name of the device under test from before; it is unresponsive for ever."`
	DuplicateName      float64 `yaml:"duplicate_name" json:"duplicate_name" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The account has another device with the name of the plug that feeds the device under test."`
	TapLost            float64 `yaml:"tap_lost" json:"tap_lost" jsonschema:"minimum=0,maximum=1" jsonschema_description:"One of the first taps of an attempt has no effect."`
	PhoneUnplugged     float64 `yaml:"phone_unplugged" json:"phone_unplugged" jsonschema:"minimum=0,maximum=1" jsonschema_description:"The phone is unplugged at some moment after the device got power, for 5 to 40 s."`
}

// Fault is the name of a fault.
type Fault string

// The faults.
const (
	FaultSetUpFailure       Fault = "set_up_failure"
	FaultSetUpNeverEnds     Fault = "set_up_never_ends"
	FaultSetUpFails         Fault = "set_up_fails"
	FaultLateSetUp          Fault = "late_set_up"
	FaultUnresponsiveDevice Fault = "unresponsive_device"
	FaultPlugIgnores        Fault = "plug_ignores"
	FaultPromotionCard      Fault = "promotion_card"
	FaultOtherProductCard   Fault = "other_product_card"
	FaultWrongName          Fault = "wrong_name"
	FaultStaleTile          Fault = "stale_tile"
	FaultVanishes           Fault = "vanishes"
	FaultUnrelatedCard      Fault = "unrelated_card"
	FaultProvisionerOff     Fault = "provisioner_off"
	FaultAlexaAppCrash      Fault = "alexa_app_crash"
	FaultPartnerAppCrash    Fault = "partner_app_crash"
	FaultPartnerNoLogin     Fault = "partner_no_login"
	FaultPartnerNoScope     Fault = "partner_no_scope"
	FaultPartnerNoFallback  Fault = "partner_no_fallback"
	FaultNoFailureReport    Fault = "no_failure_report"
	FaultPermissionDialog   Fault = "permission_dialog"
	FaultRatingDialog       Fault = "rating_dialog"
	FaultUpdatePrompt       Fault = "update_prompt"
	FaultBatteryDialog      Fault = "battery_dialog"
	FaultUnknownDialog      Fault = "unknown_dialog"
	FaultNotResponding      Fault = "not_responding"
	FaultAppHangs           Fault = "app_hangs"
	FaultUpdateWall         Fault = "update_wall"
	FaultPhoneOffline       Fault = "phone_offline"
	FaultCloudError         Fault = "cloud_error"
	FaultLabWiFiDown        Fault = "lab_wifi_down"
	FaultLeftoverDevice     Fault = "leftover_device"
	FaultDuplicateName      Fault = "duplicate_name"
	FaultTapLost            Fault = "tap_lost"
	FaultPhoneUnplugged     Fault = "phone_unplugged"
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
		{FaultSetUpNeverEnds, "faults.set_up_never_ends", func(c *Config) float64 { return c.Faults.SetUpNeverEnds }},
		{FaultSetUpFails, "faults.set_up_fails", func(c *Config) float64 { return c.Faults.SetUpFails }},
		{FaultLateSetUp, "faults.late_set_up", func(c *Config) float64 { return c.Faults.LateSetUp }},
		{FaultUnresponsiveDevice, "faults.unresponsive_device", func(c *Config) float64 { return c.Faults.UnresponsiveDevice }},
		{FaultPlugIgnores, "faults.plug_ignores", func(c *Config) float64 { return c.Faults.PlugIgnores }},
		{FaultPromotionCard, "faults.promotion_card", func(c *Config) float64 { return c.Faults.PromotionCard }},
		{FaultOtherProductCard, "faults.other_product_card", func(c *Config) float64 { return c.Faults.OtherProductCard }},
		{FaultWrongName, "faults.wrong_name", func(c *Config) float64 { return c.Faults.WrongName }},
		{FaultStaleTile, "faults.stale_tile", func(c *Config) float64 { return c.Faults.StaleTile }},
		{FaultVanishes, "faults.vanishes", func(c *Config) float64 { return c.Faults.Vanishes }},
		{FaultUnrelatedCard, "faults.unrelated_card", func(c *Config) float64 { return c.Faults.UnrelatedCard }},
		{FaultProvisionerOff, "faults.provisioner_off", func(c *Config) float64 { return c.Faults.ProvisionerOff }},
		{FaultAlexaAppCrash, "faults.alexa_app_crash", func(c *Config) float64 { return c.Faults.AlexaAppCrash }},
		{FaultPartnerAppCrash, "faults.partner_app_crash", func(c *Config) float64 { return c.Faults.PartnerAppCrash }},
		{FaultPartnerNoLogin, "faults.partner_no_login", func(c *Config) float64 { return c.Faults.PartnerNoLogin }},
		{FaultPartnerNoScope, "faults.partner_no_scope", func(c *Config) float64 { return c.Faults.PartnerNoScope }},
		{FaultPartnerNoFallback, "faults.partner_no_fallback", func(c *Config) float64 { return c.Faults.PartnerNoFallback }},
		{FaultNoFailureReport, "faults.no_failure_report", func(c *Config) float64 { return c.Faults.NoFailureReport }},
		{FaultPermissionDialog, "faults.permission_dialog", func(c *Config) float64 { return c.Faults.PermissionDialog }},
		{FaultRatingDialog, "faults.rating_dialog", func(c *Config) float64 { return c.Faults.RatingDialog }},
		{FaultUpdatePrompt, "faults.update_prompt", func(c *Config) float64 { return c.Faults.UpdatePrompt }},
		{FaultBatteryDialog, "faults.battery_dialog", func(c *Config) float64 { return c.Faults.BatteryDialog }},
		{FaultUnknownDialog, "faults.unknown_dialog", func(c *Config) float64 { return c.Faults.UnknownDialog }},
		{FaultNotResponding, "faults.not_responding", func(c *Config) float64 { return c.Faults.NotResponding }},
		{FaultAppHangs, "faults.app_hangs", func(c *Config) float64 { return c.Faults.AppHangs }},
		{FaultUpdateWall, "faults.update_wall", func(c *Config) float64 { return c.Faults.UpdateWall }},
		{FaultPhoneOffline, "faults.phone_offline", func(c *Config) float64 { return c.Faults.PhoneOffline }},
		{FaultCloudError, "faults.cloud_error", func(c *Config) float64 { return c.Faults.CloudError }},
		{FaultLabWiFiDown, "faults.lab_wifi_down", func(c *Config) float64 { return c.Faults.LabWiFiDown }},
		{FaultLeftoverDevice, "faults.leftover_device", func(c *Config) float64 { return c.Faults.LeftoverDevice }},
		{FaultDuplicateName, "faults.duplicate_name", func(c *Config) float64 { return c.Faults.DuplicateName }},
		{FaultTapLost, "faults.tap_lost", func(c *Config) float64 { return c.Faults.TapLost }},
		{FaultPhoneUnplugged, "faults.phone_unplugged", func(c *Config) float64 { return c.Faults.PhoneUnplugged }},
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
		if last := w.cfg.FaultsUntil; last > 0 && w.attempt > last {
			return false
		}
		w.emit(Event{Event: EventFault, Name: string(f), Device: device})
		return true
	}
	return false
}
