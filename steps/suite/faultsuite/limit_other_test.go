//go:build !unix

package faultsuite

import "errors"

const canLimit = false

func limitFiles(uint64) error { return errors.ErrUnsupported }
