package adb

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual/ui"
)

// stillHandset is a phone on which nothing happens.
type stillHandset struct{ ui.Handset }

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now().UTC() }
func (wallClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (stillHandset) Clock() ui.Clock                                     { return wallClock{} }
func (stillHandset) Prop(string) string                                  { return "" }
func (stillHandset) Props() map[string]string                            { return nil }
func (stillHandset) Installed() []ui.Package                             { return nil }
func (stillHandset) Processes() []ui.Process                             { return nil }
func (stillHandset) Online() bool                                        { return true }
func (stillHandset) Density() int                                        { return 420 }
func (stillHandset) Foreground() (string, string)                        { return "", "" }
func (stillHandset) Latency(ui.Operation) time.Duration                  { return 0 }
func (stillHandset) Screenshot() (image.Image, bool)                     { return nil, false }
func (stillHandset) AppState(string) ui.AppState                         { return 0 }
func (stillHandset) Size() (width, height, statusBar, navigationBar int) { return 1080, 2340, 0, 0 }

// peer is an adb server's end of a connection, message by message.
type peer struct {
	t    *testing.T
	conn net.Conn
}

func serveStill(t *testing.T, uia http.Handler) (*Device, string) {
	t.Helper()
	return serve(t, stillHandset{}, uia)
}

func serve(t *testing.T, h ui.Handset, uia http.Handler) (*Device, string) {
	t.Helper()
	if uia == nil {
		uia = http.NotFoundHandler()
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	d := NewDevice(h, uia, Options{})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.ServeListener(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			assert.NoError(t, err)
		case <-time.After(10 * time.Second):
			t.Error("ServeListener does not end")
		}
	})
	return d, ln.Addr().String()
}

func dial(t *testing.T, addr string) *peer {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	t.Cleanup(func() { conn.Close() })
	return &peer{t, conn}
}

func (p *peer) send(m message) {
	p.t.Helper()
	_, err := p.conn.Write(m.append(nil, true))
	require.NoError(p.t, err)
}

func (p *peer) receive() message {
	p.t.Helper()
	m, err := readMessage(p.conn, maxPayload, false)
	require.NoError(p.t, err)
	return m
}

func (p *peer) expect(command uint32) message {
	p.t.Helper()
	m := p.receive()
	require.Equal(p.t, message{command: command}.String()[:6], m.String()[:6])
	return m
}

func (p *peer) greet() *peer {
	p.t.Helper()
	p.send(message{cmdCNXN, versionNoSum, 1 << 20, []byte("host::features=shell_v2,cmd")})
	m := p.expect(cmdCNXN)
	assert.Equal(p.t, versionNoSum, m.arg0)
	assert.Contains(p.t, string(m.payload), "device::ro.product.name=")
	return p
}

// open opens a service and gives the phone's number for it.
func (p *peer) open(id uint32, service string) uint32 {
	p.t.Helper()
	p.send(message{cmdOPEN, id, 0, []byte(service + "\x00")})
	m := p.expect(cmdOKAY)
	require.Equal(p.t, id, m.arg1)
	return m.arg0
}

// collect takes what the phone writes to a stream until it closes it.
func (p *peer) collect(id, local uint32) string {
	p.t.Helper()
	var b strings.Builder
	for {
		m := p.receive()
		switch m.command {
		case cmdCLSE:
			p.send(message{command: cmdCLSE, arg0: id, arg1: local})
			return b.String()
		case cmdWRTE:
			b.Write(m.payload)
			p.send(message{command: cmdOKAY, arg0: id, arg1: local})
		}
	}
}

// ends expects the phone to hang up.
func (p *peer) ends() {
	p.t.Helper()
	_, err := io.Copy(io.Discard, p.conn)
	var timeout net.Error
	assert.False(p.t, errors.As(err, &timeout) && timeout.Timeout(), "the connection stays open")
}

