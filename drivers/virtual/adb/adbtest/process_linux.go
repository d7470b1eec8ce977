package adbtest

import "syscall"

// attributes make a server end with the test that started it, also when that
// is killed.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
}
