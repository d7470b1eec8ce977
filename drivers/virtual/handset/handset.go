// Package handset is the virtual phone: it brings app models to life, lays
// them out, recognises gestures and answers what Android would be asked.
//
// It knows nothing of Appium, adb or test cases; what happens in the lab it
// learns through [Lab], and what an app looks like it reads from its model.
//
// Time is the clock's alone, and the phone has no goroutine: what becomes due
// (a fetched list, a long press, the end of an animation) happens when the
// clock calls, or at the next look if the clock cannot call.
package handset

import (
	"errors"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/text/language"

	"ffscert/drivers/virtual/apps"
	"ffscert/drivers/virtual/paint"
	"ffscert/drivers/virtual/ui"
	"ffscert/drivers/virtual/world"
)

// Lab is what the apps of the phone reach of the world. Its methods are called
// with the handset's lock held: they must not call the handset back, nor wait
// for the clock.
type Lab interface {
	Devices() []world.Device
	Device(id string) (world.Device, bool)
	Switch(id string, on bool)
	Delete(id string)
	Card() (world.Card, bool)
	AnswerCard(id, how string)
	Account() world.Account

	Partner() world.Partner
	PartnerDevices() []world.Device
	PartnerDevice(id string) (world.Device, bool)
	PartnerRemove(id string)
	PartnerSignIn(user string)
	PartnerSignOut()
	PartnerUnlink()
	Revoke()
	CodeRight(code string) bool
	PhoneOffline() bool
	StartOwnSetUp()
	AuthRequest() world.AuthRequest
	Authorize(allow bool)

	Dialogs() []world.Dialog
	AnswerDialog(id, how string)
	CrashDue(app string) bool
	Unplugged() bool
	TapLost() bool
}

// Config says which phone it is. The zero value of every field but Serial has
// a sensible meaning.
type Config struct {
	Serial string // the serial that adb lists; "" is "virtual-1"
	Model  string // "" is "Virtual Phone"
	Locale string // "" is "en-US"
	// Width and Height are pixels in portrait; 0 is 1080 and 2340.
	Width, Height int
	Density       int // dots per inch; 0 is 420
	// FontScale is how much larger than designed letters are, as the phone's
	// settings have it; 0 is 1. See [FontScaleWithin].
	FontScale float64
	// Profile is what operations cost; nil is [PhoneProfile].
	Profile *Profile
	Seed    uint64 // of the jitter in latencies
}

// Handset is a virtual phone; it implements [ui.Handset].
type Handset struct {
	cfg     Config
	profile Profile
	lab     Lab
	clock   ui.Clock
	painter *paint.Painter
	models  []*apps.Model // the home screen is among them
	home    *apps.Model
	dialogs []*apps.Model // what lies above all apps

	mu       sync.Mutex
	jitter   *rand.Rand
	scale    float64 // of letters
	rotation int
	awake    bool
	online   bool
	closed   bool
	clip     string
	running  map[string]*instance // by package
	recent   []string             // packages, the one in front last
	signedIn map[string]*bool     // what an app of the package knows better than the account
	auth     *authorization       // what an app asks Amazon for at the moment; nil if none does
	auths    int                  // counts the requests
	answered string               // where Amazon's page sent the browser last
	// dismissed are overlays that show themselves and were put away, with the
	// instance that was.
	dismissed map[overlay]string
	crashed   string // label of the app that ended by itself, until the notice is put away
	touch     gesture
	overview  bool // the home screen came up as the overview of apps
	lastPID   int
	visits    int
}

var _ ui.Handset = (*Handset)(nil)

