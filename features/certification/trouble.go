package certification

import (
	"errors"
	"strings"
)

// Code is a stable number for one kind of trouble, such as "FFS-E201".
type Code string

// Trouble is an error that says who is to blame and what to do next. Every
// package reports what can go wrong in an attempt as a Trouble; whoever
// classifies an attempt branches on it with [errors.As].
type Trouble struct {
	Code     Code
	Cause    Cause
	Message  string   // what happened, one line, lower case, no full stop
	Hint     string   // what to do next; may be empty
	Evidence []string // the lines or paths that decided it
	Err      error    // what lies beneath; may be nil
}

func (t *Trouble) Error() string {
	var b strings.Builder
	b.WriteString(t.Message)
	if t.Err != nil {
		b.WriteString(": ")
		b.WriteString(t.Err.Error())
	}
	return b.String()
}

func (t *Trouble) Unwrap() error { return t.Err }

// Is matches another Trouble with the same code.
func (t *Trouble) Is(target error) bool {
	o, ok := target.(*Trouble)
	return ok && o.Code != "" && o.Code == t.Code
}

// Deciders are the lines that decided who is to blame: what was seen, or else
// what the party that answered said. Pictures and page sources, which are
// evidence, too, are left to the attempt's list of files.
func (t *Trouble) Deciders() []string {
	var lines []string
	for _, e := range t.Evidence {
		if e = strings.TrimSpace(e); e != "" && !strings.HasPrefix(e, "evidence/") {
			lines = append(lines, e)
		}
	}
	if len(lines) > 0 {
		return lines
	}
	deepest := t.Err
	for deepest != nil {
		next := errors.Unwrap(deepest)
		if next == nil {
			return []string{deepest.Error()}
		}
		deepest = next
	}
	return []string{t.Message}
}

// TroubleOf finds the Trouble in err. An error that is none is the tool's own
// fault until somebody says otherwise: it is never blamed on the product.
func TroubleOf(err error) *Trouble {
	if err == nil {
		return nil
	}
	var t *Trouble
	if errors.As(err, &t) {
		return t
	}
	return &Trouble{Code: ToolUnclassified, Cause: CauseTool, Message: err.Error(),
		Hint: "this error was not foreseen; run again with --log-level debug and report it"}
}

