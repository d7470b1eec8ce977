// Package config reads ffscert.yaml: what is certified, on which testbeds,
// with how many attempts.
//
// It hands typed values to everybody else. It must not know of command-line
// flags, of scenarios, or of what a phone does; it opens no connection. A
// [Config] holds no secret: those are read by [Phone.Resolve], at the moment
// they are used.
package config

import "time"

// Config is a whole ffscert.yaml.
type Config struct {
	// Version of this file's format: 1.
	Version int `yaml:"version" json:"version" jsonschema:"required,enum=1"`
	// Plan is the id of the test plan, as "ffscert plan list" names it.
	Plan string `yaml:"plan" json:"plan" jsonschema:"required,minLength=1,maxLength=100"`
	// Product is the device that is certified; it goes into the report.
	Product Product `yaml:"product" json:"product" jsonschema:"required"`
	// Testbeds on which attempts are made; at least one. Several are used at
	// the same time.
	Testbeds []Testbed `yaml:"testbeds" json:"testbeds" jsonschema:"required,minItems=1,maxItems=200"`
	// Attempts of every rate case instead of the plan's own number, 1 to
	// 10000. Below the plan's number the run is PARTIAL.
	Attempts int `yaml:"attempts,omitempty" json:"attempts,omitempty" jsonschema:"minimum=1,maximum=10000"`
	// StopWhenProven ends a rate case as soon as its lower bound reaches the
	// target with 95 % confidence, instead of making all attempts that were asked
	// for. The plan's own number is made in any case. The bound is exact for a
	// number of attempts that was fixed before; looking after each of them makes
	// it somewhat too good, and the matrix says that the case was stopped early.
	StopWhenProven bool `yaml:"stop_when_proven,omitempty" json:"stop_when_proven,omitempty"`
	// BlockedInARow is how many blocked attempts in a row take a testbed out of
	// the run, for which neither the product nor a scenario is to blame; 2 to
	// 1000, 4 by default. The run goes on on the other testbeds.
	BlockedInARow int `yaml:"blocked_in_a_row,omitempty" json:"blocked_in_a_row,omitempty" jsonschema:"minimum=2,maximum=1000"`
	// Seed of everything that is drawn at random. The same seed gives the same
	// run on a virtual testbed.
	Seed int64 `yaml:"seed,omitempty" json:"seed" jsonschema:"minimum=0,maximum=9223372036854775807"`
	// Features is a folder of feature files of your own, relative to this
	// file. They are added to the built-in ones; a file of the same name
	// replaces the built-in one.
	Features string `yaml:"features,omitempty" json:"features,omitempty"`
	// Runs is the folder for what runs leave behind, relative to this file;
	// "runs" by default.
	Runs string `yaml:"runs,omitempty" json:"runs,omitempty"`
	// Waivers is a file of exceptions that were agreed with Amazon's contact,
	// relative to this file: a list "waivers" with case, reason, reference,
	// owner and expires (the last day, 2027-03-01) of each.
	Waivers string `yaml:"waivers,omitempty" json:"waivers,omitempty"`
	// Plans is the folder of test plans of your own, such as "ffscert plan
	// import" makes, relative to this file; "plans" by default, if it is there.
	Plans string `yaml:"plans,omitempty" json:"plans,omitempty"`
	// Screens are screen maps of your own, instead of the built-in ones.
	Screens Screens `yaml:"screens,omitempty" json:"screens,omitempty"`

	// Path is the file that was read; empty for [Default].
	Path string `yaml:"-" json:"-"`
	// Warnings are what is allowed but likely to go wrong.
	Warnings []Problem `yaml:"-" json:"-"`
}