func TestShellServices(t *testing.T) {
	_, addr := serveStill(t, nil)
	p := dial(t, addr).greet()
	assert.Equal(t, "hi\n", p.collect(7, p.open(7, "shell:echo hi")))
	assert.Equal(t, "raw\n", p.collect(8, p.open(8, "exec:echo raw")))
	out := p.collect(9, p.open(9, "shell,v2,raw:echo hi; echo no >&2; exit 4"))
	assert.Equal(t, "\x01\x03\x00\x00\x00hi\n\x02\x03\x00\x00\x00no\n\x03\x01\x00\x00\x00\x04", out)
}

func TestShellInput(t *testing.T) {
	_, addr := serveStill(t, nil)
	p := dial(t, addr).greet()
	local := p.open(1, "shell,v2,raw:cat")
	in := []byte("\x00\x05\x00\x00\x00hello\x05\x04\x00\x00\x0024x8\x04\x00\x00\x00\x00") // input, a window size, the end
	p.send(message{cmdWRTE, 1, local, in})
	assert.Contains(t, p.collect(1, local), "\x01\x05\x00\x00\x00hello")
}

func TestStreamsSideBySide(t *testing.T) {
	d, addr := serveStill(t, nil)
	a, b := dial(t, addr).greet(), dial(t, addr).greet()
	assert.Equal(t, 2, d.Connections())
	logA, logB := a.open(1, "shell:logcat"), b.open(1, "shell:logcat")
	for _, x := range []struct {
		p     *peer
		local uint32
	}{{a, logA}, {b, logB}} {
		m := x.p.expect(cmdWRTE)
		assert.Contains(t, string(m.payload), "beginning of main")
		// It is not acknowledged: other streams go on all the same.
		assert.Equal(t, "free\n", x.p.collect(2, x.p.open(2, "exec:echo free")))
	}
	// The host closes a stream that stays open by itself.
	a.send(message{command: cmdCLSE, arg0: 1, arg1: logA})
	m := a.expect(cmdCLSE)
	assert.Equal(t, uint32(1), m.arg1)
	assert.Equal(t, "still here\n", a.collect(3, a.open(3, "exec:echo still here")))
	b.conn.Close()
	require.Eventually(t, func() bool { return d.Connections() == 1 }, 5*time.Second, 5*time.Millisecond)
}

func TestRefusedServices(t *testing.T) {
	_, addr := serveStill(t, nil)
	p := dial(t, addr).greet()
	for i, s := range []string{"tcp:1", "tcp:", "localabstract:chrome_devtools_remote", "jdwp:1", "reverse:forward:tcp:1;tcp:2", "", "nonsense"} {
		p.send(message{cmdOPEN, uint32(i + 1), 0, []byte(s + "\x00")})
		m := p.expect(cmdCLSE)
		assert.Equal(t, [2]uint32{0, uint32(i + 1)}, [2]uint32{m.arg0, m.arg1}, s)
	}
	p.send(message{cmdWRTE, 1, 99, []byte("to nobody")})
	p.expect(cmdCLSE)
}

