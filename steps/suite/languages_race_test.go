//go:build race

package suite_test

// inAllLanguages: the race detector makes everything many times slower, and
// finds nothing more in another language; .ci/test has all of them without it.
const inAllLanguages = false
