//go:build race

package faultsuite

// defaultSeeds: the race detector makes everything many times slower; .ci/test
// has the three seeds made without it.
const defaultSeeds = 1
