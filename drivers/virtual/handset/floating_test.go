package handset_test

import (
	"testing"
	"time"

	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
)

func wrongly(f world.LWAFault) func(*world.Config) {
	return func(c *world.Config) { c.Partner.LWAFault = f }
}

// What an app draws over others is seen above them, takes touches on its own
// place alone, and never the focus.
func TestAWindowOverAmazonsPage(t *testing.T) {
	r := newLumen(t, handset.NoProfile(), wrongly(world.LWAOverlay))
	if n := len(r.Windows()); n != 1 {
		t.Fatalf("%d windows before the consent", n)
	}
	r.toConsent()
	all := r.Windows()
	if len(all) != 2 || all[0].Package != browser || all[1].Package != lumen || !all[1].Unfocused || all[0].Unfocused {
		t.Fatalf("the windows are\n%s", r.dump())
	}
	if pkg, _ := r.Foreground(); pkg != browser {
		t.Fatalf("%s is in front", pkg)
	}
	over := r.one("text=Just one more tap, and your home is ready.").Bounds
	if page := all[0].Bounds; over.Intersect(page) != over {
		t.Fatalf("%v does not lie over %v", over, page)
	}
	shut := r.one("desc=Close tab").Bounds
	x, y := shut.Center()
	if !over.Contains(over.Right-1, y) {
		t.Fatalf("%v is not where the bar is", over)
	}
	r.tapAt(over.Right-1, y) // the bar is below it
	r.one("text=Allow")
	if over.Contains(x, y) {
		r.tapAt(x, y)
		r.one("text=Allow")
	}
	if _, ok := r.Screenshot(); !ok {
		t.Fatal("it cannot be pictured")
	}
	r.tap("text=Allow")
	r.inFront(lumen)
	r.none("text=Just one more tap, and your home is ready.")
}

// Nobody touches the consent page, and it goes.
func TestAnAppThatTakesTheConsentAway(t *testing.T) {
	r := newLumen(t, handset.NoProfile(), wrongly(world.LWAOverlayGone))
	r.toConsent()
	r.wait(3 * time.Second)
	r.inFront(lumen)
	r.one("id=com.example.lumen:id/message")
}

// The other faults of the way through Login with Amazon, as far as they are not
// words alone.
func TestWhatIsWrongOnTheWayShows(t *testing.T) {
	r := newLumen(t, handset.NoProfile(), wrongly(world.LWAOffered))
	r.none(lwa)
	r.tap("desc=Account")
	r.none(lwa)

	r = newLumen(t, handset.NoProfile(), wrongly(world.LWAOfferedAgain))
	r.toConsent()
	r.tap("text=Allow")
	r.tap("desc=Account")
	r.one("id=com.example.lumen:id/linked")
	r.one(lwa)

	r = newLumen(t, handset.NoProfile(), wrongly(world.LWAIdentityName))
	r.toConsent()
	r.one("text=Gizmo Cloud")
	r.none("text=Example Home")

	r = newLumen(t, handset.NoProfile(), wrongly(world.LWAFallback))
	r.none("desc=Add device")

	r = newLumen(t, handset.NoProfile(), wrongly(world.LWAFallbackBroken), ready)
	r.world.Switch("plug-device", true)
	r.tap("desc=Add device")
	r.tap("id=com.example.lumen:id/set_up_start")
	r.wait(time.Minute)
	r.one("id=com.example.lumen:id/set_up_failed")
}

// Who shows Amazon's pages is in front, and the pages are the same.
func TestWhoShowsAmazonsPages(t *testing.T) {
	for f, pkg := range map[world.LWAFault]string{world.LWAWebView: lumen, world.LWAFlow: "org.example.viewer"} {
		t.Run(string(f), func(t *testing.T) {
			r := newLumen(t, handset.NoProfile(), wrongly(f))
			r.toConsent()
			r.inFront(pkg)
			r.one("class=android.webkit.WebView")
			r.none("id=com.android.chrome:id/url_bar")
			r.tap("class=android.widget.Button", "text=Cancel")
			r.inFront(lumen)
			r.one("id=com.example.lumen:id/message")
			r.tap("text=OK")
			r.toConsent()
			r.Key(4, 0, false) // back
			r.inFront(lumen)
			r.one("id=com.example.lumen:id/message")
			r.tap("text=OK")
			r.toConsent()
			r.tap("text=Allow")
			r.inFront(lumen)
			r.one("id=com.example.lumen:id/home_title")
			if !r.world.Partner().Linked {
				t.Fatal("not linked")
			}
		})
	}
}
