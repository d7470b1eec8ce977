package suite_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/apps/amazon"
	"ffscert/drivers/apps/partner"
	"ffscert/drivers/screen"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
)

// Words that nobody has seen cannot prove that a scope is missing: a consent
// page of which no word is known is not judged.
func TestUnknownWordsOfConsentAreNotJudged(t *testing.T) {
	m, err := screen.LoadMap("own.yaml", []byte(`
version: 1
app: amazon
package: com.android.chrome
platform: android
screens:
  sign_in:
    shown_by: [submit]
    elements:
      email: {locators: [{id: ap_email}]}
      password: {locators: [{id: ap_password}]}
      submit: {locators: [{id: signInSubmit}]}
  consent:
    shown_by: [allow]
    elements:
      ffs_scope: {locators: [{text: Geräte von selbst einrichten}]}
      allow: {locators: [{text: Allow}]}
      cancel: {locators: [{text: Cancel}]}
  error:
    shown_by: [text]
    elements:
      text: {locators: [{text_prefix: "We're sorry"}]}
`))
	require.NoError(t, err)
	require.Empty(t, amazon.Missing(m))
	l := newLab(t, 1, world.Defaults(), handset.NoProfile())
	account := l.bed.Amazon.Account
	l.bed.Amazon = amazon.New(l.phone, l.bed.Clock, m)
	l.bed.Amazon.Account = account
	a := l.runCase(t, "mss-wifi-default", "FFS-LWA-01", 1)[0]
	require.Equal(t, certification.Blocked, a.Verdict, a.Message)
	require.Equal(t, certification.CauseDefinition, a.Cause)
	require.Contains(t, a.Hint, "Set up your devices with Frustration-Free Setup", "the words that were there help to mend the map")
}

// An app that nobody can sign in is the rig's matter, and so is a page of
// Amazon's; neither is the product's.
func TestSignedOutWithoutAnAccount(t *testing.T) {
	w := world.Defaults()
	w.Partner.SignedIn = false
	l := newLab(t, 1, w, handset.NoProfile())
	l.bed.Partner.Account = partner.Account{}
	a := l.runCase(t, "mss-wifi-default", "FFS-LWA-01", 1)[0]
	require.Equal(t, certification.Blocked, a.Verdict, a.Message)
	require.Equal(t, certification.CauseRig, a.Cause)
	require.Equal(t, certification.PartnerSignedOut, a.Code)

	l = newLab(t, 1, world.Defaults(), handset.NoProfile())
	l.bed.Amazon.Account = amazon.Account{}
	a = l.runCase(t, "mss-wifi-default", "FFS-LWA-01", 1)[0]
	require.Equal(t, certification.Blocked, a.Verdict, a.Message)
	require.Equal(t, certification.CauseRig, a.Cause)
	// The page that was left open is not in the way of the next attempt.
	l.bed.Amazon.Account = amazon.Account{Email: "qa@example.com", Password: "simulated"}
	a = l.runCase(t, "mss-wifi-default", "FFS-LWA-01", 1)[0]
	requireFaultless(t, a)
}

// A map whose app looks otherwise is to blame itself, never the product.
func TestMapThatDoesNotFitIsToBlame(t *testing.T) {
	text := `
version: 1
app: partner
package: com.example.lumen
activity: com.example.lumen.MainActivity
platform: android
screens:
  home:
    shown_by: [header]
    elements:
      header: {locators: [{id: "com.example.lumen:id/home_title"}]}
      account: {locators: [{id: "com.example.lumen:id/nowhere"}]}
`
	m, err := screen.LoadMap("own.yaml", []byte(text))
	require.NoError(t, err)
	l := newLab(t, 1, world.Defaults(), handset.NoProfile())
	l.bed.Partner = partner.New(l.phone, l.bed.Clock, m)
	a := l.runCase(t, "mss-wifi-default", "FFS-LWA-01", 1)[0]
	require.Equal(t, certification.Blocked, a.Verdict, a.Message)
	require.Equal(t, certification.CauseDefinition, a.Cause, a.Message)
}
