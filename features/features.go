// Package features holds what is certified: the built-in feature files, one
// folder a group, embedded in the binary.
package features

import "embed"

// Files are the built-in feature files. A file of the user's with the same
// path or name replaces the built-in one.
//
//go:embed */*.feature
var Files embed.FS