// New makes a phone with these apps on it; one of them must be a home screen,
// which is in front.
func New(cfg Config, lab Lab, models []*apps.Model, clock ui.Clock) (*Handset, error) {
	if lab == nil || clock == nil {
		return nil, errors.New("handset: a lab and a clock are needed")
	}
	def(&cfg.Serial, "virtual-1")
	def(&cfg.Model, "Virtual Phone")
	def(&cfg.Locale, "en-US")
	def(&cfg.Width, 1080)
	def(&cfg.Height, 2340)
	def(&cfg.Density, 420)
	def(&cfg.FontScale, 1)
	if !FontScaleWithin(cfg.FontScale) {
		return nil, fmt.Errorf("handset: a font scale of %v is not between %v and %v", cfg.FontScale, smallestFont, largestFont)
	}
	if _, err := language.Parse(cfg.Locale); err != nil {
		return nil, fmt.Errorf("%q is no locale: write it like en-US, de-DE or ja-JP", cfg.Locale)
	}
	if cfg.Width < 200 || cfg.Height < cfg.Width || cfg.Height > 10000 || cfg.Density < 60 || cfg.Density > 1000 {
		return nil, fmt.Errorf("handset: a screen of %d by %d pixels at %d dpi is not possible in portrait", cfg.Width, cfg.Height, cfg.Density)
	}
	h := &Handset{cfg: cfg, profile: PhoneProfile(), lab: lab, clock: clock, painter: paint.New(),
		jitter: rand.New(rand.NewPCG(cfg.Seed, 0x68616e64736574)), scale: cfg.FontScale,
		awake: true, online: true, running: map[string]*instance{}, signedIn: map[string]*bool{}, dismissed: map[overlay]string{}, lastPID: 3000}
	if cfg.Profile != nil {
		h.profile = *cfg.Profile
	}
	seen := map[string]bool{}
	for _, m := range models {
		if seen[m.Package] {
			return nil, fmt.Errorf("handset: two models of %s", m.Package)
		}
		seen[m.Package] = true
		if m.Dialogs {
			h.dialogs = append(h.dialogs, m)
			continue
		}
		h.models = append(h.models, m)
		if m.Home {
			h.home = m
		}
	}
	if h.home == nil {
		return nil, errors.New("handset: none of the models is a home screen")
	}
	if err := knownActions(models); err != nil {
		return nil, err
	}
	h.start(h.home)
	return h, nil
}

// Close takes back what the phone asked the clock for: nothing changes any
// more by itself.
func (h *Handset) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Apps names the models on a phone: built-in ones by their name, any other by
// its path.
type Apps struct {
	Alexa   string // "" is the release that most is known about, alexa-2023.23
	Partner string // the maker's own app; "" is the built-in demonstration
}

// Models loads the apps, and with them what every phone has: the home screen,
// the settings, a browser and the dialogs of the system.
func (a Apps) Models() ([]*apps.Model, error) {
	def(&a.Alexa, "alexa-2023.23")
	def(&a.Partner, "partner-demo")
	var list []*apps.Model
	for _, name := range []string{"launcher", "settings", a.Alexa, a.Partner, "browser", "shopping", "system-dialogs"} {
		m, err := apps.Load(name, apps.DefaultVocabulary())
		if err != nil {
			return nil, err
		}
		if (m.Home || m.Dialogs) && (name == a.Alexa || name == a.Partner) {
			return nil, fmt.Errorf("%s is no app: it is a home screen, or holds the dialogs of the system", name)
		}
		list = append(list, m)
	}
	return list, nil
}

// AlexaModel loads the Alexa app alone.
func (a Apps) AlexaModel() (*apps.Model, error) {
	def(&a.Alexa, "alexa-2023.23")
	return apps.Load(a.Alexa, apps.DefaultVocabulary())
}

// BuiltinModels are the models of a phone with that Alexa app (see [Apps]).
func BuiltinModels(alexa string) ([]*apps.Model, error) { return Apps{Alexa: alexa}.Models() }

// Windows are the windows that an accessibility service is shown. A dialog or
// a card is modal: as on Android, the windows of the app below it are not
// reported while it is there. What an app draws over others is not, and comes
// last. The result is empty while the screen is off.
func (h *Handset) Windows() []*ui.Node {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	if !h.awake {
		return nil
	}
	all := h.compose()
	shown := []*ui.Node{all[len(all)-1].node(h)}
	for _, w := range h.floating() {
		shown = append(shown, w.node(h))
	}
	return shown
}

