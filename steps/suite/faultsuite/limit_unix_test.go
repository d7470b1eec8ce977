//go:build unix

package faultsuite

import (
	"os/signal"
	"syscall"
)

const canLimit = true

// limitFiles lets no file of this process grow beyond so many bytes.
func limitFiles(most uint64) error {
	signal.Ignore(syscall.SIGXFSZ)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: most, Max: most})
}
