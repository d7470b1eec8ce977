package appium

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"ffscert/drivers/virtual/uiautomator/uitest"
)

func TestShellIfAllowed(t *testing.T) {
	c := newClient(t)
	c.s = New(c.h, Options{AllowShell: true})
	require.Equal(t, 200, c.open(capsOf()).status)
	assert.Equal(t, "a b\n", c.value("shell", map[string]any{"command": "echo", "args": []string{"a", "b"}}))
	assert.Equal(t, map[string]any{"stdout": "", "stderr": "x\n"}, c.value("shell", map[string]any{"command": "echo x >&2", "includeStderr": true}))
	assert.Contains(t, c.value("shell", map[string]any{"command": "df", "args": []string{"-k", "/data"}}), " /data\n")
	assert.Contains(t, c.value("shell", map[string]any{"command": "dumpsys package " + uitest.App}), "versionName=")
	r := c.mobile("shell", map[string]any{"command": "false"})
	assert.Equal(t, unknownError, r.code())
	assert.Contains(t, string(r.Value), "exit code 1")
	assert.Equal(t, invalidArgument, c.mobile("shell", map[string]any{"command": " "}).code())
	assert.Equal(t, invalidArgument, c.mobile("shell", nil).code())

	var b bounded
	n, err := b.Write(make([]byte, maxShellOutput+1))
	require.NoError(t, err)
	assert.Equal(t, maxShellOutput+1, n, "a command is not stopped by what it prints")
	b.Write([]byte("x"))
	assert.Equal(t, maxShellOutput, b.Len())
}

func TestPermissions(t *testing.T) {
	c := opened(t)
	denied := func() any {
		return c.value("getPermissions", map[string]any{"type": "denied", "appPackage": uitest.App})
	}
	assert.Equal(t, []any{}, denied(), "the household's owner has answered")
	const camera = "android.permission.CAMERA"
	assert.Contains(t, c.value("getPermissions", map[string]any{"type": "granted"}), camera)
	assert.Contains(t, c.value("getPermissions", nil), "android.permission.INTERNET")

	c.s = New(c.h, Options{AllowShell: true})
	require.Equal(t, 200, c.open(capsOf()).status)
	c.value("shell", map[string]any{"command": strings.Join([]string{"pm", "revoke", uitest.App, camera}, " ")})
	assert.Equal(t, []any{camera}, denied())
	assert.Equal(t, []any{}, c.value("getPermissions", map[string]any{"type": "denied", "appPackage": "x'; reboot; '"}))
	assert.Equal(t, invalidArgument, c.mobile("getPermissions", map[string]any{"type": "wished"}).code())
}
