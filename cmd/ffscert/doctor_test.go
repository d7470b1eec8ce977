package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers/doctor"
	"ffscert/drivers/farm"
)

func runDoctorIn(t *testing.T, dir string, ctx context.Context) (int, doctor.Report, string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	s := &state{Args: []string{"doctor", "--json"}, Stdin: bytes.NewReader(nil), Stdout: &stdout, Stderr: &stderr, Dir: dir,
		Getenv: os.Getenv, Columns: 100,
		Signals: func(context.Context) (context.Context, context.CancelFunc) { return context.WithCancel(ctx) }}
	status := Main(s)
	var r doctor.Report
	if stdout.Len() > 0 {
		require.NoError(t, json.Unmarshal(stdout.Bytes(), &r))
	}
	return status, r, stderr.String()
}

// A phone that another run has is not touched, and not called well.
func TestDoctorLeavesALeasedPhoneAlone(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	lease, err := farm.Lease("SERIAL")
	require.NoError(t, err)
	defer lease.Release()
	connected := make(chan struct{}, 10)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			connected <- struct{}{}
			c.Close()
		}
	}()
	dir := t.TempDir()
	text := "version: 1\nplan: mss-wifi-default\nproduct: {device_name: First light}\ntestbeds:\n  - name: bench\n    phone: {endpoint: \"http://" + ln.Addr().String() +
		"\", udid: SERIAL}\n    plugs: {device: First plug, provisioner: Second plug}\n    provisioner: Echo Dot\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ffscert.yaml"), []byte(text), 0o600))
	status, r, _ := runDoctorIn(t, dir, t.Context())
	assert.Equal(t, exitOutside, status, "the endpoint gives no answer that makes sense")
	said := map[string]doctor.Status{}
	for _, l := range r.Testbeds[0].Checks {
		said[l.Check] = l.Status
	}
	assert.Equal(t, doctor.Error, said["lease"])
	assert.Equal(t, doctor.Error, said["endpoint"])
	assert.NotEmpty(t, connected, "the server was not asked")
}

func TestDoctorIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	status, _, _ := runDoctorIn(t, t.TempDir(), ctx)
	assert.Equal(t, exitInterrupted, status)
}