// The codes. The first digit is the field: 1 definition, 2 product, 3 Alexa
// app, 4 rig, 5 network, 6 tool, 7 partner app.
const (
	DefUndefinedStep  Code = "FFS-E101" // a sentence that no step understands
	DefAmbiguousStep  Code = "FFS-E102" // a sentence that two steps understand
	DefUnknownElement Code = "FFS-E103" // a screen or element that the map lacks
	DefNames          Code = "FFS-E104" // names of devices that are missing or alike
	DefStepOrder      Code = "FFS-E105" // a sentence that needs another one before it
	DefConfiguration  Code = "FFS-E106" // the configuration asks for what cannot be
	DefValue          Code = "FFS-E110" // what a sentence was filled in with makes no sense
	DefUnfaithful     Code = "FFS-E111" // a scenario that cannot be carried out word for word

	ProductNotSetUp     Code = "FFS-E201" // the device was not set up in time
	ProductUnresponsive Code = "FFS-E202" // the app says that the device is unresponsive
	ProductNotRemoved   Code = "FFS-E203" // deleted, and still listed
	ProductNoFallback   Code = "FFS-E204" // FFS failed, and the maker's own set-up did not start
	ProductOwnSetUp     Code = "FFS-E205" // the maker's own set-up failed or did not end
	ProductVanished     Code = "FFS-E206" // seen to be set up, and no longer listed
	ProductNoReport     Code = "FFS-E207" // a network refused the device, and it did not report it
	ProductByOperator   Code = "FFS-E290" // the operator said no, and that it is the product's fault

	AppElementMissing  Code = "FFS-E301" // an element that the map names is not on the screen
	AppAmbiguous       Code = "FFS-E302" // more than one element matches
	AppNothingChanged  Code = "FFS-E303" // tapped, and nothing changed
	AppUnknownScreen   Code = "FFS-E304" // the app shows something that the map does not know
	AppCovered         Code = "FFS-E305" // something lies on top of the element
	AppNotInForeground Code = "FFS-E306" // the app is not in front
	AppMoving          Code = "FFS-E307" // the element does not come to rest
	AppCrashed         Code = "FFS-E308" // the app's process is gone
	AppUnknownDialog   Code = "FFS-E309" // something lies over the app that nobody has described
	AppDialogStays     Code = "FFS-E310" // a dialog that was answered stays, or comes back again and again

	AppMustUpdate Code = "FFS-E311" // the app demands to be updated

	RigServer      Code = "FFS-E401" // the Appium server does not answer, or answers nonsense
	RigSession     Code = "FFS-E402" // the session is lost or was refused
	RigWrongPhone  Code = "FFS-E403" // the phone is not the one of the configuration
	RigPlug        Code = "FFS-E404" // a plug does not switch
	RigPhone       Code = "FFS-E405" // the phone is offline, or a command fails on it
	RigProvisioner Code = "FFS-E406" // the provisioner does not answer
	RigTimeout     Code = "FFS-E407" // a command took longer than its limit
	RigBusy        Code = "FFS-E408" // the phone is leased by another run
	RigLeftover    Code = "FFS-E409" // the device is listed before it has power
	RigNetwork     Code = "FFS-E410" // the networks or the account cannot be brought into a situation
	RigNotRestored Code = "FFS-E411" // the networks or the account are not as usual
	RigDeviceLog   Code = "FFS-E412" // the device's log cannot be read
	RigSignedOut   Code = "FFS-E413" // the Alexa app is signed out
	RigWebContext  Code = "FFS-E414" // a page of the web cannot be looked into
	RigOneTimeCode Code = "FFS-E416" // Amazon asks for a one-time code, and there is none, or a wrong one
	RigByOperator  Code = "FFS-E490" // the operator said no, and that it is nobody's fault who is tested
	RigNobody      Code = "FFS-E491" // somebody has to do something, and nobody is there
	RigLanguage    Code = "FFS-E492" // the phone speaks another language than the scenario asks for

	NetPhoneOffline Code = "FFS-E501" // the phone has no internet: the app says so
	NetCloud        Code = "FFS-E502" // the app does not reach its cloud
	NetLabDown      Code = "FFS-E503" // nothing of the testbed can be reached: its Wi-Fi, or the cloud

	ToolUnclassified Code = "FFS-E601" // an error that was not foreseen
	ToolInterrupted  Code = "FFS-E602" // stopped from outside
	ToolTooClose     Code = "FFS-E603" // the measurement is too coarse for a verdict
	ToolClock        Code = "FFS-E604" // the computer's clock jumped, or it slept, during the attempt
	ToolReplay       Code = "FFS-E608" // a replayed attempt left its recording

	PartnerNoLogin    Code = "FFS-E701" // Login with Amazon is not offered
	PartnerNoScope    Code = "FFS-E702" // the FFS scope is not asked for
	PartnerNotListed  Code = "FFS-E703" // the device is not in the partner app
	PartnerOffline    Code = "FFS-E704" // the partner app says that the device is offline
	PartnerStillHas   Code = "FFS-E705" // removed, and still in the partner app
	PartnerNotLinked  Code = "FFS-E706" // allowed, and not linked; or linked without being allowed
	PartnerAsksAgain  Code = "FFS-E707" // linked already, and Login with Amazon is offered again
	PartnerNoReason   Code = "FFS-E708" // no explanation before the consent
	PartnerSignedOut  Code = "FFS-E709" // the partner app is signed out, and cannot be signed in
	PartnerConsent    Code = "FFS-E710" // what the customer saw of Login with Amazon breaks a rule
	PartnerKeepsLink  Code = "FFS-E711" // taken back at Amazon, and the app still says that it is linked
	PartnerPage       Code = "FFS-E790" // the partner app shows another page than it should
	PartnerText       Code = "FFS-E791" // words or an element that should be there are not, or the other way about
	PartnerByOperator Code = "FFS-E792" // the operator said no, and that it is the partner app's fault
)