// TestMalformed: nonsense ends its own connection, and no other.
func TestMalformed(t *testing.T) {
	d, addr := serveStill(t, nil)
	good := dial(t, addr).greet()
	huge := message{command: cmdWRTE}.append(nil, false)
	binary.LittleEndian.PutUint32(huge[12:], maxPayload+1)
	badMagic := message{command: cmdOPEN, arg0: 1}.append(nil, false)
	badMagic[20]++
	for name, bytes := range map[string][]byte{
		"text":                  []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		"huge payload":          huge,
		"magic":                 badMagic,
		"unknown command":       message{command: 0x12345678}.append(nil, false),
		"OPEN without a number": message{cmdOPEN, 0, 0, []byte("shell:\x00")}.append(nil, true),
		"OPEN without service":  message{command: cmdOPEN, arg0: 1}.append(nil, true),
		"a second CNXN":         message{cmdCNXN, versionNoSum, 1 << 20, []byte("host::")}.append(nil, true),
	} {
		t.Run(name, func(t *testing.T) {
			p := dial(t, addr).greet()
			_, err := p.conn.Write(bytes)
			require.NoError(t, err)
			p.ends()
		})
	}
	t.Run("before the greeting", func(t *testing.T) {
		for _, m := range []message{{cmdOPEN, 1, 0, []byte("shell:ls\x00")}, {cmdCNXN, 1, 1 << 20, []byte("host::")},
			{cmdCNXN, versionNoSum, 1, []byte("host::")}, {cmdCNXN, versionNoSum, 1 << 20, []byte("device::")}} {
			p := dial(t, addr)
			p.send(m)
			p.ends()
		}
	})
	t.Run("WRTE without waiting", func(t *testing.T) {
		p := dial(t, addr).greet()
		local := p.open(1, "exec:sleep 60")
		p.send(message{cmdWRTE, 1, local, []byte("a")})
		p.send(message{cmdWRTE, 1, local, []byte("b")})
		p.ends()
	})
	t.Run("a wrong sum in the old protocol", func(t *testing.T) {
		p := dial(t, addr)
		p.send(message{cmdCNXN, versionMin, 4096, []byte("host::")})
		assert.Equal(t, versionMin, p.expect(cmdCNXN).arg0)
		b := message{cmdOPEN, 1, 0, []byte("exec:echo a\x00")}.append(nil, true)
		b[len(b)-2] = 'b'
		_, err := p.conn.Write(b)
		require.NoError(t, err)
		p.ends()
	})
	assert.Equal(t, "fine\n", good.collect(5, good.open(5, "exec:echo fine")))
	require.Eventually(t, func() bool { return d.Connections() == 1 }, 5*time.Second, 5*time.Millisecond)
}

// TestOldProtocol: a host that wants sums gets them, in pieces it can take.
func TestOldProtocol(t *testing.T) {
	d, addr := serveStill(t, nil)
	require.NoError(t, d.system.Files().Write("/sdcard/f", bytes.Repeat([]byte("x"), 9000), 0o644, time.Now()))
	p := dial(t, addr)
	p.send(message{cmdCNXN, versionMin, 4096, []byte("host::")})
	p.expect(cmdCNXN)
	local := p.open(1, "exec:cat /sdcard/f")
	total := 0
	for {
		m, err := readMessage(p.conn, 4096, true)
		require.NoError(t, err)
		if m.command == cmdCLSE {
			break
		}
		total += len(m.payload)
		p.send(message{command: cmdOKAY, arg0: 1, arg1: local})
	}
	assert.Equal(t, 9000, total)
}

// TestOneReplyOneMessage: a reply of the UiAutomator2 server travels whole.
func TestOneReplyOneMessage(t *testing.T) {
	const size = 300 << 10
	_, addr := serveStill(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s ", r.URL.Path, body)
		w.Write(bytes.Repeat([]byte("x"), size))
	}))
	p := dial(t, addr).greet()
	local := p.open(1, "tcp:6790")
	for i := range 3 { // on one connection
		req := fmt.Sprintf("POST /session/%d HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n", i)
		p.send(message{cmdWRTE, 1, local, []byte(req)})
		p.expect(cmdOKAY)
		p.send(message{cmdWRTE, 1, local, []byte("body")})
		var reply []byte
		for _, m := range []message{p.receive(), p.receive()} { // an OKAY and the reply
			if m.command == cmdWRTE {
				reply = m.payload
			} else {
				assert.Equal(t, cmdOKAY, m.command)
			}
		}
		p.send(message{command: cmdOKAY, arg0: 1, arg1: local})
		res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(reply)), nil)
		require.NoError(t, err)
		all, err := io.ReadAll(res.Body)
		require.NoError(t, err, "the message does not hold the whole reply")
		assert.Equal(t, fmt.Sprintf("/session/%d body ", i), string(all[:len(all)-size]))
	}
	p.send(message{command: cmdCLSE, arg0: 1, arg1: local})
	p.expect(cmdCLSE)
}

