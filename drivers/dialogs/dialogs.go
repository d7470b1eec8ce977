// Package dialogs knows what phones put over an app that is not the app's own
// doing: questions for permissions, rating and update prompts, warnings,
// notices of a crash. How each is recognised, and how it is answered, is data.
//
// It judges a page source and touches nothing. It knows nothing of servers,
// time or steps. What it does not recognise it calls unknown, and never guesses
// which button would be the right one.
package dialogs

import (
	"slices"
	"strings"

	"ffscert/drivers/screen"
)

// Kind is what a dialog is about.
type Kind string

// The kinds. A file may name others; these mean something to the driver.
const (
	Permission    Kind = "permission"
	Rating        Kind = "rating"
	Update        Kind = "update"
	Promotion     Kind = "promotion"
	Battery       Kind = "battery"
	Crash         Kind = "crash"           // an app ended by itself
	NotResponding Kind = "not_responding"  // an app hangs
	UpdateWall    Kind = "update_required" // an app lets nobody in before it is updated
	Offline       Kind = "offline"         // an app has no internet
	CloudError    Kind = "cloud_error"     // an app does not reach its cloud
)

// Answer is one way to answer a dialog, such as "allow" or "later".
type Answer string

// Back is the answer that presses the system's back key: for what has no
// button. It has to be allowed for each dialog by itself.
const Back Answer = "back"

// Dialog is one dialog that is described.
type Dialog struct {
	Name string
	Kind Kind
	// Most is how often it may be answered in one attempt, at least 1.
	Most int

	packages []string
	shownBy  []matcher
	appName  []matcher
	answers  map[Answer][]matcher
}

// Book is a set of dialogs, with the policy by which they are answered. It does
// not change.
type Book struct {
	list   []*Dialog
	policy map[Kind][]Answer
	beside []string
}

// Sight is what lies over the app on a snapshot.
type Sight struct {
	// Window is the window that lies there; nil if nothing does.
	Window *screen.Node
	// Dialog is what it is; nil if nobody has described it.
	Dialog *Dialog
	// App is the app that a notice names, by its label; may be empty.
	App string
}

// Nothing tells whether nothing lies over the app.
func (s Sight) Nothing() bool { return s.Window == nil }

// Unknown tells whether something lies there that is not described.
func (s Sight) Unknown() bool { return s.Window != nil && s.Dialog == nil }

// dialogShare is the share of the screen's area that a window of its own
// covers at most if it is to be a dialog: apps fill the screen, apart from its
// bars.
const dialogShare = 0.8

// Find looks at the topmost window that counts. own are the packages of the
// apps that are driven; mapped tells whether one of their screen maps knows
// what a window shows, and may be nil.
func (b *Book) Find(t *screen.Tree, own []string, mapped func(window *screen.Node) bool) Sight {
	for _, w := range t.Windows {
		if !w.Displayed || w.Bounds.Width <= 0 || w.Bounds.Height <= 0 {
			continue
		}
		if s, ok := b.recognise(t, w, own); ok {
			return s
		}
		// Bars and keyboards lie at an edge; what floats is a dialog, whosever.
		if slices.Contains(b.beside, w.Package) && atEdge(t, w) {
			continue
		}
		if !small(t, w) || mapped != nil && mapped(w) {
			return Sight{} // a page, of whatever app
		}
		return Sight{Window: w}
	}
	return Sight{}
}

func (b *Book) recognise(t *screen.Tree, w *screen.Node, own []string) (Sight, bool) {
	for _, d := range b.list {
		if !d.of(w.Package, own) {
			continue
		}
		if len(d.find(t, w, d.shownBy)) == 0 || !d.answerable(t, w) {
			continue
		}
		s := Sight{Window: w, Dialog: d}
		for _, n := range d.find(t, w, d.appName) {
			for _, m := range d.appName {
				if name := m.app(n); name != "" && s.App == "" {
					s.App = name
				}
			}
		}
		return s, true
	}
	return Sight{}, false
}

