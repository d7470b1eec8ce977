package world_test

import (
	"strings"
	"testing"
	"time"

	"ffscert/drivers/virtual/world"
)

func wss(c *world.Config) {
	patient(c)
	c.Protocol = "wss-wifi"
	c.Device.SetUpTime = world.Range{Min: 100 * time.Second, Max: 100 * time.Second}
}

func (l *lab) logged() []string {
	var lines []string
	for _, line := range l.DeviceLog() {
		lines = append(lines, strings.TrimPrefix(line.Text, "Execute Wi-Fi provisionee state "))
	}
	return lines
}

func TestTheLogOfWSS(t *testing.T) {
	l := newLab(t, with(wss, func(c *world.Config) {
		c.WiFi = []world.Network{
			{SSID: "old", Saved: world.SavedWrong, Nearby: true},
			{SSID: "Certification Lab", Saved: world.SavedRight, Nearby: true},
			{SSID: "far", Saved: world.SavedRight},
			{SSID: "neighbour", Saved: world.SavedNot, Nearby: true},
		}
	}))
	l.Switch(l.id("First plug"), true)
	l.pass(100 * time.Second)
	equal(t, l.logged(), []string{"NOT_PROVISIONED", "CONNECTING_TO_SETUP_NETWORK", "Connected to setup network", "START_PROVISIONING",
		"COMPUTE_CONFIGURATION", "POST_WIFI_SCAN_DATA", "Total credentials found: 2", "GET_WIFI_LIST", "CONNECTING_TO_USER_NETWORK",
		`user network "old" refused: AUTH_FAILED`, `reported to the cloud: user network "old" refused: AUTH_FAILED`, "CONNECTED_TO_USER_NETWORK", "DONE",
		"Ffs Wi-Fi provisionee task reached terminal state"})
	equal(t, l.DeviceLog()[1].Text, "Execute Wi-Fi provisionee state CONNECTING_TO_SETUP_NETWORK")
	equal(t, l.one(world.EventNetworkRefused).Name, "old")
	l.one(world.EventDeviceSetUp)
	hidden := l.one(world.EventSetUpNetworkJoined).Name
	isTrue(t, len(hidden) == 32 && strings.HasPrefix(hidden, "B0"), hidden)
}

func TestAWSSSetUpThatFails(t *testing.T) {
	reasons := map[string]bool{}
	for n := range 60 {
		l := newLab(t, with(wss, func(c *world.Config) { c.Device.SetUpFailure = 1 }))
		l.BeginAttempt("c", n)
		l.Switch(l.id("First plug"), true)
		l.pass(200 * time.Second)
		failed := l.one(world.EventSetUpFailed)
		reasons[failed.Reason] = true
		equal(t, len(l.of(world.EventSetUpNetworkJoined)) == 1, failed.State != "CONNECTING_TO_SETUP_NETWORK")
		log := l.logged()
		end := []string{"Wi-Fi provisionee failed: " + failed.Reason, "FAILURE", "Ffs Wi-Fi provisionee task reached terminal state"}
		if failed.State == "CONNECTING_TO_USER_NETWORK" {
			end = append([]string{"Failed to connect to a user network, reconnecting to setup network"}, end...)
		}
		equal(t, log[len(log)-len(end):], end)
		l.one(world.EventOwnSetUpDone)
	}
	equal(t, len(reasons), 6, "every reason comes up")

	l := newLab(t, with(wss, func(c *world.Config) { c.WiFi[0].Saved = world.SavedWrong }))
	l.Switch(l.id("First plug"), true)
	l.pass(100 * time.Second)
	equal(t, l.one(world.EventSetUpFailed).Reason, "AUTH_FAILED")
	equal(t, strings.Count(strings.Join(l.logged(), "\n"), "Failed to connect to a user network"), 1)
}

func TestAWSSSetUpThatIsInterrupted(t *testing.T) {
	l := newLab(t, wss)
	l.Switch(l.id("First plug"), true)
	l.pass(30 * time.Second)
	l.Switch(l.id("Second plug"), false)
	equal(t, l.one(world.EventSetUpInterrupted).Reason, "provisioner_off")
	equal(t, l.logged()[4:], []string{"TERMINATED", "Ffs Wi-Fi provisionee task reached terminal state", "NOT_PROVISIONED"})
	l.Switch(l.id("Second plug"), true)
	l.pass(100 * time.Second)
	l.one(world.EventDeviceSetUp)
}

// A device that is being set up when its patience ends does not give up.
func TestPatienceIsForWaiting(t *testing.T) {
	l := newLab(t, with(wss, func(c *world.Config) {
		c.Device.SetUpTime = world.Range{Min: 5 * time.Minute, Max: 5 * time.Minute}
	}))
	l.Switch(l.id("First plug"), true)
	l.pass(5 * time.Minute)
	l.one(world.EventDeviceSetUp)
	equal(t, len(l.of(world.EventGaveUp)), 0)
}
