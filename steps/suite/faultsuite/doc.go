// Package faultsuite breaks a testbed in every way that is known, and makes
// sure that each time the right one is blamed: no false pass, and no product
// that is blamed for the rig. Its tests are the product of the package; run
// them all with `make faults SEEDS=20`.
//
// A fault is of the world, the apps or the phone (then it is one of the virtual
// testbed's own, which anybody can configure), of the wire to Appium (then a
// proxy between client and server makes it), of power, clock or store. When it
// strikes is drawn from the seed.
package faultsuite
