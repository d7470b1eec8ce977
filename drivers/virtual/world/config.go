package world

import "time"

// Config says what is in the lab. Decode YAML over [Defaults], so that what is
// left out keeps its default, then ask [Config.Validate]. Durations are written
// as in "45s" or "1m30s"; 0s is allowed wherever a duration is.
type Config struct {
	Seed        uint64            `yaml:"seed" json:"seed" jsonschema_description:"Where all chance comes from. Attempt n of a case depends on the seed, the case and n, and on nothing else."`
	Protocol    string            `yaml:"protocol" json:"protocol" jsonschema:"enum=bss,enum=mss-thread,enum=mss-wifi,enum=wss-ble,enum=wss-wifi,enum=zss" jsonschema_description:"The set-up protocol of the device under test."`
	Account     AccountConfig     `yaml:"account" json:"account" jsonschema_description:"The Amazon account that the phone is signed in to."`
	WiFi        []Network         `yaml:"wifi" json:"wifi" jsonschema_description:"The Wi-Fi networks of the lab, in the order in which a device tries them."`
	Device      DeviceConfig      `yaml:"device" json:"device" jsonschema_description:"The device under test."`
	Provisioner ProvisionerConfig `yaml:"provisioner" json:"provisioner" jsonschema_description:"The provisioner or commissioner, such as an Echo."`
	Plugs       PlugsConfig       `yaml:"plugs" json:"plugs" jsonschema_description:"The two smart plugs of the lab."`
	Partner     PartnerConfig     `yaml:"partner" json:"partner" jsonschema_description:"The maker's own app and cloud, and the set-up of the maker's own."`
	Others      []OtherDevice     `yaml:"others" json:"others" jsonschema_description:"Other devices of the account, so that the devices list is as long as a real one."`
	Faults      Faults            `yaml:"faults" json:"faults" jsonschema_description:"What goes wrong, each with its probability from 0 to 1."`
	FaultsUntil int               `yaml:"faults_until_attempt" json:"faults_until_attempt" jsonschema:"minimum=0,maximum=10000" jsonschema_description:"Faults happen only in the first so many attempts of a scenario, as on a rig that is mended; 0 is all of them."`
}

// AccountConfig is the account and what it allows.
type AccountConfig struct {
	Email                string `yaml:"email" json:"email" jsonschema_description:"The account's address; nothing is ever sent to it."`
	Name                 string `yaml:"name" json:"name" jsonschema_description:"The customer's name."`
	Country              string `yaml:"country" json:"country" jsonschema_description:"Country of the account, two letters."`
	SignedIn             bool   `yaml:"signed_in" json:"signed_in" jsonschema_description:"Whether the Alexa app is signed in."`
	FrustrationFreeSetup bool   `yaml:"frustration_free_setup" json:"frustration_free_setup" jsonschema_description:"Whether the customer has Frustration-Free Setup switched on."`
	// TOTPSeed is no secret: it is that of an account which does not exist.
	TOTPSeed         string `yaml:"totp_seed" json:"totp_seed" jsonschema_description:"Seed of the account's one-time codes (RFC 6238, base32), which Amazon's sign-in page checks; empty if the account has none, and no code is asked for."`
	AlwaysAsksCode   bool   `yaml:"always_asks_code" json:"always_asks_code" jsonschema_description:"Whether Amazon asks for the one-time code whenever somebody signs in; otherwise only a browser that it does not know, see the situation browser_signed_out."`
	DeviceRegistered bool   `yaml:"device_registered" json:"device_registered" jsonschema_description:"Whether the device under test is pre-registered to the account, as if bought with it."`
}

// Saved says what Amazon knows of a network's password.
type Saved string

// What Amazon may know.
const (
	SavedRight Saved = "right"
	SavedWrong Saved = "wrong"
	SavedNot   Saved = "no"
)

// Network is a Wi-Fi network.
type Network struct {
	SSID   string `yaml:"ssid" json:"ssid" jsonschema_description:"The network's name, 1 to 32 bytes."`
	Saved  Saved  `yaml:"saved" json:"saved" jsonschema:"enum=right,enum=wrong,enum=no" jsonschema_description:"What Amazon has saved of its password."`
	Nearby bool   `yaml:"nearby" json:"nearby" jsonschema_description:"Whether the device sees it."`
}

// Range is a span from which times are drawn uniformly.
type Range struct {
	Min time.Duration `yaml:"min" json:"min" jsonschema:"type=string" jsonschema_description:"The shortest."`
	Max time.Duration `yaml:"max" json:"max" jsonschema:"type=string" jsonschema_description:"The longest."`
}