// Product describes the device under test. Its name takes part in a run; what
// it has decides which cases apply to it; the rest goes into the report.
type Product struct {
	// DeviceName is the device's name, exactly as the Alexa app will show it.
	// Only the device of this name is ever deleted.
	DeviceName string `yaml:"device_name" json:"device_name" jsonschema:"required,minLength=1"`
	// Brand as printed on the package.
	Brand string `yaml:"brand,omitempty" json:"brand,omitempty"`
	// Model name or number.
	Model string `yaml:"model,omitempty" json:"model,omitempty"`
	// Firmware version under test.
	Firmware string `yaml:"firmware,omitempty" json:"firmware,omitempty"`
	// Hardware revision or chipset under test.
	Hardware string `yaml:"hardware,omitempty" json:"hardware,omitempty"`
	// LogPatterns are how the product writes to its log what a case asks for.
	LogPatterns LogPatterns `yaml:"log_patterns,omitempty" json:"log_patterns,omitempty"`
	// DeviceTypeID from the registration of the product with Amazon.
	DeviceTypeID string `yaml:"device_type_id,omitempty" json:"device_type_id,omitempty"`
	// APID is the advertised product id from the registration.
	APID string `yaml:"apid,omitempty" json:"apid,omitempty"`
	// ReferenceAPID of the certified reference design that the product uses;
	// simplified plans only. Amazon gives it at the registration of the product.
	ReferenceAPID string `yaml:"reference_apid,omitempty" json:"reference_apid,omitempty"`
	// AmazonCustomerID of the test account, as the report names it.
	AmazonCustomerID string `yaml:"amazon_customer_id,omitempty" json:"amazon_customer_id,omitempty"`
	// DeviceType is the kind of device in words, such as "smart plug".
	DeviceType string `yaml:"device_type,omitempty" json:"device_type,omitempty"`
	// PartnerApp is true if there is an app of the maker's own in which the
	// customer sets the device up or links their Amazon account. Cases that need
	// one apply unless it is false.
	PartnerApp *bool `yaml:"partner_app,omitempty" json:"partner_app,omitempty"`
	// LoginWithAmazon is what the maker has registered with Amazon for the app.
	LoginWithAmazon LoginWithAmazon `yaml:"login_with_amazon,omitempty" json:"login_with_amazon,omitempty"`
	// InnerBarcode is true if there is a barcode in the box, for the customer to
	// scan. Its case applies unless it is false.
	InnerBarcode *bool `yaml:"inner_barcode,omitempty" json:"inner_barcode,omitempty"`
	// SDK says whether the product integrates an SDK for Frustration-Free Setup.
	// The case of the TLS flow applies unless none is integrated.
	SDK *SDK `yaml:"sdk,omitempty" json:"sdk,omitempty"`
	// Derivative is given if the certification rests on one that is there
	// already; without it, the whole plan is tested.
	Derivative *Derivative `yaml:"derivative,omitempty" json:"derivative,omitempty"`
}

// LoginWithAmazon is what the consent audit holds against what the customer sees.
type LoginWithAmazon struct {
	// AppName under which the app is registered, as Amazon's consent page shows it.
	AppName string `yaml:"app_name,omitempty" json:"app_name,omitempty" jsonschema:"maxLength=200"`
	// Scopes that the app is meant to ask for, such as
	// "frustration_free_setup::device:setup".
	Scopes []string `yaml:"scopes,omitempty" json:"scopes,omitempty" jsonschema:"maxItems=50"`
}

// SDK is what the product integrates for Frustration-Free Setup.
type SDK struct {
	// Integrated is true if there is one, whoever has made it.
	Integrated bool `yaml:"integrated" json:"integrated" jsonschema:"required"`
	// Name of the SDK, such as "ACK SDK"; for the report.
	Name string `yaml:"name,omitempty" json:"name,omitempty"`
	// Certified is true if the SDK itself is certified; for the report. It
	// excuses from no case: the guide names no such exception.
	Certified bool `yaml:"certified,omitempty" json:"certified,omitempty"`
}

// Derivative is a certification that rests on one that is there already
// (guide, "Derivative Certification").
type Derivative struct {
	// Kind is marketplace for the certified device itself in another
	// marketplace, or product for another device with the same chipset, firmware
	// and protocol.
	Kind string `yaml:"kind" json:"kind" jsonschema:"required,enum=marketplace,enum=product"`
	// Original is the device that is certified already. A product derivative
	// needs all of it, a marketplace derivative may leave it away.
	Original Original `yaml:"original,omitempty" json:"original,omitempty"`
}

// Original is the certified device on which a derivative rests.
type Original struct {
	// DeviceTypeID is the Device Type of the original device; the report names it.
	DeviceTypeID string `yaml:"device_type_id,omitempty" json:"device_type_id,omitempty"`
	// Hardware revision or chipset that was certified.
	Hardware string `yaml:"hardware,omitempty" json:"hardware,omitempty"`
	// Firmware version that was certified.
	Firmware string `yaml:"firmware,omitempty" json:"firmware,omitempty"`
	// Protocol that was certified.
	Protocol string `yaml:"protocol,omitempty" json:"protocol,omitempty" jsonschema:"enum=wss-wifi,enum=wss-ble,enum=zss,enum=bss,enum=mss-wifi,enum=mss-thread"`
}

