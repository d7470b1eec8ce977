package world

import (
	"errors"
	"fmt"
	"net/url"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pquerna/otp/totp"
)

// FieldError says what is wrong with one field of a [Config].
type FieldError struct {
	// Field is the path by its YAML keys, such as "device.set_up_time.min" or
	// "others[2].name".
	Field   string
	Problem string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// Bounds of what a lab may hold.
const (
	MaxDuration  = 24 * time.Hour
	MaxNameRunes = 200
	MaxOthers    = 1000
	MaxNetworks  = 50
	MaxScopes    = 50
	MaxAttempts  = 10000 // of one scenario
)

// Validate checks every field. Its error joins one [*FieldError] per problem,
// in the order of the fields; [errors.As] finds the first.
func (c Config) Validate() error {
	v := &validator{}
	if _, ok := protocols()[c.Protocol]; !ok {
		v.add("protocol", "unknown protocol %q; known: %s", c.Protocol, strings.Join(Protocols(), ", "))
	}
	c.validateAccount(v)
	c.validateDevices(v)
	c.validatePartner(v)
	c.validateNames(v)
	for _, f := range faultRegistry() {
		// Written so that NaN is refused, too.
		if p := f.p(&c); !(p >= 0 && p <= 1) {
			v.add(f.field, "%v is no probability: must be from 0 to 1", p)
		}
	}
	if c.FaultsUntil < 0 || c.FaultsUntil > MaxAttempts {
		v.add("faults_until_attempt", "%d: must be from 0 to %d", c.FaultsUntil, MaxAttempts)
	}
	return errors.Join(v.errs...)
}

// Protocols are the names that [Config] takes for its protocol, sorted.
func Protocols() []string {
	var names []string
	for name := range protocols() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (c Config) validateAccount(v *validator) {
	a := c.Account
	v.text("account.email", a.Email)
	if !strings.Contains(a.Email, "@") {
		v.add("account.email", "%q is no address", a.Email)
	}
	if a.Name != "" {
		v.text("account.name", a.Name)
	}
	if len(a.Country) != 2 || strings.ToUpper(a.Country) != a.Country {
		v.add("account.country", "%q: must be two capital letters, such as US", a.Country)
	}
	if a.TOTPSeed != "" {
		if _, err := totp.GenerateCode(a.TOTPSeed, time.Unix(0, 0)); err != nil {
			v.add("account.totp_seed", "must be base32 (A to Z and 2 to 7), or empty")
		}
	} else if a.AlwaysAsksCode {
		v.add("account.always_asks_code", "needs account.totp_seed")
	}
	if len(c.WiFi) > MaxNetworks {
		v.add("wifi", "%d networks: at most %d", len(c.WiFi), MaxNetworks)
	}
	for i, n := range c.WiFi {
		field := fmt.Sprintf("wifi[%d].", i)
		if len(n.SSID) < 1 || len(n.SSID) > 32 || !utf8.ValidString(n.SSID) {
			v.add(field+"ssid", "must have 1 to 32 bytes of UTF-8")
		}
		switch n.Saved {
		case SavedRight, SavedWrong, SavedNot:
		default:
			v.add(field+"saved", "%q: must be right, wrong or no", n.Saved)
		}
	}
}

func (c Config) validateDevices(v *validator) {
	d := c.Device
	v.kind("device.kind", d.Kind)
	v.span("device.set_up_time", d.SetUpTime)
	v.span("device.late_set_up_time", d.Late)
	v.span("device.reconnect", d.Reconnect)
	v.span("device.answer", d.Answer)
	v.duration("device.card_delay", d.CardDelay)
	v.span("device.vanishes_after", d.Vanishes)
	v.duration("provisioner.ready_after", c.Provisioner.ReadyAfter)
	v.span("plugs.answer", c.Plugs.Answer)
	if len(c.Others) > MaxOthers {
		v.add("others", "%d devices: at most %d", len(c.Others), MaxOthers)
	}
	for i, o := range c.Others {
		v.kind(fmt.Sprintf("others[%d].kind", i), o.Kind)
	}
}

func (c Config) validatePartner(v *validator) {
	p := c.Partner
	v.text("partner.app_name", p.AppName)
	if len(p.Scopes) > MaxScopes {
		v.add("partner.scopes", "%d scopes: at most %d", len(p.Scopes), MaxScopes)
	}
	for i, s := range p.Scopes {
		v.text(fmt.Sprintf("partner.scopes[%d]", i), s)
	}
	v.text("partner.ffs_scope", p.FFSScope)
	if u, err := url.Parse(p.RedirectURI); v.text("partner.redirect_uri", p.RedirectURI) && (err != nil || !u.IsAbs() || u.Fragment != "") {
		v.add("partner.redirect_uri", "%q is no address: write it like https://lumen.example.com/lwa", p.RedirectURI)
	}
	v.duration("partner.consent_expires", p.ConsentExpires)
	if !p.LWAFault.known() {
		v.add("partner.lwa_fault", "%q is none of them: they are %v", p.LWAFault, LWAFaults())
	}
	v.duration("partner.ffs_gives_up", p.FFSGivesUp)
	v.span("partner.own_set_up_delay", p.OwnSetUpDelay)
	v.span("partner.own_set_up_time", p.OwnSetUpTime)
	v.span("partner.delay", p.Delay)
	if len(p.Others) > MaxOthers {
		v.add("partner.others", "%d devices: at most %d", len(p.Others), MaxOthers)
	}
	for i, o := range p.Others {
		field := fmt.Sprintf("partner.others[%d].", i)
		v.kind(field+"kind", o.Kind)
		if v.text(field+"name", o.Name) && sameName(o.Name, c.Device.Name) {
			v.add(field+"name", "%q is the name of device, too: names must differ", o.Name)
		}
	}
}

// validateNames: every name is there, and no two are alike; a tool that deletes
// devices by name depends on it.
func (c Config) validateNames(v *validator) {
	type named struct{ field, name string }
	all := []named{
		{"device.name", c.Device.Name},
		{"provisioner.name", c.Provisioner.Name},
		{"plugs.device.name", c.Plugs.Device.Name},
		{"plugs.provisioner.name", c.Plugs.Provisioner.Name},
	}
	for i, o := range c.Others {
		all = append(all, named{fmt.Sprintf("others[%d].name", i), o.Name})
	}
	for i, n := range all {
		if !v.text(n.field, n.name) {
			continue
		}
		for _, before := range all[:i] {
			if sameName(n.name, before.name) {
				v.add(n.field, "%q is the name of %s, too: names must differ", n.name, strings.TrimSuffix(before.field, ".name"))
				break
			}
		}
	}
}

type validator struct{ errs []error }

func (v *validator) add(field, format string, args ...any) {
	v.errs = append(v.errs, &FieldError{field, fmt.Sprintf(format, args...)})
}

// text checks a text that is shown to people.
func (v *validator) text(field, s string) bool {
	switch {
	case strings.TrimSpace(s) == "":
		v.add(field, "is missing")
	case !utf8.ValidString(s):
		v.add(field, "is not valid UTF-8")
	case utf8.RuneCountInString(s) > MaxNameRunes:
		v.add(field, "is longer than %d characters", MaxNameRunes)
	case strings.ContainsFunc(s, unicode.IsControl):
		v.add(field, "%q holds a control character", s)
	case strings.TrimSpace(s) != s:
		v.add(field, "%q begins or ends with a space", s)
	default:
		return true
	}
	return false
}

func (v *validator) kind(field string, k Kind) {
	if !k.Known() {
		v.add(field, "unknown kind %q; known: %v", k, Kinds())
	}
}

func (v *validator) span(field string, r Range) {
	v.duration(field+".min", r.Min)
	v.duration(field+".max", r.Max)
	if r.Min > r.Max {
		v.add(field+".max", "%s is shorter than min (%s)", r.Max, r.Min)
	}
}

func (v *validator) duration(field string, d time.Duration) {
	if d < 0 || d > MaxDuration {
		v.add(field, "%s: must be from 0s to %s", d, MaxDuration)
	}
}
