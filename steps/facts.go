package steps

import (
	"fmt"
	"strings"

	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// Facts are what is known of a testbed without a phone, for judging what a
// sentence was filled in with. What is not known is not judged.
type Facts struct {
	// Device is the name of the device under test; "" if it is not known.
	Device string
	// Alexa, Partner and Amazon are the screen maps; nil where there is none.
	Alexa, Partner, Amazon *screen.Map
}

// facts are those of the attempt's testbed.
func (a *Attempt) facts() Facts {
	f := Facts{Device: a.Bed.Names.Device, Alexa: a.Bed.Alexa.Map()}
	if a.Bed.Partner != nil {
		f.Partner = a.Bed.Partner.Map()
	}
	if a.Bed.Amazon != nil {
		f.Amazon = a.Bed.Amazon.Map()
	}
	return f
}

// mapName is the name of a screen or element as a map has it: people write
// "Add device" for add_device.
func mapName(said string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(said), func(r rune) bool { return r == ' ' || r == '_' || r == '\t' }), "_")
}

// judgeScreen finds whether a map has the screen.
func judgeScreen(m *screen.Map, said string) error {
	if m == nil {
		return nil
	}
	if strings.Contains(said, ".") {
		return unknownScreen(m, said)
	}
	if _, err := m.Screen(mapName(said)); err != nil {
		return unknownScreen(m, said)
	}
	return nil
}

func unknownScreen(m *screen.Map, said string) error {
	var names []string
	for _, s := range m.Screens() {
		names = append(names, spaced(s.Name()))
	}
	return &certification.Trouble{Code: certification.DefUnknownElement, Cause: certification.CauseDefinition,
		Message: fmt.Sprintf("the screen map %s has no screen \"%s\"", m.File(), clip(said, 60)), Hint: didYouMean(mapName(said), names) + "it has: " + strings.Join(names, ", ")}
}

// judgeElement finds whether a map has the element on the screen, and whether
// it can be named by itself.
func judgeElement(m *screen.Map, onScreen, said string) error {
	if err := judgeScreen(m, onScreen); err != nil || m == nil {
		return err
	}
	e, err := m.Element(mapName(onScreen) + "." + mapName(said))
	if err != nil {
		var names []string
		s, _ := m.Screen(mapName(onScreen))
		for _, e := range s.Elements() {
			if e.Takes() == "" {
				names = append(names, spaced(strings.TrimPrefix(e.Path(), s.Name()+".")))
			}
		}
		return &certification.Trouble{Code: certification.DefUnknownElement, Cause: certification.CauseDefinition,
			Message: fmt.Sprintf("the screen map %s has no element \"%s\" on its screen \"%s\"", m.File(), clip(said, 60), spaced(s.Name())),
			Hint:    didYouMean(mapName(said), names) + "it has: " + strings.Join(names, ", ")}
	}
	if e.Takes() != "" {
		return wrongValue("the element \""+said+"\" is there once for each "+e.Takes()+", and cannot be meant by itself",
			"use a sentence that says which one, such as `the Alexa app shows {name}`")
	}
	return nil
}

func spaced(name string) string { return strings.ReplaceAll(name, "_", " ") }

// didYouMean names what is most like what was said.
func didYouMean(said string, known []string) string {
	best, most := "", 0.0
	for _, k := range known {
		score := alike(wordSet(spaced(said)), wordSet(k))
		if a := mapName(k); oneEdit(said, a) || said != "" && (strings.Contains(a, said) || strings.Contains(said, a)) {
			score += 0.5
		}
		if score > most {
			best, most = k, score
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean \"" + best + "\"? "
}
