//go:build !linux

package adbtest

import "syscall"

func attributes() *syscall.SysProcAttr { return nil }
