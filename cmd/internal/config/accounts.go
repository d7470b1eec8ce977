package config

import "errors"

// Accounts are what is signed in with when an app or page is found signed out.
type Accounts struct {
	// Partner is the account of your own app.
	Partner Account `yaml:"partner,omitempty" json:"partner,omitempty"`
	// Amazon is the Amazon account of the test, for Login with Amazon.
	Amazon Account `yaml:"amazon,omitempty" json:"amazon,omitempty"`
}

// Account is a user whose password stands elsewhere.
type Account struct {
	// User is the name or address to sign in with.
	User string `yaml:"user,omitempty" json:"user,omitempty" jsonschema:"maxLength=200"`
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