// DeviceConfig is the device under test.
type DeviceConfig struct {
	Name         string        `yaml:"name" json:"name" jsonschema_description:"The name under which the account gets it, unless the name is taken."`
	Kind         Kind          `yaml:"kind" json:"kind" jsonschema:"enum=light,enum=plug,enum=switch,enum=echo,enum=thermostat,enum=lock,enum=sensor,enum=tv" jsonschema_description:"What it is."`
	SetUpTime    Range         `yaml:"set_up_time" json:"set_up_time" jsonschema_description:"From power-on, or from the provisioner being ready if that is later, until the account has it."`
	SetUpFailure float64       `yaml:"set_up_failure" json:"set_up_failure" jsonschema:"minimum=0,maximum=1" jsonschema_description:"Probability that a set-up fails without the app saying so; faults.set_up_fails and faults.set_up_never_ends are other ways to fail."`
	Late         Range         `yaml:"late_set_up_time" json:"late_set_up_time" jsonschema_description:"The time of set-up under the fault late_set_up."`
	Reconnect    Range         `yaml:"reconnect" json:"reconnect" jsonschema_description:"From power-on until a device that is set up answers again."`
	Answer       Range         `yaml:"answer" json:"answer" jsonschema_description:"From being asked to switch until it has switched."`
	FoundCard    bool          `yaml:"found_card" json:"found_card" jsonschema_description:"Whether the app shows a full-screen card once the device is set up."`
	CardDelay    time.Duration `yaml:"card_delay" json:"card_delay" jsonschema:"type=string" jsonschema_description:"From the moment of set-up until that card."`
	Vanishes     Range         `yaml:"vanishes_after" json:"vanishes_after" jsonschema_description:"From the moment of set-up until the account loses the device under the fault vanishes."`
}

// ProvisionerConfig is the provisioner.
type ProvisionerConfig struct {
	Name       string        `yaml:"name" json:"name" jsonschema_description:"Its name in the account."`
	ReadyAfter time.Duration `yaml:"ready_after" json:"ready_after" jsonschema:"type=string" jsonschema_description:"From power-on until it sets devices up."`
}

// PlugsConfig are the plugs by what they feed.
type PlugsConfig struct {
	Device      PlugConfig `yaml:"device" json:"device" jsonschema_description:"The plug that feeds the device under test."`
	Provisioner PlugConfig `yaml:"provisioner" json:"provisioner" jsonschema_description:"The plug that feeds the provisioner."`
	Answer      Range      `yaml:"answer" json:"answer" jsonschema_description:"From a tap on a plug's switch until the plug has switched and said so."`
}

// PlugConfig is a smart plug.
type PlugConfig struct {
	Name string `yaml:"name" json:"name" jsonschema_description:"Its name in the account."`
	On   bool   `yaml:"on" json:"on" jsonschema_description:"Whether it is on when an attempt begins."`
}

// PartnerConfig is the maker's own app, its cloud and its own set-up.
type PartnerConfig struct {
	SignedIn bool     `yaml:"signed_in" json:"signed_in" jsonschema_description:"Whether the partner app is signed in when an attempt begins."`
	Linked   bool     `yaml:"linked" json:"linked" jsonschema_description:"Whether the customer has allowed the maker what it asks Amazon for when an attempt begins."`
	AppName  string   `yaml:"app_name" json:"app_name" jsonschema_description:"The app's name as Amazon's consent page shows it."`
	Scopes   []string `yaml:"scopes" json:"scopes" jsonschema_description:"What the app asks Amazon for."`
	// DOMAIN §3: observed, not confirmed; so it is data.
	FFSScope       string        `yaml:"ffs_scope" json:"ffs_scope" jsonschema_description:"Which of the scopes is that of Frustration-Free Setup."`
	LWAFault       LWAFault      `yaml:"lwa_fault" json:"lwa_fault" jsonschema_description:"One thing that the partner app or Amazon's page does wrong on the way through Login with Amazon, named after the consent rule that finds it; empty if nothing is wrong."`
	RedirectURI    string        `yaml:"redirect_uri" json:"redirect_uri" jsonschema_description:"Where Amazon sends the browser with the customer's answer."`
	ConsentExpires time.Duration `yaml:"consent_expires" json:"consent_expires" jsonschema:"type=string" jsonschema_description:"How long Amazon's consent page waits for an answer, a guess; 0 is for ever."`
	UnlinkRevokes  bool          `yaml:"unlink_revokes" json:"unlink_revokes" jsonschema_description:"Whether the app gives the permission back to Amazon when the customer ends the link in the app. If not, Amazon does not ask again."`
	SeesRevocation bool          `yaml:"sees_revocation" json:"sees_revocation" jsonschema_description:"Whether the app notices that the customer took the permission back at Amazon. If not, it still says that it is linked."`
	RequiresLink   bool          `yaml:"requires_link" json:"requires_link" jsonschema_description:"Whether zero-touch set-up needs the account to be linked, with the scope of Frustration-Free Setup."`
	FFSGivesUp     time.Duration `yaml:"ffs_gives_up" json:"ffs_gives_up" jsonschema:"type=string" jsonschema_description:"From power-on until a device that is not being set up gives zero-touch set-up up."`
	OwnSetUpDelay  Range         `yaml:"own_set_up_delay" json:"own_set_up_delay" jsonschema_description:"From the end of a zero-touch set-up that failed until the maker's own starts by itself."`
	OwnSetUpTime   Range         `yaml:"own_set_up_time" json:"own_set_up_time" jsonschema_description:"How long the maker's own set-up takes."`
	OwnSetUpLasts  bool          `yaml:"own_set_up_lasts" json:"own_set_up_lasts" jsonschema_description:"Whether a device keeps what its own set-up gave it when it loses its power. If not, it can be set up by zero-touch again without being removed in the maker's app."`
	Delay          Range         `yaml:"delay" json:"delay" jsonschema_description:"From a zero-touch set-up until the maker's cloud knows the device, too."`
	Others         []OtherDevice `yaml:"others" json:"others" jsonschema_description:"Other devices that the maker's cloud knows."`
}

