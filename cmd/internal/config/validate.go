package config

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// complete fills in what one part of the file says for another.
func (t *tree) complete(c *Config) {
	t.completeSeed(c)
	for i := range c.Testbeds {
		if c.Testbeds[i].Virtual != nil {
			t.completeVirtual(c, &c.Testbeds[i], []string{"testbeds", strconv.Itoa(i)})
		}
	}
}

// setDefaults gives a testbed what it does not say itself. A real phone's
// plugs and provisioner have no default: a guess might switch, or delete,
// something that is not meant.
func (b *Testbed) setDefaults() {
	if b.Virtual != nil {
		for _, n := range []struct {
			to        *string
			otherwise string
		}{
			{&b.Plugs.Device, b.Virtual.Plugs.Device.Name},
			{&b.Plugs.Provisioner, b.Virtual.Plugs.Provisioner.Name},
			{&b.Provisioner, b.Virtual.Provisioner.Name},
		} {
			if *n.to == "" {
				*n.to = n.otherwise
			}
		}
	}
	for _, s := range []*Socket{&b.Power.Device, &b.Power.Provisioner} {
		if s.Method == "" {
			s.Method = PowerAlexa
		}
	}
}

// UnmarshalYAML keeps the default of what is not given.
func (b *Testbed) UnmarshalYAML(unmarshal func(any) error) error {
	type plain Testbed
	v := plain{Timing: DefaultTiming()}
	if err := unmarshal(&v); err != nil {
		return err
	}
	*b = Testbed(v)
	b.setDefaults()
	return nil
}

// judge says what the schema cannot.
func (t *tree) judge(c *Config) {
	t.judgeProduct(c)
	t.judgePatterns(c.Product.LogPatterns)
	names := make(map[string]int)
	phones := make(map[string]int)
	for i := range c.Testbeds {
		b := &c.Testbeds[i]
		tokens := []string{"testbeds", strconv.Itoa(i)}
		if !t.has(child(tokens, "name")...) {
			continue // the schema has said so; what else it lacks can wait
		}
		if before, taken := names[canonical(b.Name)]; taken && b.Name != "" {
			t.report(fmt.Sprintf("%s is the name of testbeds[%d], too", quote(b.Name), before), "give every testbed a name of its own", child(tokens, "name")...)
		} else {
			names[canonical(b.Name)] = i
		}
		t.judgeTestbed(c, b, tokens)
		if b.Phone != nil && b.Phone.UDID != "" {
			if before, taken := phones[b.Phone.UDID]; taken {
				t.report(fmt.Sprintf("%s is the phone of testbeds[%d], too", quote(b.Phone.UDID), before),
					"one phone cannot serve two testbeds", child(child(tokens, "phone"), "udid")...)
			}
			phones[b.Phone.UDID] = i
		}
	}
	t.warnPorts(c)
}

func (t *tree) judgeTestbed(c *Config, b *Testbed, tokens []string) {
	phone, virtual := t.has(child(tokens, "phone")...), t.has(child(tokens, "virtual")...)
	switch {
	case phone && virtual:
		t.report("a testbed cannot have both phone and virtual", "make two testbeds of it", child(tokens, "virtual")...)
	case !phone && !virtual:
		t.report("has neither phone nor virtual", "give phone: for a real one behind Appium, or virtual: {} for a simulated lab", tokens...)
	}
	if phone && b.Phone == nil || virtual && b.Virtual == nil {
		return // nothing stands after the key, which the schema has said
	}
	t.judgeNames(c, b, tokens)
	t.judgeTiming(b, tokens)
	t.judgeLab(b, tokens)
	t.judgeAccounts(b, tokens)
	if b.Phone != nil {
		t.judgePhone(b.Phone, child(tokens, "phone"))
	}
	if b.Virtual != nil {
		t.judgeVirtual(b.Virtual, tokens)
	}
}

func (t *tree) judgeTiming(b *Testbed, tokens []string) {
	at := child(tokens, "timing")
	least := time.Second
	if b.Virtual != nil {
		least = 0 // a simulated provisioner may need no time at all
	}
	t.duration(b.Timing.ProvisionerOff, least, 10*time.Minute, child(at, "provisioner_off"))
	t.duration(b.Timing.ProvisionerReady, least, 30*time.Minute, child(at, "provisioner_ready"))
}

func (t *tree) duration(d, least, most time.Duration, at []string) {
	switch {
	case d < least:
		t.report(fmt.Sprintf("is %s, must be at least %s", d, least), "", at...)
	case d > most:
		t.report(fmt.Sprintf("is %s, must be at most %s", d, most), "", at...)
	}
}

