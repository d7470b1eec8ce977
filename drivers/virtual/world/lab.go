package world

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// World is the simulated lab. All methods may be called from any goroutine.
type World struct {
	cfg      Config
	clk      Clock
	protocol protocol
	version  atomic.Uint64

	mu      sync.Mutex
	log     eventLog
	caseID  string
	attempt int
	// wifi and account are the customer's, as the situation has them.
	wifi      []Network
	account   AccountConfig
	situation Situation
	rnd       *streams
	timers    timers
	devices   []*device
	dut       dut
	prov      provisioner
	partner   partner
	cards     []Card
	made      int // cards made in this attempt
	dialogs   []Dialog
	crashes   []string // the apps whose crash is due
	// madeDialogs counts the dialogs of this attempt.
	madeDialogs int
	unplugged   bool // the phone is off its cable
	wifiDown    bool // nothing of the lab can be reached
	lostTap     int  // which of the taps to come has no effect; 0 if none
}

// device is a device of the account.
type device struct {
	Device
	answer Range
	// chance is the name of its stream; the id if empty.
	chance string
	// feeds is what gets the device's power; nil if it feeds nothing of the lab.
	feeds func(on bool)
	// stale: it was deleted, and only the list does not know yet.
	stale bool
}

func (d *device) seen() Device {
	s := d.Device
	if d.Pending != nil {
		p := *d.Pending
		s.Pending = &p
	}
	return s
}

func (d *device) stream() string {
	if d.chance != "" {
		return d.chance
	}
	return d.ID
}

// provisioner is the truth about the provisioner, whatever the account shows.
type provisioner struct {
	powered, ready bool
	starting       func() // takes back that it becomes ready
}

// The ids of what is configured. They are the same in every attempt.
const (
	idProvisioner     = "provisioner"
	idDevicePlug      = "plug-device"
	idProvisionerPlug = "plug-provisioner"
	// idDUT is only the name of its streams of chance; in the account it is
	// dut-1, dut-2 … within an attempt, anew with every set-up.
	idDUT = "dut"
)

// initial is the lab as configured, without anything having power from a plug
// that was not on all along.
func (w *World) initial(caseID string, n int) {
	w.forget()
	w.caseID, w.attempt = caseID, n
	w.rnd = newStreams(w.cfg.Seed, caseID, n)
	w.cards, w.made = nil, 0
	w.dialogs, w.crashes, w.madeDialogs = nil, nil, 0
	w.dut = dut{}
	w.wifi, w.account, w.situation = w.cfg.WiFi, w.cfg.Account, ""
	w.unplugged, w.wifiDown, w.lostTap = false, false, 0
	w.initialPartner()
	on := w.cfg.Plugs.Provisioner.On
	w.prov = provisioner{powered: on, ready: on}

	w.devices = nil
	add := func(d device) {
		// They came a month ago, one after the other.
		d.RegisteredAt = w.clk.Now().Add(-30*24*time.Hour + time.Duration(len(w.devices))*time.Minute)
		w.devices = append(w.devices, &d)
	}
	add(device{Device: Device{ID: idProvisioner, Name: w.cfg.Provisioner.Name, Kind: Echo, Responsive: on, On: on}})
	add(device{Device: Device{ID: idDevicePlug, Name: w.cfg.Plugs.Device.Name, Kind: Plug, Responsive: true, On: w.cfg.Plugs.Device.On},
		answer: w.cfg.Plugs.Answer, feeds: w.powerDevice})
	add(device{Device: Device{ID: idProvisionerPlug, Name: w.cfg.Plugs.Provisioner.Name, Kind: Plug, Responsive: true, On: on},
		answer: w.cfg.Plugs.Answer, feeds: w.powerProvisioner})
	for i, o := range w.cfg.Others {
		add(device{Device: Device{ID: fmt.Sprintf("home-%d", i+1), Name: o.Name, Kind: o.Kind, Responsive: !o.Unresponsive, On: o.On},
			answer: w.cfg.Device.Answer})
	}
}

// supply powers the device under test if its plug starts on.
func (w *World) supply() {
	if w.cfg.Plugs.Device.On {
		w.powerDevice(true)
	}
}

// drawAccount decides what the account and the phone have brought along.
func (w *World) drawAccount() {
	extra := func(id, name string, kind Kind, answers bool) {
		w.devices = append(w.devices, &device{answer: w.cfg.Plugs.Answer, Device: Device{ID: id, Name: name, Kind: kind, Responsive: answers,
			RegisteredAt: w.clk.Now().Add(-24 * time.Hour)}})
	}
	if w.strikes(FaultLeftoverDevice, w.cfg.Device.Name, idDUT) {
		extra("leftover-1", w.cfg.Device.Name, w.cfg.Device.Kind, false)
	}
	if w.strikes(FaultDuplicateName, w.cfg.Plugs.Device.Name, idDevicePlug) {
		extra("twin-1", w.cfg.Plugs.Device.Name, Plug, true)
	}
	which := 1 + w.rnd.stream("tap_lost").IntN(8)
	if w.strikes(FaultTapLost, "", "") {
		w.lostTap = which
	}
}

