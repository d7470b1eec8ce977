package appium

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"ffscert/drivers/virtual/adb/android"
)

// maxShellOutput bounds what a command on the phone may print, in bytes.
const maxShellOutput = 1 << 20

// userland is what the phone's commands find: the same as behind adb.
func (s *server) userland() *android.System {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.system == nil {
		s.system = android.New(s.h, android.Options{Serial: func() string { return s.opts.UDID }, Reboot: func() {}})
	}
	return s.system
}

// run carries out a command line on the phone.
func (s *server) run(ctx context.Context, line string) (out, errs string, status int) {
	var stdout, stderr bounded
	status = s.userland().Run(ctx, android.IO{In: strings.NewReader(""), Out: &stdout, Err: &stderr}, line)
	return stdout.String(), stderr.String(), status
}

// bounded keeps the beginning of what is written.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), max(maxShellOutput-b.Len(), 0))])
	return len(p), nil
}

// shell is "mobile: shell": the words are joined by spaces, as adb does it.
func (c *session) shell(ctx context.Context, a arguments) (any, error) {
	if !c.server.opts.AllowShell {
		return nil, notEnabled("uiautomator2:adb_shell")
	}
	words := []string{a.text("command")}
	var args []json.RawMessage
	if json.Unmarshal(a["args"], &args) != nil && a["args"] != nil {
		args = []json.RawMessage{a["args"]}
	}
	for _, raw := range args {
		var word string
		if json.Unmarshal(raw, &word) != nil {
			word = string(raw)
		}
		words = append(words, word)
	}
	line := strings.Join(words, " ")
	if strings.TrimSpace(line) == "" {
		return nil, wrong(invalidArgument, "The 'command' argument is mandatory")
	}
	out, errs, status := c.server.run(ctx, line)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if status != 0 {
		return nil, original("Cannot execute the '%.100s' shell command. Original error: Command failed with exit code %d. StdOut: %.200s. StdErr: %.200s", words[0], status, out, errs)
	}
	if a.flag("includeStderr") {
		return map[string]string{"stdout": out, "stderr": errs}, nil
	}
	return out, nil
}

// permissions is "mobile: getPermissions".
func (c *session) permissions(ctx context.Context, a arguments) (any, error) {
	pkg, kind := a.text("appPackage"), strings.ToLower(a.text("type"))
	if pkg == "" {
		pkg = c.asked.text("appPackage")
	}
	groups, granted := []string{"install", "runtime"}, ""
	switch kind {
	case "", "requested":
		groups = []string{"requested"}
	case "granted":
		granted = "granted=true"
	case "denied":
		granted = "granted=false"
	default:
		return nil, wrong(invalidArgument, "Unknown permissions type '%.60s'. Only [\"denied\",\"granted\",\"requested\"] types are supported", kind)
	}
	if strings.ContainsAny(pkg, " \t\n'\"$`;&|<>()*?\\") {
		return []string{}, nil // no package has such a name
	}
	dump, _, _ := c.server.run(ctx, "dumpsys package '"+pkg+"'")
	found, inside := []string{}, false
	for _, line := range strings.Split(dump, "\n") {
		text := strings.TrimSpace(line)
		if title, ok := strings.CutSuffix(text, " permissions:"); ok {
			inside = false
			for _, g := range groups {
				inside = inside || title == g
			}
			continue
		}
		name, _, _ := strings.Cut(text, ":")
		if inside && strings.HasPrefix(name, "android.permission.") && strings.Contains(text, granted) {
			found = append(found, name)
		}
	}
	return found, ctx.Err()
}
