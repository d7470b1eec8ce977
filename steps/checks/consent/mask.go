package consent

import "regexp"

var emailAddress = regexp.MustCompile(`[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}`)

// Masked stands for a customer's e-mail address in everything that is shown.
const Masked = "•••"

// mask takes e-mail addresses out of a text.
func mask(s string) string { return emailAddress.ReplaceAllString(s, Masked) }

// Mask takes the customer's e-mail address out of a text that is going to be
// shown or stored.
func Mask(s string) string { return mask(s) }
