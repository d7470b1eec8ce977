package drivers

// Replayed is what a [Phone] tells that may be driven from a recording instead
// of a phone. It is optional.
type Replayed interface {
	// Strayed is the first error since it was asked last that says that a request
	// was not in the recording; nil if there was none. An attempt during which
	// there was one proves nothing, even if whoever asked did not care.
	Strayed() error
}