// of tells whether the dialog may be in a window of that package.
func (d *Dialog) of(pkg string, own []string) bool {
	return slices.Contains(d.packages, pkg) || slices.Contains(d.packages, ofTheApp) && slices.Contains(own, pkg)
}

// answerable tells whether the window has any of the dialog's buttons: words
// alone do not make a dialog, somebody may have called a device so.
func (d *Dialog) answerable(t *screen.Tree, w *screen.Node) bool {
	for a, m := range d.answers {
		if a == Back || len(d.find(t, w, m)) > 0 {
			return true
		}
	}
	return false
}

// find returns the nodes of a window that match the first matcher that matches
// anything.
func (d *Dialog) find(t *screen.Tree, w *screen.Node, any []matcher) []*screen.Node {
	for _, m := range any {
		var found []*screen.Node
		t.Each(func(n *screen.Node) bool {
			if n.Displayed && w.Has(n) && m.matches(n) {
				found = append(found, n)
			}
			return true
		})
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// Choice is how a dialog is to be answered.
type Choice struct {
	Answer Answer
	// Button is what to touch; nil for [Back].
	Button *screen.Node
	// Ask finds the button on the server.
	Ask screen.Query
}

// Choose finds the answer of the policy on the snapshot. ok is false if the
// dialog does not offer it, or offers it more than once.
func (b *Book) Choose(t *screen.Tree, s Sight) (Choice, bool) {
	if s.Dialog == nil {
		return Choice{}, false
	}
	for _, a := range b.policy[s.Dialog.Kind] {
		m, offered := s.Dialog.answers[a]
		switch {
		case !offered:
			continue
		case a == Back:
			return Choice{Answer: a}, true
		}
		nodes := s.Dialog.find(t, s.Window, m)
		nodes = slices.DeleteFunc(nodes, func(n *screen.Node) bool { return !n.Enabled || n.Bounds.Width <= 0 || n.Bounds.Height <= 0 })
		if len(nodes) == 0 {
			continue
		}
		n := nodes[0]
		if len(nodes) > 1 || !t.OnTopAt(n, n.Bounds.Center()) {
			return Choice{}, false
		}
		return Choice{Answer: a, Button: n, Ask: screen.Query{Class: n.Class, ID: n.ResourceID, Text: n.Text, Desc: descWithoutText(n)}}, true
	}
	return Choice{}, false
}

// descWithoutText keeps the question for the server short.
func descWithoutText(n *screen.Node) string {
	if n.Text != "" {
		return ""
	}
	return n.ContentDesc
}

// Policy is how dialogs of a kind are answered, the best answer first.
func (b *Book) Policy(k Kind) []Answer { return slices.Clone(b.policy[k]) }

// Dialogs are all dialogs, in the order in which they are tried.
func (b *Book) Dialogs() []*Dialog { return slices.Clone(b.list) }

func small(t *screen.Tree, w *screen.Node) bool {
	width, height := size(t)
	return float64(w.Bounds.Width)*float64(w.Bounds.Height) < dialogShare*float64(width)*float64(height)
}

func atEdge(t *screen.Tree, w *screen.Node) bool {
	width, height := size(t)
	b := w.Bounds
	return b.X <= 0 || b.Y <= 0 || b.X+b.Width >= width || b.Y+b.Height >= height
}

// size is the screen's, or else that of the windows on it.
func size(t *screen.Tree) (width, height int) {
	width, height = t.Width, t.Height
	if width > 0 && height > 0 {
		return width, height
	}
	for _, o := range t.Windows {
		width, height = max(width, o.Bounds.X+o.Bounds.Width), max(height, o.Bounds.Y+o.Bounds.Height)
	}
	return width, height
}

// SameApp tells whether the label by which the system names an app is one of
// those labels.
func SameApp(label string, labels ...string) bool {
	return label != "" && slices.ContainsFunc(labels, func(l string) bool { return strings.EqualFold(plain(l), plain(label)) })
}