// OtherDevice is a device that has nothing to do with the test.
type OtherDevice struct {
	Name         string `yaml:"name" json:"name" jsonschema_description:"Its name in the account."`
	Kind         Kind   `yaml:"kind" json:"kind" jsonschema:"enum=light,enum=plug,enum=switch,enum=echo,enum=thermostat,enum=lock,enum=sensor,enum=tv" jsonschema_description:"What it is."`
	On           bool   `yaml:"on" json:"on" jsonschema_description:"Whether it is on."`
	Unresponsive bool   `yaml:"unresponsive" json:"unresponsive" jsonschema_description:"Whether the cloud cannot reach it."`
}

// Defaults is the usual lab of certification (two plugs, a provisioner, a
// light) in a household of seven other devices. Nothing goes wrong in it.
func Defaults() Config {
	return Config{
		Seed:     1,
		Protocol: "mss-wifi",
		Account: AccountConfig{
			Email: "certification@example.com", Name: "Robin Sample", Country: "US",
			SignedIn: true, FrustrationFreeSetup: true, DeviceRegistered: true,
			TOTPSeed: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
		},
		WiFi: []Network{{SSID: "Certification Lab", Saved: SavedRight, Nearby: true}},
		Device: DeviceConfig{
			Name: "First light", Kind: Light,
			SetUpTime: Range{20 * time.Second, 45 * time.Second},
			Late:      Range{310 * time.Second, 400 * time.Second},
			Reconnect: Range{2 * time.Second, 5 * time.Second},
			Answer:    Range{200 * time.Millisecond, 800 * time.Millisecond},
			FoundCard: true,
			Vanishes:  Range{2 * time.Second, 8 * time.Second},
		},
		Provisioner: ProvisionerConfig{Name: "Echo Dot", ReadyAfter: 45 * time.Second},
		Plugs: PlugsConfig{
			Device:      PlugConfig{Name: "First plug"},
			Provisioner: PlugConfig{Name: "Second plug", On: true},
			Answer:      Range{500 * time.Millisecond, 3 * time.Second},
		},
		Partner: PartnerConfig{
			SignedIn: true, AppName: "Example Home",
			Scopes:         []string{"alexa::skills:account_linking", "frustration_free_setup::device:setup"},
			FFSScope:       "frustration_free_setup::device:setup",
			RedirectURI:    "https://lumen.example.com/lwa",
			ConsentExpires: 10 * time.Minute,
			UnlinkRevokes:  true,
			SeesRevocation: true,
			FFSGivesUp:     2 * time.Minute,
			OwnSetUpDelay:  Range{time.Second, 3 * time.Second},
			OwnSetUpTime:   Range{15 * time.Second, 30 * time.Second},
			Delay:          Range{time.Second, 3 * time.Second},
			Others:         []OtherDevice{},
		},
		Others: []OtherDevice{
			{Name: "Hallway lamp", Kind: Light, On: true},
			{Name: "Bedroom lamp", Kind: Light},
			{Name: "Kitchen speaker", Kind: Echo, On: true},
			{Name: "Living room TV", Kind: TV},
			{Name: "Thermostat", Kind: Thermostat, On: true},
			{Name: "Front door", Kind: Lock, On: true},
			{Name: "Garage switch", Kind: Switch},
		},
	}
}
