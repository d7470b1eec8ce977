// Command ffscert runs Amazon's Frustration-Free Setup certification for a
// device maker, from Gherkin scenarios to the pass/fail matrix.
package main

import "os"

// version is set by the build.
var version = "dev"

func main() {
	os.Exit(Main(system()))
}