// TestInstrumentation: the server's process lives as long as what started it.
func TestInstrumentation(t *testing.T) {
	d, addr := serveStill(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "{}") }))
	p := dial(t, addr).greet()
	start := func(id uint32) uint32 {
		t.Helper()
		local := p.open(id, "shell:am instrument -w -e disableAnalytics true io.appium.uiautomator2.server.test/androidx.test.runner.AndroidJUnitRunner")
		require.Eventually(t, d.Instrumented, 5*time.Second, time.Millisecond)
		return local
	}
	running := func() bool {
		p := dial(t, addr).greet()
		return strings.Contains(p.collect(1, p.open(1, "exec:ps -A")), " io.appium.uiautomator2.server\n")
	}
	assert.False(t, running())

	local := start(1)
	assert.True(t, running())
	require.True(t, d.KillInstrumentation())
	assert.Contains(t, p.collect(1, local), "Process crashed")
	assert.False(t, running())
	assert.False(t, d.KillInstrumentation())

	local = start(2)
	other := dial(t, addr).greet()
	assert.Empty(t, other.collect(1, other.open(1, "exec:am force-stop io.appium.uiautomator2.server")))
	assert.Contains(t, p.collect(2, local), "Process crashed")

	local = start(3) // the session is deleted
	http1 := other.open(2, "tcp:6790")
	other.send(message{cmdWRTE, 2, http1, []byte("DELETE /session/abc HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")})
	assert.Contains(t, other.collect(2, http1), "200 OK")
	assert.False(t, d.Instrumented())
	assert.Contains(t, p.collect(3, local), "OK (1 test)")

	local = start(4) // the command that waits is ended
	p.send(message{command: cmdCLSE, arg0: 4, arg1: local})
	require.Eventually(t, func() bool { return !d.Instrumented() }, 5*time.Second, time.Millisecond)
}

func TestDropAndRestore(t *testing.T) {
	d, addr := serveStill(t, nil)
	p := dial(t, addr).greet()
	p.open(1, "shell:logcat")
	d.Drop()
	p.ends()
	require.Eventually(t, func() bool { return d.Connections() == 0 }, 5*time.Second, time.Millisecond)
	dial(t, addr).ends()
	d.Restore()
	p = dial(t, addr).greet()
	assert.Equal(t, "back\n", p.collect(1, p.open(1, "exec:echo back")))
}

// loose is a handset whose cable can be pulled.
type loose struct {
	stillHandset
	out atomic.Bool
}

func (l *loose) Online() bool { return !l.out.Load() }

// TestPulledCable: a handset that goes offline takes its connections along.
func TestPulledCable(t *testing.T) {
	h := &loose{}
	d, addr := serve(t, h, nil)
	p := dial(t, addr).greet()
	h.out.Store(true)
	p.ends()
	dial(t, addr).ends()
	h.out.Store(false)
	dial(t, addr).greet()
	require.Eventually(t, func() bool { return d.Connections() == 1 }, 5*time.Second, time.Millisecond)
}

func TestReboot(t *testing.T) {
	d, addr := serveStill(t, nil)
	d.opts.RebootTime = 300 * time.Millisecond
	p := dial(t, addr).greet()
	p.send(message{cmdOPEN, 1, 0, []byte("reboot:\x00")})
	p.ends()
	dial(t, addr).ends() // still away
	require.Eventually(t, func() bool { return !d.away() }, 5*time.Second, 10*time.Millisecond)
	p = dial(t, addr).greet()
	assert.Contains(t, p.collect(1, p.open(1, "exec:cat /proc/uptime")), "0.")
}

