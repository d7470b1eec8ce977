// Package world is the truth of the simulated lab: a device under test, the
// provisioner that sets it up, the two plugs that feed them, a household of
// other devices, the Amazon account that knows them all, and the maker's cloud,
// which knows the maker's. It moves by its clock; people act on it through the
// account, as the Alexa app lets them, and through the maker's app.
//
// Zero-touch set-up comes first. If it fails, or is not to be had for as long as
// the device has patience, the device's own set-up starts by itself
// (DOMAIN §4). A device that was set up, either way, is known to the maker's
// cloud. Removing it there resets it; deleting it in the Alexa app does so only
// if the protocol says so.
//
// It knows nothing of phones, screens or tests, and nobody but the virtual
// testbed may look into it: a tool that wants to know something asks the phone.
//
// # Chance
//
// Everything that is drawn comes from (seed, case, attempt, concern). Each
// concern (the time of set-up, the answers of one plug, each fault …) has a
// stream of its own, so that one more draw in one place shifts no other.
// Raising the probability of a fault adds attempts that have it and takes none
// away.
//
// # The event file
//
// The truth is written as JSON lines, one object per line, one write per line,
// in the order in which things happened. See [Event] for the fields. Every line
// has
//
//	seq      1, 2, 3 … without a gap
//	utc      when it happened on the lab's clock, RFC 3339 with nanoseconds. On
//	         a real clock at speed 1 that is the wall clock of the machine; on
//	         virtual time, or at another speed, it is the lab's own time.
//	t        seconds of the lab's time since lab_started
//	event    what happened, one of the Event constants
//	case, attempt
//	         whose attempt it happened in; left out before the first one
//
// and, where it makes sense, device (by its name; the device under test always
// by its configured name), id, on, state, reason, card, kind, how, name (of a
// fault or network), app (alexa, partner or system), scopes, registered_as and
// set_up_s. An example:
//
//	{"seq":9,"utc":"2025-03-01T22:01:31.204Z","t":91.204,"event":"device_set_up","case":"3P2-DE-02","attempt":3,"device":"First light","id":"dut-1","registered_as":"First light","set_up_s":31.204}
//
// On card_* lines device is the name on the card.
//
// The moment of set-up is that line's: from then on the account has the device.
// set_up_s counts from the device getting power or, if the provisioner was not
// ready then, from the moment at which it was.
package world