// Testbed is one phone with a device under test, a provisioner and two plugs.
// It has either a phone or a virtual lab.
type Testbed struct {
	// Name of the testbed, unique in the file: letters, digits, dots, hyphens,
	// underscores, at most 64.
	Name string `yaml:"name" json:"name" jsonschema:"required,minLength=1,maxLength=64,pattern=^[A-Za-z0-9][A-Za-z0-9._-]*$"`
	// Phone is a real phone behind an Appium server.
	Phone *Phone `yaml:"phone,omitempty" json:"phone,omitempty"`
	// Virtual is a simulated lab with a simulated phone.
	Virtual *Virtual `yaml:"virtual,omitempty" json:"virtual,omitempty"`
	// Plugs are the two smart plugs, by their names in the Alexa app.
	Plugs Plugs `yaml:"plugs,omitempty" json:"plugs"`
	// Provisioner is the name of the Echo or router that sets the device up,
	// as the Alexa app shows it.
	Provisioner string `yaml:"provisioner,omitempty" json:"provisioner"`
	// Power says how the plugs are switched: "alexa" (by their pages in the
	// Alexa app, the default), or for each plug on its own.
	Power Power `yaml:"power,omitempty" json:"power"`
	// Timing of an attempt.
	Timing Timing `yaml:"timing,omitempty" json:"timing"`
	// Accounts are what the apps of this phone are signed in with, if they are
	// found signed out. Without them somebody signs in by hand.
	Accounts Accounts `yaml:"accounts,omitempty" json:"accounts,omitempty"`
	// Network says how the customer's networks and account are changed for the
	// cases that ask for it.
	Network *LabNetwork `yaml:"network,omitempty" json:"network,omitempty"`
	// DeviceLog is where the log of the device under test can be read.
	DeviceLog *DeviceLog `yaml:"device_log,omitempty" json:"device_log,omitempty"`
}

// Plugs are the names of the two smart plugs in the Alexa app.
type Plugs struct {
	// Device is the plug that feeds the device under test.
	Device string `yaml:"device" json:"device"`
	// Provisioner is the plug that feeds the provisioner.
	Provisioner string `yaml:"provisioner" json:"provisioner"`
}

// Timing holds what physics and the plan ask for. Values that are not given
// are those of [DefaultTiming].
type Timing struct {
	// ProvisionerOff is how long the provisioner stays without power, 1s to 10m.
	ProvisionerOff time.Duration `yaml:"provisioner_off,omitempty" json:"provisioner_off"`
	// ProvisionerReady is how long the provisioner is given after power-on
	// before the device is powered, 1s to 30m.
	ProvisionerReady time.Duration `yaml:"provisioner_ready,omitempty" json:"provisioner_ready"`
}

// DefaultTiming is the usual cycle of a lab with an Echo.
func DefaultTiming() Timing {
	return Timing{ProvisionerOff: 10 * time.Second, ProvisionerReady: 60 * time.Second}
}

// Screens are paths of screen maps, relative to the configuration file.
type Screens struct {
	// Alexa is the map of the Alexa app, or a list of maps for different
	// versions of it; the version on the phone decides. A name without .yaml is
	// that of a built-in map, such as alexa-android.
	Alexa MapFiles `yaml:"alexa,omitempty" json:"alexa,omitempty"`
	// Partner is the map of your own app. A virtual testbed has one for its
	// demonstration app.
	Partner string `yaml:"partner,omitempty" json:"partner,omitempty"`
	// Amazon is the map of Amazon's pages of Login with Amazon.
	Amazon string `yaml:"amazon,omitempty" json:"amazon,omitempty"`
	// Dialogs is a file of dialogs that may lie over the apps, and of how they
	// are answered. It is added to the built-in ones, and goes before them.
	Dialogs string `yaml:"dialogs,omitempty" json:"dialogs,omitempty"`
}

// The names of a lab as the built-in virtual testbed has them.
const (
	DefaultPlan                  = "mss-wifi-default"
	DefaultDevice                = "First light"
	DefaultDevicePlug            = "First plug"
	DefaultProvisionerPlug       = "Second plug"
	DefaultProvisioner           = "Echo Dot"
	DefaultTestbed               = "virtual"
	DefaultRuns                  = "runs"
	DefaultPlans                 = "plans"
	defaultSeed            int64 = 1
)
