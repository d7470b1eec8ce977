package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/reports/journal"
	"ffscert/reports/packet"
)

// desk is a working folder in which commands are run.
type desk struct {
	t   *testing.T
	dir string
	env map[string]string
	was string // the run that the others are like
}

func (d desk) run(args ...string) (status int, stdout, stderr string) {
	d.t.Helper()
	var out, said bytes.Buffer
	s := &state{Args: args, Stdin: &bytes.Buffer{}, Stdout: &out, Stderr: &said, Dir: d.dir, Getenv: func(k string) string { return d.env[k] }, Columns: 100, Signals: twice}
	return Main(s), out.String(), said.String()
}

func (d desk) write(name, text string) {
	d.t.Helper()
	require.NoError(d.t, os.WriteFile(filepath.Join(d.dir, name), []byte(text), 0o644))
}

// asOnAPhone makes a run of the same plan and product that was not simulated,
// and that ended so long ago. There is no phone here: the run has no attempts, as
// that of a product derivative has none.
func (d desk) asOnAPhone(ago time.Duration, change func(*journal.Header)) string {
	d.t.Helper()
	ctx := context.Background()
	runs := filepath.Join(d.dir, "runs")
	rec, _, err := journal.Read(ctx, runs, d.was)
	require.NoError(d.t, err)
	h := rec.Header
	h.Simulated, h.Created = false, time.Now().Add(-ago-time.Hour)
	if change != nil {
		change(&h)
	}
	j, err := journal.Create(ctx, runs, h)
	require.NoError(d.t, err)
	require.NoError(d.t, j.Finish(ctx, time.Now().Add(-ago)))
	require.NoError(d.t, j.Close())
	return j.Header().ID
}

func newDesk(t *testing.T) desk {
	d := desk{t: t, dir: t.TempDir(), env: map[string]string{}}
	d.write("ffscert.yaml", strings.Replace(derivativeConfig, "  device_name", "  amazon_customer_id: A1B2C3\n  device_name", 1))
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 2))))
	d.write("code.png", b.String())
	d.write("answers.yaml", `name: Ada
answers:
  - {case: FFS-BAR-01, answer: pass, images: [{file: code.png, width_mm: 40, height_mm: 20}]}
  - {case: FFS-BAR-02, answer: pass, images: [{file: code.png, width_mm: 12.5, height_mm: 12.5}]}
`)
	d.write("key", base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{9}, 32)))
	status, _, said := d.run("run", "--quiet")
	require.Equal(t, exitReview, status, said)
	was, err := os.Readlink(filepath.Join(d.dir, "runs", journal.Latest))
	require.NoError(t, err)
	d.was = was
	return d
}

func TestPacketOfARealRun(t *testing.T) {
	d := newDesk(t)
	id := d.asOnAPhone(time.Hour, nil)
	// All that is missing is said at once, and nothing is written.
	status, out, said := d.run("packet", "build", "--key", "key", "--out", "p.zip")
	require.Equal(t, exitFailed, status, said)
	require.Empty(t, out)
	require.Contains(t, said, "FFS-BAR-01 is review")
	require.Contains(t, said, "FFS-BAR-02: the picture of the barcode with its width and height in mm is missing")
	require.NoFileExists(t, filepath.Join(d.dir, "p.zip"))
	status, _, said = d.run("review", "--from", "answers.yaml")
	require.Equal(t, 0, status, said)
	status, _, said = d.run("packet", "build")
	require.Equal(t, exitUsage, status)
	require.Contains(t, said, "openssl genpkey")
	status, _, said = d.run("packet", "build", "--demo")
	require.Equal(t, exitFailed, status)
	require.Contains(t, said, "--demo is for simulated runs")

	status, out, said = d.run("packet", "build", "--key", "key", "--out", "p.zip")
	require.Equal(t, 0, status, said)
	require.Equal(t, "p.zip\n", out)
	key, err := packet.ParseKey([]byte(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{9}, 32))))
	require.NoError(t, err)
	require.Contains(t, said, "public key: "+packet.PublicKey(key))
	require.Contains(t, said, "submit it no later than ")
	first, err := os.ReadFile(filepath.Join(d.dir, "p.zip"))
	require.NoError(t, err)
	// The key of the environment, and the same bytes.
	d.env[packetKeyVariable] = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{9}, 32))
	status, _, said = d.run("packet", "build", id, "--out", "again.zip")
	require.Equal(t, 0, status, said)
	again, err := os.ReadFile(filepath.Join(d.dir, "again.zip"))
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.NotContains(t, string(again), d.env[packetKeyVariable])

	status, out, said = d.run("packet", "verify", "p.zip", "--key", packet.PublicKey(key))
	require.Equal(t, 0, status, said)
	require.Contains(t, out, "INTACT")
	require.NotContains(t, out, "DEMONSTRATION")
	status, out, _ = d.run("packet", "verify", "p.zip", "--key", packet.PublicKey(packet.DemoKey()))
	require.Equal(t, exitFailed, status)
	require.Contains(t, out, "not signed with the key of --key")
	first[len(first)/2] ^= 0x10
	d.write("bad.zip", string(first))
	status, out, _ = d.run("packet", "verify", "bad.zip", "--json")
	require.Equal(t, exitFailed, status)
	var v verifiedPacket
	require.NoError(t, json.Unmarshal([]byte(out), &v))
	require.False(t, v.Intact)
}

func TestPacketIsRefused(t *testing.T) {
	d := newDesk(t)
	for want, run := range map[string]struct {
		ago    time.Duration
		change func(*journal.Header)
	}{
		"its tests are older than 7 days":            {8 * 24 * time.Hour, nil},
		"the Amazon customer ID is missing":          {time.Hour, func(h *journal.Header) { h.AmazonCustomerID = "" }},
		"the newest one that the catalogue knows is": {time.Hour, func(h *journal.Header) { h.Plan.Version = "0.9" }},
		"FFS-BAR-02 was in none of the runs":         {time.Hour, func(h *journal.Header) { h.Scopes = h.Scopes[:1] }},
	} {
		id := d.asOnAPhone(run.ago, run.change)
		_, _, _ = d.run("review", id, "--from", "answers.yaml")
		status, _, said := d.run("packet", "build", id, "--key", "key", "--out", "p.zip")
		require.Equal(t, exitFailed, status, said)
		require.Contains(t, said, want)
		require.NoFileExists(t, filepath.Join(d.dir, "p.zip"))
	}
	// Another firmware is another product.
	a := d.asOnAPhone(2*time.Hour, nil)
	b := d.asOnAPhone(time.Hour, func(h *journal.Header) { h.Product.Firmware = "1.5" })
	_, _, _ = d.run("review", b, "--from", "answers.yaml")
	status, out, _ := d.run("packet", "build", a, b, "--key", "key", "--json")
	require.Equal(t, exitFailed, status)
	var said builtPacket
	require.NoError(t, json.Unmarshal([]byte(out), &said))
	require.Len(t, said.Missing, 1)
	require.Equal(t, "one-product", said.Missing[0].Rule)
	require.Contains(t, said.Missing[0].Message, `product.firmware: was "1.4.2", is "1.5"`)
}

func TestCompareVersions(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"1.2", "1.10", -1}, {"1.2", "1.2", 0}, {"2", "1.9", 1}, {"1.2", "1.2.1", -1}, {"1.2", "v1.2.0", 0}, {"1.a", "1.b", 0}, {"", "1.2", 0}, {"Oct 2023", "1.2", 0}} {
		if got := compareVersions(c.a, c.b); got != c.want {
			t.Errorf("%s, %s: %d", c.a, c.b, got)
		}
	}
}