// Screenshot paints what is shown. It is refused while a page is shown that
// must not be seen.
func (h *Handset) Screenshot() (image.Image, bool) {
	h.mu.Lock()
	h.settle()
	if h.awake && h.front().top().screen.Secure {
		h.mu.Unlock()
		return nil, false
	}
	w, ht := h.size()
	s := paint.Screen{Width: w, Height: ht, StatusBar: h.dp(statusBarDP), NavigationBar: h.dp(navigationBarDP),
		Density: h.cfg.Density, Clock: h.clock.Now().UTC().Format("15:04"), Off: !h.awake}
	if h.awake {
		for i, win := range h.compose() {
			s.Windows = append(s.Windows, paint.Window{Root: win.node(h), Background: win.background, Dim: i > 0})
		}
		for _, win := range h.floating() {
			s.Windows = append(s.Windows, paint.Window{Root: win.node(h)})
		}
		if h.keyboardShown() {
			s.Keyboard = h.keyboardArea()
		}
	}
	h.mu.Unlock()
	return h.painter.Paint(s), true
}

// Size is the screen in pixels in the current rotation, with the heights of
// the bars.
func (h *Handset) Size() (width, height, statusBar, navigationBar int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w, ht := h.size()
	return w, ht, h.dp(statusBarDP), h.dp(navigationBarDP)
}

func (h *Handset) size() (w, ht int) {
	if h.rotation%2 == 1 {
		return h.cfg.Height, h.cfg.Width
	}
	return h.cfg.Width, h.cfg.Height
}

// The bars, and the slop and times by which gestures are told apart; see
// android.view.ViewConfiguration.
const (
	statusBarDP     = 24
	navigationBarDP = 48
	keyboardDP      = 260
	touchSlopDP     = 8
	longPressAfter  = 500 * time.Millisecond
	pullShare       = 0.15 // of the screen's height: dragged so far, a list refreshes
)

func (h *Handset) dp(n int) int { return (n*h.cfg.Density + 80) / 160 }

// The font scales that a phone offers; Android 14 goes up to 2.
const (
	smallestFont = 0.5
	largestFont  = 3.0
)

// FontScaleWithin tells whether letters can be that much larger than designed.
func FontScaleWithin(scale float64) bool { return scale >= smallestFont && scale <= largestFont }

// FontScale is how much larger than designed letters are.
func (h *Handset) FontScale() float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.scale
}

// SetFontScale makes letters larger or smaller, as the phone's settings do; false
// if they cannot be that large. What is shown is laid out anew.
func (h *Handset) SetFontScale(scale float64) bool {
	if !FontScaleWithin(scale) {
		return false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.scale = scale
	return true
}

// textSize is how large letters are that are designed to be size sp, which 0 is
// 16: larger ones grow with the font scale as well.
func (h *Handset) textSize(size int) int {
	if size == 0 {
		size = 16
	}
	return max(int(math.Round(float64(size)*h.scale)), 1)
}

// Density is in dots per inch.
func (h *Handset) Density() int { return h.cfg.Density }

// Rotation is 0 to 3.
func (h *Handset) Rotation() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rotation
}

// SetRotation turns the phone; the app is laid out anew.
func (h *Handset) SetRotation(r int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rotation = ((r % 4) + 4) % 4
	h.touch = gesture{}
}

// Clipboard is what was copied last.
func (h *Handset) Clipboard() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clip
}

// SetClipboard copies a text.
func (h *Handset) SetClipboard(s string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clip = s
}

// Awake tells whether the screen is on.
func (h *Handset) Awake() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.awake
}

// Locked is always false: the phone has no keyguard.
func (h *Handset) Locked() bool { return false }

// Wake switches the screen on.
func (h *Handset) Wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.awake = true
}

// Online is false while the phone is unplugged.
func (h *Handset) Online() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.online && !h.lab.Unplugged()
}

// SetOnline unplugs the phone or plugs it in.
func (h *Handset) SetOnline(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.online = on
}

// Clock is the handset's time.
func (h *Handset) Clock() ui.Clock { return h.clock }

// Latency is what an operation costs, with the profile's jitter. The sequence
// of results depends on the seed alone.
func (h *Handset) Latency(op ui.Operation) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.profile.cost(op, h.jitter)
}

// IdleIn is how long until nothing moves any more.
func (h *Handset) IdleIn() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.settle()
	return max(h.front().animation.end.Sub(h.clock.Now()), 0)
}
