package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/cmd/internal/config"
)

// talk runs init on a terminal, on which somebody types the answers.
func talk(t *testing.T, dir, answers string, args ...string) (status int, asked string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	s := &state{Args: append([]string{"init"}, args...), Stdin: strings.NewReader(answers), Stdout: &stdout, Stderr: &stderr, Dir: dir,
		Getenv: os.Getenv, Interactive: true, Columns: 100,
		Signals: func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithCancel(ctx) }}
	status = Main(s)
	assert.Empty(t, stdout.String(), "questions go to stderr")
	return status, stderr.String()
}

func TestInitAsksForWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	status, asked := talk(t, dir, "phone\n\n\n  Lamp \nhttp://grid:4444\nSERIAL\nPlug A\nSocket B\nEcho\n")
	require.Equal(t, 0, status, asked)
	c, err := config.Load(filepath.Join(dir, "ffscert.yaml"))
	require.NoError(t, err)
	b := c.Testbeds[0]
	assert.Equal(t, []string{"Lamp", "http://grid:4444", "SERIAL", "Plug A", "Socket B", "Echo", config.DefaultPlan},
		[]string{c.Product.DeviceName, b.Phone.Endpoint, b.Phone.UDID, b.Plugs.Device, b.Plugs.Provisioner, b.Provisioner, c.Plan})
	assert.Equal(t, 2, strings.Count(asked, "Name of the device"), "a question without a usual answer is put again")

	status, asked = talk(t, t.TempDir(), "cardboard\nvirtual\n\n\n")
	assert.Equal(t, 0, status, asked)
	assert.Contains(t, asked, "virtual or phone")
	assert.NotContains(t, asked, "Serial")

	// What the flags say is not asked.
	status, asked = talk(t, t.TempDir(), "\n", "--testbed-kind", "virtual", "--device-name", "Lamp")
	assert.Equal(t, 0, status, asked)
	assert.NotContains(t, asked, "Name of the device")
}

func TestInitAsksAgain(t *testing.T) {
	dir := t.TempDir()
	status, asked := talk(t, dir, "virtual\nnothing\nFirst plug\n"+"\nmss-wifi-default\n\n"+"\n\nLamp\n")
	require.Equal(t, 0, status, asked)
	c, err := config.Load(filepath.Join(dir, "ffscert.yaml"))
	require.NoError(t, err)
	assert.Equal(t, "Lamp", c.Product.DeviceName)
	assert.Contains(t, asked, `unknown plan "nothing"`)
	assert.Contains(t, asked, "[First plug]", "the answer before is offered again")

	// With nothing left to ask, it does not ask for ever.
	status, _ = talk(t, t.TempDir(), "", "--testbed-kind", "virtual", "--device-name", "First plug", "--plan", config.DefaultPlan)
	assert.Equal(t, exitUsage, status)
}

func TestInitWithoutAnswers(t *testing.T) {
	dir := t.TempDir()
	status, asked := talk(t, dir, "phone\n\nLamp\n")
	assert.Equal(t, exitUsage, status)
	assert.Contains(t, asked, "--endpoint")
	_, err := os.Stat(filepath.Join(dir, "ffscert.yaml"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}
