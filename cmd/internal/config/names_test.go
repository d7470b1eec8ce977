package config

import "testing"

func TestSameName(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"First light", "First light", true},
		{"First light", "first LIGHT", true},
		{" First  light ", "First light", true},
		{"Café", "Cafe\u0301", true},
		{"Straße", "STRASSE", true},
		{"ΣΊΣΥΦΟΣ", "σίσυφος", true},
		{"Light\u200b", "Light", true},
		{"リビング", "リビング", true},
		{"First light", "First lights", false},
		{"First light", "Firstlight", false},
		{"Café", "Cafe", false},
		{"First light", "Second light", false},
	} {
		if got := SameName(c.a, c.b); got != c.same {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
		if SameName(c.a, c.b) != SameName(c.b, c.a) {
			t.Errorf("%q and %q: depends on the order", c.a, c.b)
		}
	}
}

func TestStem(t *testing.T) {
	for name, want := range map[string]string{
		"First plug": "plug", "second PLUG": "plug", "plug 2": "plug", "2nd plug": "plug", "plug": "plug", "Plug #3": "plug",
		"First": "first", "2": "2", "1 2": "2", "Kitchen plug": "kitchen plug", "First light": "light", "north": "north", "std lamp": "std lamp", "": "",
	} {
		if got := stem(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"device_name", "brand", "model", "udid", "plan"}
	for word, want := range map[string]string{
		"device_nmae": "device_name", "deviceName": "device_name", "device-name": "device_name", "modle": "model",
		"uuid": "udid", "colour": "", "": "", "x": "",
	} {
		if got := nearest(word, known); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

func TestSecretKeys(t *testing.T) {
	for key, want := range map[string]bool{
		"password": true, "wifi_password": true, "appium:keystorePassword": true, "accessKey": true, "api_key": true, "token": true,
		"clientSecret": true, "appium:unlockKey": true, "pin": true, "login_otp": true, "Passphrase": true,
		"password_env": false, "password_file": false, "appium:adbPort": false, "bypass": false, "hotplug": false, "udid": false,
		"appium:appPackage": false, "plugs": false, "newCommandTimeout": false, "spin": false, "mapping": false,
	} {
		if got := isSecret(key); got != want {
			t.Errorf("%s: %v", key, got)
		}
	}
}
