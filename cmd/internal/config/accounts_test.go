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