// loseWiFi cuts everything of the lab off for the rest of the attempt.
func (w *World) loseWiFi() {
	w.wifiDown = true
	w.emit(Event{Event: EventLabWiFiDown})
	for _, d := range w.devices {
		d.Responsive, d.Pending = false, nil
	}
	w.interrupt("wifi_down")
}

func (w *World) find(id string) *device {
	for _, d := range w.devices {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// ask asks a device to switch.
func (w *World) ask(d *device, on bool) {
	asked, switched := EventDeviceAsked, EventDeviceSwitched
	if d.Kind == Plug {
		asked, switched = EventPlugAsked, EventPlugSwitched
	}
	event := func(what, reason string) {
		w.emit(Event{Event: what, Device: w.trueName(d), ID: d.ID, On: &on, Reason: reason})
	}
	switch {
	case d.Pending != nil:
		event(EventAskedInVain, "pending")
		return
	case !d.Responsive:
		event(EventAskedInVain, "unresponsive")
		return
	}
	event(asked, "")
	if d.Kind == Plug && w.strikes(FaultPlugIgnores, w.trueName(d), d.ID) {
		event(EventAskedInVain, "fault")
		return
	}
	pending := &on
	d.Pending = pending
	w.after(w.rnd.in("answer/"+d.stream(), d.answer), func() {
		if d.Pending != pending {
			return // it lost its power, or was deleted, meanwhile
		}
		d.Pending, d.On = nil, on
		event(switched, "")
		if d.feeds != nil {
			d.feeds(on)
		}
	})
}

// remove takes a device out of the account; how is partner_app, or "" for the
// Alexa app.
func (w *World) remove(d *device, how string) {
	d.Pending = nil
	w.emit(Event{Event: EventDeviceDeleted, Device: w.trueName(d), ID: d.ID, RegisteredAs: d.Name, How: how})
	w.withdraw(d.ID)
	if d.stale {
		w.drop(d)
		return
	}
	dut := d.ID == w.dut.id
	if dut {
		w.dut.id = ""
		if how == "" && d.Responsive && w.protocol.resetByAlexa {
			// It leaves the maker's cloud in good order before it forgets all.
			if p := w.findPartner(idPartnerDUT); p != nil {
				w.dropPartner(p, "reset")
			}
			w.reset()
		}
	}
	if dut && w.strikes(FaultStaleTile, w.cfg.Device.Name, idDUT) {
		d.stale, d.Responsive = true, false
		w.after(w.rnd.in("stale_tile", Range{30 * time.Second, 90 * time.Second}), func() {
			if w.find(d.ID) == d {
				w.emit(Event{Event: EventStaleTileVanished, Device: w.cfg.Device.Name, ID: d.ID})
				w.drop(d)
			}
		})
		return
	}
	w.drop(d)
	if d.ID == idProvisioner {
		w.interrupt("provisioner_deleted")
	}
}

func (w *World) drop(d *device) {
	for i, o := range w.devices {
		if o == d {
			w.devices = append(w.devices[:i], w.devices[i+1:]...)
			return
		}
	}
}

// powerProvisioner is what the second plug does.
func (w *World) powerProvisioner(on bool) {
	p := &w.prov
	if p.powered == on {
		return
	}
	p.powered = on
	if !on {
		p.ready = false
		if p.starting != nil {
			p.starting()
			p.starting = nil
		}
		if d := w.find(idProvisioner); d != nil {
			d.Responsive, d.On, d.Pending = false, false, nil
		}
		w.emit(Event{Event: EventProvisionerOff, Device: w.cfg.Provisioner.Name})
		w.interrupt("provisioner_off")
		return
	}
	w.emit(Event{Event: EventProvisionerOn, Device: w.cfg.Provisioner.Name})
	p.starting = w.after(w.cfg.Provisioner.ReadyAfter, func() {
		p.ready, p.starting = true, nil
		if d := w.find(idProvisioner); d != nil {
			d.Responsive, d.On = true, true
		}
		w.emit(Event{Event: EventProvisionerReady, Device: w.cfg.Provisioner.Name})
		w.consider()
	})
}

// trueName is how the events call a device: the device under test always by
// its configured name.
func (w *World) trueName(d *device) string {
	if d.ID == w.dut.id {
		return w.cfg.Device.Name
	}
	return d.Name
}
