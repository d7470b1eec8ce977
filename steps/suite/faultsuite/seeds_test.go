//go:build !race

package faultsuite

const defaultSeeds = 3
