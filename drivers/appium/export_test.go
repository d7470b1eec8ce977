package appium

// Decode judges an answer as a command of that name would, into each form that
// commands read.
func Decode(status int, body string) []error {
	p := New(Options{Endpoint: "http://127.0.0.1:1"})
	r := request{method: "POST", name: "POST element"}
	var (
		element  elementBody
		elements []elementBody
		words    string
		plainly  plain
		state    int
		a        answer
	)
	var errs []error
	for _, out := range []any{&element, &elements, &words, &plainly, &state, &a, nil} {
		errs = append(errs, p.decode(r, status, []byte(body), out))
	}
	if id, caps, err := sessionOf(a); err == nil {
		_ = id
		_, _ = screenSize(caps.words("deviceScreenSize"))
	}
	return errs
}
