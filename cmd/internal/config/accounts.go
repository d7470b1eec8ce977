package config

import (
	"errors"
	"fmt"
	"time"
)

// Accounts are what is signed in with when an app or page is found signed out.
type Accounts struct {
	// Partner is the account of your own app.
	Partner Account `yaml:"partner,omitempty" json:"partner,omitempty"`
	// Amazon is the Amazon account of the test, for Login with Amazon.
	Amazon AmazonAccount `yaml:"amazon,omitempty" json:"amazon,omitempty"`
}

// AmazonAccount is the Amazon account of the test.
type AmazonAccount struct {
	Account `yaml:",inline"`
	// Code says where the one-time code comes from that Amazon may ask for after
	// the password. Without it, a page that asks for one blocks the attempt.
	Code *OneTimeCode `yaml:"code,omitempty" json:"code,omitempty"`
	// PermissionsPage is the address of the page at Amazon on which a customer
	// takes a permission back; that of amazon.com by default. Other countries have
	// their own.
	PermissionsPage string `yaml:"permissions_page,omitempty" json:"permissions_page,omitempty" jsonschema:"maxLength=500,pattern=^https://[A-Za-z0-9.:/?&=%_~-]+$"`
}

// OneTimeCode is where one-time codes come from: exactly one of the four.
type OneTimeCode struct {
	// TOTPEnv names an environment variable that holds the secret from which an
	// authenticator app makes the codes (RFC 6238): base32, or an address that
	// begins with otpauth://totp/.
	TOTPEnv string `yaml:"totp_env,omitempty" json:"totp_env,omitempty" jsonschema:"minLength=1"`
	// TOTPFile is a file that holds that secret, relative to this file.
	TOTPFile string `yaml:"totp_file,omitempty" json:"totp_file,omitempty" jsonschema:"minLength=1"`
	// Command is a program with its arguments that prints the code, and nothing
	// else, and ends with status 0; no shell is involved.
	Command []string `yaml:"command,omitempty" json:"command,omitempty" jsonschema:"minItems=1,maxItems=100"`
	// Prompt asks the person at the terminal for the code. Where nobody is there,
	// the attempt is blocked.
	Prompt bool `yaml:"prompt,omitempty" json:"prompt,omitempty"`
	// Timeout of the command, 1s to 5m; 30s by default.
	Timeout time.Duration `yaml:"timeout,omitempty" json:"timeout,omitempty"`
}

// Secret reads the secret of the codes from the environment (lookup is such as
// [os.LookupEnv]) or the file; it is empty where they come from elsewhere.
// Errors never repeat it.
func (c OneTimeCode) Secret(lookup func(string) (string, bool)) (string, error) {
	switch {
	case c.TOTPEnv != "":
		return fromEnv("totp_env", c.TOTPEnv, lookup)
	case c.TOTPFile != "":
		return fromFile("totp_file", c.TOTPFile)
	}
	return "", nil
}

// judgeAccounts says what is wrong with the accounts of a testbed.
func (t *tree) judgeAccounts(b *Testbed, tokens []string) {
	at := child(child(child(tokens, "accounts"), "amazon"), "code")
	c := b.Accounts.Amazon.Code
	if c == nil || !t.has(at...) {
		return
	}
	given := ""
	for _, k := range []struct {
		key string
		is  bool
	}{{"totp_env", c.TOTPEnv != ""}, {"totp_file", c.TOTPFile != ""}, {"command", len(c.Command) > 0}, {"prompt", c.Prompt}} {
		switch {
		case !k.is:
		case given == "":
			given = k.key
		default:
			t.report(fmt.Sprintf("%s and %s exclude each other", given, k.key), "keep one of them", child(at, k.key)...)
		}
	}
	if given == "" {
		t.report("says nothing", "give one of totp_env, totp_file, command or prompt, or remove it", at...)
	}
	t.judgeProgram(c.Command, child(at, "command"))
	switch {
	case !t.has(child(at, "timeout")...):
	case given != "command":
		t.report("belongs to command", "remove it", child(at, "timeout")...)
	default:
		t.duration(c.Timeout, time.Second, 5*time.Minute, child(at, "timeout"))
	}
	if b.Accounts.Amazon.User == "" {
		t.report("belongs to an account, and there is no user", "give accounts.amazon.user and its password, or remove it", at...)
	}
}

// Account is a user whose password stands elsewhere.
type Account struct {
	// User is the name or address to sign in with.
	User string `yaml:"user,omitempty" json:"user,omitempty" jsonschema:"maxLength=200"`
	// Name is the customer's name as apps and pages may show it. It is masked in
	// what is kept, as the user is.
	Name string `yaml:"name,omitempty" json:"name,omitempty" jsonschema:"maxLength=200"`
	// PasswordEnv names an environment variable that holds the password.
	PasswordEnv string `yaml:"password_env,omitempty" json:"password_env,omitempty" jsonschema:"minLength=1"`
	// PasswordFile is a file that holds the password, relative to this file.
	PasswordFile string `yaml:"password_file,omitempty" json:"password_file,omitempty" jsonschema:"minLength=1"`
}

// Credentials are what is typed. They are neither stored nor logged.
type Credentials struct{ User, Password string }

// Resolve reads the password from the environment (lookup is such as
// [os.LookupEnv]) or the file. An account without a user is empty. Errors name
// the variable or file, never a value.
func (a Account) Resolve(lookup func(string) (string, bool)) (Credentials, error) {
	c := Credentials{User: a.User}
	var err error
	switch {
	case a.User == "":
		if a.PasswordEnv != "" || a.PasswordFile != "" {
			return c, errors.New("user is missing")
		}
		return c, nil
	case a.PasswordEnv != "" && a.PasswordFile != "":
		return c, errors.New("password_env and password_file exclude each other")
	case a.PasswordEnv != "":
		c.Password, err = fromEnv("password_env", a.PasswordEnv, lookup)
	case a.PasswordFile != "":
		c.Password, err = fromFile("password_file", a.PasswordFile)
	default:
		return c, errors.New("password_env or password_file is missing")
	}
	return c, err
}
