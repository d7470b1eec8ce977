package handset_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/clock"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/ui"
	"ffscert/drivers/virtual/world"
)

const alexa = "com.amazon.dee.app"

type rig struct {
	*handset.Handset
	t     testing.TB
	world *world.World
	clock *clock.Clock
}

// newRig is a phone in a lab of its own, with the Alexa app in front.
func newRig(t testing.TB, p handset.Profile, change ...func(*world.Config)) *rig {
	t.Helper()
	r := newPhone(t, p, "", nil, change...)
	if msg := r.Launch(alexa, "", true); msg != "" {
		t.Fatal(msg)
	}
	r.wait(2 * time.Second)
	return r
}

// newPhone has the built-in apps, app among them, and one more if there is one.
func newPhone(t testing.TB, p handset.Profile, app string, more *apps.Model, change ...func(*world.Config)) *rig {
	t.Helper()
	clk := clock.NewVirtual(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))
	cfg := world.Defaults()
	for _, f := range change {
		f(&cfg)
	}
	w, err := world.New(cfg, clk, nil)
	if err != nil {
		t.Fatal(err)
	}
	models, err := handset.BuiltinModels(app)
	if err != nil {
		t.Fatal(err)
	}
	if more != nil {
		models = append(models, more)
	}
	h, err := handset.New(handset.Config{Serial: "virtual-7", Profile: &p}, w, models, clk)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{h, t, w, clk}
}

func (r *rig) wait(d time.Duration) {
	if err := r.clock.Sleep(context.Background(), d); err != nil {
		r.t.Fatal(err)
	}
}

// find returns the nodes of the windows for which all of the conditions
// ("text=…", "desc=…", "id=…", "class=…") hold.
func (r *rig) find(conditions ...string) []*ui.Node {
	var found []*ui.Node
	for _, root := range r.Windows() {
		root.Walk(func(n *ui.Node) bool {
			for _, c := range conditions {
				k, v, _ := strings.Cut(c, "=")
				if map[string]string{"text": n.Text, "desc": n.ContentDesc, "id": n.ResourceID, "class": n.Class}[k] != v {
					return true
				}
			}
			found = append(found, n)
			return true
		})
	}
	return found
}

func (r *rig) one(conditions ...string) *ui.Node {
	r.t.Helper()
	found := r.find(conditions...)
	if len(found) != 1 {
		r.t.Fatalf("%d nodes with %v in\n%s", len(found), conditions, r.dump())
	}
	return found[0]
}

func (r *rig) none(conditions ...string) {
	r.t.Helper()
	if found := r.find(conditions...); len(found) > 0 {
		r.t.Fatalf("there is a node with %v in\n%s", conditions, r.dump())
	}
}

func (r *rig) dump() string {
	var b strings.Builder
	var show func(n *ui.Node, depth int)
	show = func(n *ui.Node, depth int) {
		fmt.Fprintf(&b, "%s%s id=%q text=%q desc=%q %v\n", strings.Repeat("  ", depth), n.Class, n.ResourceID, n.Text, n.ContentDesc, n.Bounds)
		for _, c := range n.Children {
			show(c, depth+1)
		}
	}
	for _, w := range r.Windows() {
		show(w, 0)
	}
	return b.String()
}

func (r *rig) tapAt(x, y int) {
	r.Touch(ui.Pointer{Kind: ui.PointerDown, X: x, Y: y})
	r.wait(50 * time.Millisecond)
	r.Touch(ui.Pointer{Kind: ui.PointerUp, X: x, Y: y})
	r.wait(time.Second)
}

func (r *rig) tap(conditions ...string) {
	r.t.Helper()
	x, y := r.one(conditions...).Bounds.Center()
	r.tapAt(x, y)
}

// swipe drags a finger for a second in small steps.
func (r *rig) swipe(x1, y1, x2, y2 int) {
	const steps = 50
	r.Touch(ui.Pointer{Kind: ui.PointerDown, X: x1, Y: y1})
	for i := 1; i <= steps; i++ {
		r.wait(time.Second / steps)
		r.Touch(ui.Pointer{Kind: ui.PointerMove, X: x1 + (x2-x1)*i/steps, Y: y1 + (y2-y1)*i/steps})
	}
	r.Touch(ui.Pointer{Kind: ui.PointerUp, X: x2, Y: y2})
}
