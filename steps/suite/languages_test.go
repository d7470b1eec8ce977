//go:build !race

package suite_test

const inAllLanguages = true
