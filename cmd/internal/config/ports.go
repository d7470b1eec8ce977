package config

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// firstSystemPort is the first of the ports from which UiAutomator2 takes one by
// itself.
const firstSystemPort = 8200

// warnPorts warns of phones at the same Appium whose sessions take each other's
// ports on its computer: then one session ends another. UiAutomator2 asks for a
// systemPort of its own for each of several sessions (appium-uiautomator2-driver,
// README, "Parallel Tests"); of a chromedriverPort and an mjpegServerPort it takes
// a free one, or none, where they are not set.
func (t *tree) warnPorts(c *Config) {
	same := map[string][]int{} // testbeds by server
	for i, b := range c.Testbeds {
		if b.Phone != nil {
			if s := b.Phone.server(); s != "" {
				same[s] = append(same[s], i)
			}
		}
	}
	for _, beds := range same {
		if len(beds) < 2 {
			continue
		}
		taken := map[string]bool{}
		for _, i := range beds {
			port, _ := portOf(c.Testbeds[i].Phone.Capabilities, "systemPort")
			taken[port] = true
		}
		for k, i := range beds {
			t.warnPort(c, beds[:k], i, "chromedriverPort")
			t.warnPort(c, beds[:k], i, "mjpegServerPort")
			if t.warnPort(c, beds[:k], i, "systemPort") {
				continue
			}
			if _, given := portOf(c.Testbeds[i].Phone.Capabilities, "systemPort"); given {
				continue
			}
			next := firstSystemPort + k
			for taken[strconv.Itoa(next)] {
				next++
			}
			taken[strconv.Itoa(next)] = true
			other := beds[0]
			if other == i {
				other = beds[1]
			}
			t.warn(c, i, "", "has no appium:systemPort, and "+c.Testbeds[other].Name+" is at the same Appium: their sessions may end each other",
				add(c.Testbeds[i].Phone, fmt.Sprintf(`"appium:systemPort": %d`, next)))
		}
	}
}

// warnPort warns if a testbed sets the same port as one before it.
func (t *tree) warnPort(c *Config, before []int, i int, name string) bool {
	port, _ := portOf(c.Testbeds[i].Phone.Capabilities, name)
	if port == "" {
		return false
	}
	for _, other := range before {
		if taken, _ := portOf(c.Testbeds[other].Phone.Capabilities, name); taken == port {
			t.warn(c, i, name, fmt.Sprintf("has the appium:%s of %s, %s, and is at the same Appium: their sessions may end each other", name, c.Testbeds[other].Name, shorten(port)),
				"give each phone at an Appium one of its own")
			return true
		}
	}
	return false
}

// add is the line to add.
func add(p *Phone, line string) string {
	if len(p.Capabilities) > 0 {
		return "add to its capabilities: " + line
	}
	return "add to its phone: capabilities: {" + line + "}"
}

// warn warns at a capability of a phone, or at what is nearest to it.
func (t *tree) warn(c *Config, testbed int, capability, text, hint string) {
	tokens := []string{"testbeds", strconv.Itoa(testbed), "phone"}
	for _, next := range []string{"capabilities", "appium:" + capability} {
		if t.has(child(tokens, next)...) {
			tokens = child(tokens, next)
		}
	}
	p := t.at(tokens...)
	c.Warnings = append(c.Warnings, Problem{File: t.file, Line: p.line, Field: p.field, Text: text, Hint: hint})
}

// server tells servers apart; "" if it is not known.
func (p *Phone) server() string {
	if p.EndpointEnv != "" {
		return "env " + p.EndpointEnv
	}
	u, err := url.Parse(p.Endpoint)
	if err != nil || u.Host == "" {
		return ""
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if host == "localhost" || host == "::1" {
		host = "127.0.0.1"
	}
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return host + " " + port
}

// portOf is a port of the capabilities, however they name it. What is taken from
// elsewhere is given, and not known: it is "".
func portOf(caps map[string]any, name string) (port string, given bool) {
	for key, value := range caps {
		plain, _, elsewhere := indirect(key)
		bare := strings.TrimPrefix(strings.ToLower(plain), "appium:")
		if inner, ok := value.(map[string]any); ok && bare == "options" {
			if port, given := portOf(inner, name); given {
				return port, true
			}
		}
		if bare != strings.ToLower(name) {
			continue
		}
		if _, isText := value.(string); elsewhere && isText {
			return "", true
		}
		return strings.TrimSpace(fmt.Sprint(value)), true
	}
	return "", false
}
