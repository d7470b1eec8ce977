package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAccountResolve(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := func(name string) (string, bool) { return "from-env", name == "SET" }
	for _, c := range []struct {
		account Account
		want    Credentials
		err     string
	}{
		{Account{}, Credentials{}, ""},
		{Account{User: "qa", PasswordEnv: "SET"}, Credentials{"qa", "from-env"}, ""},
		{Account{User: "qa", PasswordFile: file}, Credentials{"qa", "from-file"}, ""},
		{Account{User: "qa", PasswordEnv: "UNSET"}, Credentials{}, "UNSET is not set"},
		{Account{User: "qa", PasswordEnv: "SET", PasswordFile: file}, Credentials{}, "exclude each other"},
		{Account{User: "qa"}, Credentials{}, "is missing"},
		{Account{PasswordEnv: "SET"}, Credentials{}, "user is missing"},
	} {
		got, err := c.account.Resolve(env)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%+v: error %v, want %q", c.account, err, c.err)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%+v: %+v, %v", c.account, got, err)
		}
	}
}

// One source of one-time codes is given, and belongs to an account.
func TestOneTimeCodes(t *testing.T) {
	account := func(code string) string {
		return `version: 1
plan: mss-wifi-default
product: {device_name: First light}
testbeds:
  - name: bench-1
    virtual: {}
    accounts:
      amazon:
        user: qa@example.com
        password_env: PASSWORD
        name: Ada Lovelace
` + code
	}
	for code, want := range map[string]string{
		"        code: {totp_env: SEED}":                                  "",
		"        code: {totp_file: seed.txt}":                             "",
		"        code: {prompt: true}":                                    "",
		"        code: {command: [oathtool, --totp], timeout: 1m}":        "",
		"        code: {totp_env: SEED, prompt: true}":                    "totp_env and prompt exclude each other",
		"        code: {}":                                                "says nothing",
		"        code: {prompt: true, timeout: 1m}":                       "timeout: belongs to command",
		"        code: {command: [x], timeout: 1h}":                       "timeout",
		"        code: {command: [\"\"]}":                                 "names no program",
		"        code: {totp: JBSWY3DPEHPK3PXP}":                          "totp",
		"        code: {totp_secret: JBSWY3DPEHPK3PXP}":                   "a secret must not stand in this file",
		"        permissions_page: http://www.amazon.com/ap/adam":         "permissions_page",
		"        permissions_page: https://www.amazon.de/ap/adam":         "",
		"      partner: {user: u, password_env: P, code: {prompt: true}}": "code",
		"      partner: {user: u, password_env: P, name: Ada Lovelace}":   "",
	} {
		path := filepath.Join(t.TempDir(), "ffscert.yaml")
		if err := os.WriteFile(path, []byte(account(code)), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(path)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", code, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: error %v, want %q", code, err, want)
		case want != "" && strings.Contains(err.Error(), "JBSWY3"):
			t.Errorf("%s: repeated in %v", code, err)
		case strings.Contains(code, "totp_file") && !filepath.IsAbs(c.Testbeds[0].Accounts.Amazon.Code.TOTPFile):
			t.Errorf("%q is not made absolute", c.Testbeds[0].Accounts.Amazon.Code.TOTPFile)
		}
	}
}