func (t *tree) judgePhone(p *Phone, tokens []string) {
	switch {
	case p.Endpoint != "" && p.EndpointEnv != "":
		t.report("endpoint and endpoint_env exclude each other", "keep one of the two", child(tokens, "endpoint_env")...)
	case p.EndpointEnv != "":
	default:
		if text, hint := endpointTrouble(p.Endpoint, false); text != "" {
			t.report(text, hint, child(tokens, "endpoint")...)
		}
	}
	if strings.ContainsFunc(p.UDID, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		t.report("holds a space or a character that does not show", `write the serial as "adb devices" lists it`, child(tokens, "udid")...)
	}
	at := child(tokens, "command_timeouts")
	for name, d := range p.CommandTimeouts.byName() {
		if d != 0 || t.has(child(at, name)...) {
			t.duration(d, time.Second, 10*time.Minute, child(at, name))
		}
	}
	t.judgeCapabilities(p.Capabilities, child(tokens, "capabilities"))
}

func (t CommandTimeouts) byName() map[string]time.Duration {
	return map[string]time.Duration{"session": t.Session, "find": t.Find, "source": t.Source,
		"action": t.Action, "screenshot": t.Screenshot, "other": t.Other}
}

// endpointTrouble is what is wrong with a server's address. No message repeats it.
func endpointTrouble(s string, passwordAllowed bool) (text, hint string) {
	const example = "write it like http://127.0.0.1:4723"
	u, err := url.Parse(s)
	switch {
	case s == "":
		return "is missing", "give the address of the Appium server, like http://127.0.0.1:4723"
	case err != nil:
		return "is not an address", example
	case u.Scheme != "http" && u.Scheme != "https":
		return "is not an http or https address", example
	case u.Hostname() == "":
		return "names no host", example
	case !validPort(u):
		return "has a port that does not exist", "ports are numbers from 1 to 65535"
	case u.RawQuery != "" || u.Fragment != "":
		return "has more than a host and a path", example
	}
	if u.User != nil && !passwordAllowed {
		return "a user or password must not stand in this file", "put the whole address into an environment variable, and write endpoint_env: NAME"
	}
	return "", ""
}

// addressTrouble is what is wrong with an address of the user's, which may have
// a path and a query.
func addressTrouble(s string) (text, hint string) {
	u, err := url.Parse(s)
	if err == nil {
		u.RawQuery, u.Fragment = "", ""
		s = u.String()
	}
	if text, hint = endpointTrouble(s, false); strings.HasPrefix(text, "a user or password") {
		hint = "put a token into an environment variable, and write token_env: NAME"
	} else if text != "" {
		hint = "write it like http://127.0.0.1:8080/network"
	}
	return text, hint
}

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.Atoi(u.Port())
	return err == nil && n >= 1 && n <= 65535
}

// ours are the capabilities on which a run depends, and why.
func ours() map[string]string {
	const (
		account = "the app's data must be kept: clearing it signs the account out"
		set     = "it is set by the run itself"
	)
	return map[string]string{
		"noreset": account, "fullreset": account, "udid": "write it as udid, next to endpoint",
		"platformname": set, "automationname": set, "apppackage": set, "appactivity": set,
		"browsername": set, "app": "the app under test is never installed by a run", "dontstopapponreset": account,
	}
}

// standardCapabilities are those that need no vendor prefix.
// Source: W3C WebDriver, "Capabilities".
func standardCapabilities() []string {
	return []string{"acceptInsecureCerts", "browserName", "browserVersion", "pageLoadStrategy", "platformName", "proxy",
		"setWindowRect", "strictFileInteractability", "timeouts", "unhandledPromptBehavior", "webSocketUrl"}
}

func (t *tree) judgeCapabilities(caps map[string]any, tokens []string) {
	for key, value := range caps {
		plain, _, _ := indirect(key)
		bare := strings.TrimPrefix(strings.ToLower(plain), "appium:")
		at := child(tokens, key)
		if why, ok := ours()[bare]; ok {
			t.report("cannot be set here", why, at...)
			continue
		}
		if !strings.Contains(plain, ":") && !slices.Contains(standardCapabilities(), plain) && tokens[len(tokens)-1] == "capabilities" {
			t.report("has no vendor prefix", "write appium:"+shorten(key), at...)
			continue
		}
		if inner, ok := value.(map[string]any); ok && bare == "options" {
			t.judgeCapabilities(inner, at)
		}
	}
}

// splitField turns "others[2].name" into its keys.
func splitField(field string) []string {
	return strings.FieldsFunc(field, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
}