func TestSync(t *testing.T) {
	d, _ := serveStill(t, nil)
	files := d.system.Files()
	packet := func(id string, n uint32, data string) string {
		return id + string(binary.LittleEndian.AppendUint32(nil, n)) + data
	}
	request := func(id, path string) string { return packet(id, uint32(len(path)), path) }
	talk := func(in string) string {
		var out strings.Builder
		serveSync(struct {
			io.Reader
			io.Writer
		}{strings.NewReader(in), &out}, files)
		return out.String()
	}
	assert.Equal(t, "OKAY\x00\x00\x00\x00", talk(request("SEND", "/sdcard/x/y,33206")+packet("DATA", 2, "ab")+packet("DATA", 1, "c")+packet("DONE", 1700000000, "")+packet("QUIT", 0, "")))
	assert.Equal(t, "STAT"+"\xb6\x81\x00\x00\x03\x00\x00\x00\x00\xf1\x53\x65", talk(request("STAT", "/storage/emulated/0/x/y")))
	assert.Equal(t, "STAT"+strings.Repeat("\x00", 12), talk(request("STAT", "/sdcard/none")))
	assert.Equal(t, packet("DATA", 3, "abc")+packet("DONE", 0, ""), talk(request("RECV", "/sdcard/x/y")))
	assert.Contains(t, talk(request("RECV", "/sdcard/x")), "Is a directory")
	list := talk(request("LIST", "/sdcard/x"))
	assert.True(t, strings.HasPrefix(list, "DENT") && strings.Contains(list, "\x01\x00\x00\x00yDONE"), "%q", list)
	assert.Contains(t, talk(request("SEND", "/system/z,420")+packet("DATA", 1, "a")+packet("DONE", 0, "")), "Read-only file system")
	assert.Contains(t, talk(packet("SEND", 1<<20, "")), "path too long")
	assert.Contains(t, talk(request("SEND", "/sdcard/f")+packet("DATA", maxSyncData+1, "")), "invalid data message")
	assert.Contains(t, talk(packet("NOPE", 0, "")), "unknown command")
	_, there := files.Stat("/sdcard/f")
	assert.False(t, there)
}

// FuzzTransport: whatever a host sends, the phone neither panics nor hangs.
func FuzzTransport(f *testing.F) {
	hello := message{cmdCNXN, versionNoSum, 1 << 20, []byte("host::features=shell_v2,cmd")}.append(nil, true)
	open := func(service string) []byte {
		return message{cmdOPEN, 1, 0, []byte(service + "\x00")}.append(bytes.Clone(hello), true)
	}
	f.Add(hello)
	f.Add(open("shell:echo a | grep a"))
	f.Add(message{cmdWRTE, 1, 1, []byte("STAT\x01\x00\x00\x00/")}.append(open("sync:"), true))
	f.Add(message{cmdWRTE, 1, 1, []byte("GET /status HTTP/1.1\r\nHost: x\r\n\r\n")}.append(open("tcp:6790"), true))
	f.Add(message{command: cmdCLSE, arg0: 1, arg1: 1}.append(open("shell,v2:logcat"), true))
	d := NewDevice(stillHandset{}, http.NotFoundHandler(), Options{RebootTime: time.Millisecond})
	f.Fuzz(func(t *testing.T, in []byte) {
		ours, theirs := net.Pipe()
		go io.Copy(io.Discard, theirs)
		go func() {
			theirs.SetDeadline(time.Now().Add(5 * time.Second))
			theirs.Write(in)
			theirs.Close()
		}()
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = newTransport(t.Context(), d, ours).serve()
		}()
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			t.Fatal("the transport hangs")
		}
	})
}

// FuzzSync: whatever a host asks, the file service comes to an end.
func FuzzSync(f *testing.F) {
	f.Add([]byte("STAT\x07\x00\x00\x00/sdcardQUIT\x00\x00\x00\x00"))
	f.Add([]byte("SEND\x0d\x00\x00\x00/sdcard/a,420DATA\x01\x00\x00\x00xDONE\x00\x00\x00\x00"))
	f.Add([]byte("LIST\x01\x00\x00\x00/RECV\x09\x00\x00\x00/sdcard/a"))
	d := NewDevice(stillHandset{}, http.NotFoundHandler(), Options{})
	f.Fuzz(func(t *testing.T, in []byte) {
		serveSync(struct {
			io.Reader
			io.Writer
		}{bytes.NewReader(in), io.Discard}, d.system.Files())
	})
}
