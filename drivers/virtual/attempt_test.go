package virtual_test

import (
	"reflect"
	"testing"
	"time"

	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/ui"
	"ffscert/drivers/virtual/world"
)

// What an attempt meets on the phone depends on the seed, the case and its
// number, and not on what was there before it.
func TestAnAttemptBeginsAnew(t *testing.T) {
	open := func() *virtual.Lab {
		l, err := virtual.Open(virtual.Config{World: world.Defaults(), Latency: handset.PhoneProfile()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		return l
	}
	costs := func(l *virtual.Lab) (all []time.Duration) {
		for range 20 {
			all = append(all, l.Phone.Latency(ui.OpSource))
		}
		return all
	}
	first, used := open(), open()
	first.BeginAttempt("a case", 4)
	for n := 1; n <= 4; n++ {
		used.BeginAttempt("a case", n)
		if n < 4 {
			costs(used)
			used.Phone.Launch("com.android.settings", "", false)
			used.Phone.SetRotation(1)
			used.Phone.SetClipboard("x")
		}
	}
	want := costs(first)
	if got := costs(used); !reflect.DeepEqual(got, want) {
		t.Errorf("after other attempts it costs %v, want %v", got, want)
	}
	if pkg := used.Phone.Windows()[0].Package; pkg != "com.amazon.dee.app" || used.Phone.Rotation() != 0 || used.Phone.Clipboard() != "" {
		t.Errorf("in front is %s, rotation %d, clipboard %q", pkg, used.Phone.Rotation(), used.Phone.Clipboard())
	}
	used.BeginAttempt("a case", 5)
	if got := costs(used); reflect.DeepEqual(got, want) {
		t.Error("two attempts are the same")
	}
	later, err := virtual.Open(virtual.Config{World: world.Defaults(), NotBefore: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	defer later.Close()
	if d := time.Until(later.Clock.Now()); d < 50*time.Minute {
		t.Errorf("time begins in %s", d)
	}
}
