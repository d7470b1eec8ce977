package android

import (
	"encoding/base64"
	"strings"
)

// broadcast sends an intent. Appium's helper app answers its own actions.
func (s *System) broadcast(c *call) int {
	in := parseIntent(c.args)
	if in.flags == "" {
		in.flags = "0x400000"
	}
	c.print("Broadcasting: %v\n", in)
	if data, ok := s.helperAnswers(in); ok {
		c.print("Broadcast completed: result=-1, data=\"%s\"\n", data)
		return 0
	}
	c.print("Broadcast completed: result=0\n")
	return 0
}

// helperAnswers is what io.appium.settings 8 answers; data may be empty.
func (s *System) helperAnswers(in intent) (data string, ok bool) {
	action, ok := strings.CutPrefix(in.action, pkgSettings+".")
	if !ok {
		return "", false
	}
	switch action {
	case "clipboard.get":
		return base64.StdEncoding.EncodeToString([]byte(s.h.Clipboard())), true
	case "location":
		if in.extras["forceUpdate"] == "true" {
			s.log.add('I', "LocationTracker", "The current location has been successfully retrieved from Location Manager")
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.location, true
	case "sms.read":
		return `{"items":[],"total":0}`, true
	case "notifications":
		return `{"statusBarNotifications":[]}`, true
	case "list_locales":
		return base64.StdEncoding.EncodeToString([]byte(`{"items":[{"language":"en","country":"US"},{"language":"de","country":"DE"}]}`)), true
	case "locale":
		l := in.extras["lang"]
		if sc := in.extras["script"]; sc != "" {
			l += "-" + sc
		}
		s.mu.Lock()
		s.props["persist.sys.locale"] = l + "-" + in.extras["country"]
		s.mu.Unlock()
		return "", true
	case "wifi", "bluetooth", "unpair_bluetooth", "animation", "scan_media", "data_connection":
		return "", true
	}
	return "", false
}
