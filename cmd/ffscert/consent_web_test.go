package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/features/certification"
	"ffscert/steps/checks/consent"
)

// With a phone behind the real Appium, whose browser can be entered, nothing is
// left for a person where nothing is wrong; and what is wrong in the request
// alone is found.
func TestTheConsentIsAuditedInTheBrowser(t *testing.T) {
	r := rig.For(t)
	driver, err := exec.LookPath("chromedriver")
	if err != nil {
		if os.Getenv("FFSCERT_REQUIRE_REAL") == "1" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED: %v", err)
	}
	partnerMap, err := filepath.Abs("../../drivers/screen/maps/partner-demo.yaml")
	require.NoError(t, err)
	for _, c := range []struct {
		fault   string
		status  int
		verdict certification.Verdict
	}{{"", 0, certification.Passed}, {"url", exitFailed, certification.Failed}} {
		t.Run("fault "+c.fault, func(t *testing.T) {
			dir := t.TempDir()
			lab := "version: 1\nplan: wss-wifi-default\nproduct: {device_name: First light}\ntestbeds:\n  - name: lab\n    virtual: {latency: none, partner: {lwa_fault: \"" + c.fault + "\"}}\n"
			require.NoError(t, os.WriteFile(filepath.Join(dir, "lab.yaml"), []byte(lab), 0o600))
			said := served(t, dir, "--adb", "127.0.0.1:0", "--config", "lab.yaml")
			require.NotEmpty(t, said.Browser)
			serial := r.Attach(t, said.ADB)
			bench := fmt.Sprintf(`version: 1
plan: wss-wifi-default
product:
  device_name: First light
  login_with_amazon: {app_name: Example Home, scopes: ["alexa::skills:account_linking", "frustration_free_setup::device:setup"]}
testbeds:
  - name: bench
    phone:
      endpoint: %s
      udid: %q
      capabilities: {"appium:adbPort": %d, "appium:chromedriverExecutable": %q}
    plugs: {device: First plug, provisioner: Second plug}
    provisioner: Echo Dot
    accounts:
      partner: {user: qa@example.com, password_env: FFSCERT_TEST_PASSWORD}
      amazon: {user: qa@example.com, password_env: FFSCERT_TEST_PASSWORD}
screens: {partner: %q}
`, r.AppiumURL, serial, r.ADBPort, driver, partnerMap)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "bench.yaml"), []byte(bench), 0o600))
			t.Setenv("FFSCERT_TEST_PASSWORD", "Rosen-4711")
			s, out, errs := testState(t, dir, "consent", "audit", "--journey", "allow", "--json", "--config", "bench.yaml")
			require.Equal(t, c.status, Main(s), "%s%s", out, errs)
			var report walkReport
			require.NoError(t, json.Unmarshal(out.Bytes(), &report), out)
			require.Equal(t, c.verdict, report.Verdict)
			require.True(t, report.Simulated)
			for _, rule := range report.Rules {
				if c.fault != "" && rule.ID == "LWA-URL" {
					require.Equal(t, consent.Fail, rule.Outcome, rule.Why)
					continue
				}
				require.Contains(t, []consent.Outcome{consent.Pass, consent.NotRun}, rule.Outcome, "%s: %s", rule.ID, rule.Why)
				require.False(t, rule.Required && rule.Outcome == consent.NotRun, "%s: %s", rule.ID, rule.Why)
			}
		})
	}
}
