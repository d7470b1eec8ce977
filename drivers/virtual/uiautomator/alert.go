package uiautomator

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ffscert/drivers/virtual/ui"
)

// Dialogs are known by their resource ids, as in the server's AlertHelpers: an
// AlertDialog by its title, a permission dialog by its message.
var (
	alertTitle        = regexp.MustCompile(`^.+:id/(alertTitle|alert_title|custom)$`)
	alertButton       = regexp.MustCompile(`^android:id/button(\d+)$`)
	permissionMessage = regexp.MustCompile(`^.+:id/permission_message$`)
	permissionButton  = regexp.MustCompile(`^.+:id/permission_\w+_button$`)
	permissionAllow   = regexp.MustCompile(`(?i)^(.*[^a-z])allow([^a-z].*)$`)
	permissionDeny    = regexp.MustCompile(`(?i)^(.*[^a-z])deny([^a-z].*)$`)
	alertPart         = regexp.MustCompile(`^.+:id/.+$`)
)

const alertContent = "android:id/content"

type alert struct {
	windows    []*node
	permission bool
}

// withID are the visible nodes of some windows whose resource id matches.
func withID(windows []*node, re *regexp.Regexp) []*node {
	var out []*node
	for _, w := range windows {
		w.visible(func(n *node) bool {
			if re.MatchString(n.ResourceID) {
				out = append(out, n)
			}
			return true
		})
	}
	return out
}

func (e *Engine) alert(ctx context.Context) (*alert, error) {
	if err := e.waitIdle(ctx); err != nil {
		return nil, err
	}
	a := &alert{windows: look(e.h).everywhere()}
	switch {
	// A dialog without a title has buttons all the same.
	case len(withID(a.windows, alertTitle)) > 0, len(withID(a.windows, alertButton)) > 0:
		return a, nil
	case len(withID(a.windows, permissionMessage)) > 0:
		a.permission = true
		return a, nil
	}
	return nil, fail(codeNoSuchAlert, "No alert is present on the screen")
}

// button is the one that accepts or dismisses, or the one with that label.
func (a *alert) button(accept bool, label string) *node {
	kind := alertButton
	if a.permission {
		kind = permissionButton
	}
	buttons := withID(a.windows, kind)
	if len(buttons) == 0 {
		return nil
	}
	if label != "" {
		if i := slices.IndexFunc(buttons, func(n *node) bool { return n.Text == label }); i >= 0 {
			return buttons[i]
		}
		return nil
	}
	if a.permission {
		wanted, otherwise := permissionDeny, buttons[0]
		if accept {
			wanted = permissionAllow
			if len(buttons) > 1 {
				otherwise = buttons[1]
			}
		}
		if i := slices.IndexFunc(buttons, func(n *node) bool { return wanted.MatchString(n.ResourceID) }); i >= 0 && len(buttons) > 1 {
			return buttons[i]
		}
		return otherwise
	}
	number := func(n *node) int {
		i, _ := strconv.Atoi(alertButton.FindStringSubmatch(n.ResourceID)[1])
		return i
	}
	least := number(slices.MinFunc(buttons, func(a, b *node) int { return number(a) - number(b) }))
	if !accept && len(buttons) > 1 {
		least++
	}
	if i := slices.IndexFunc(buttons, func(n *node) bool { return number(n) == least }); i >= 0 {
		return buttons[i]
	}
	return nil
}

func (e *Engine) alertText(ctx context.Context, _ []string, _ []byte) (any, error) {
	if err := e.charge(ctx, ui.OpFind); err != nil {
		return nil, err
	}
	a, err := e.alert(ctx)
	if err != nil {
		return nil, err
	}
	kind := alertButton
	if a.permission {
		kind = permissionButton
	}
	root := a.windows[:1]
	if c := withID(a.windows, regexp.MustCompile("^"+regexp.QuoteMeta(alertContent)+"$")); len(c) > 0 {
		root = c[:1]
	}
	var texts []string
	for _, n := range withID(root, alertPart) {
		if !kind.MatchString(n.ResourceID) && strings.TrimSpace(n.Text) != "" {
			texts = append(texts, n.Text)
		}
	}
	return strings.Join(texts, "\n"), nil
}

func (e *Engine) answerAlert(accept bool) handler {
	return func(ctx context.Context, _ []string, body []byte) (any, error) {
		var in struct {
			ButtonLabel string `json:"buttonLabel"`
		}
		if err := decode(body, &in); err != nil {
			return nil, err
		}
		if err := e.charge(ctx, ui.OpAction); err != nil {
			return nil, err
		}
		a, err := e.alert(ctx)
		if err != nil {
			return nil, err
		}
		b := a.button(accept, in.ButtonLabel)
		if b == nil {
			return nil, fail(codeInvalidState, "The expected button cannot be detected on the alert")
		}
		at, err := centre(b)
		if err != nil {
			return nil, err
		}
		return nil, e.tap(ctx, at, tapTime)
	}
}
