package consent

import (
	"strings"

	"ffscert/drivers"
)

// brands say nothing about a meaning: "Frustration-Free Setup" explains neither
// a set-up nor a benefit to who has never heard of it.
func brands() []string {
	return []string{"frustration-free setup", "frustration free setup", "frustration-free set-up", "frustfreie einrichtung", "login with amazon"}
}

// judgeReason is LWA-REASON. Source: Provisionee Certification Guide, "Device
// Details": "all messaging to the customer for permission regarding FFS, and the
// explanation of why the customer needs to grant permission is clear". That a
// screen comes before the hand-over is a fact; what its words mean is not.
func judgeReason(s *subject, j *judgement) {
	var before, late []*view
	for i, v := range s.views {
		if v.Role != Explain || !s.own(v) {
			continue
		}
		if s.first < 0 || i < s.first {
			before = append(before, v)
		} else {
			late = append(late, v)
		}
	}
	switch {
	case len(before) == 0 && len(late) > 0:
		j.find(Fail, late[0], drivers.Rect{}, "the app explains the permission only after it has handed over to Amazon")
		return
	case len(before) == 0 && s.c.Journey == Returning:
		j.lacks("the journey %s asks for nothing", s.c.Journey)
		return
	case len(before) == 0 && s.first < 0:
		j.lacks("neither an explanation nor a page of Amazon's was recorded")
		return
	case len(before) == 0:
		j.find(Fail, s.views[s.first], drivers.Rect{}, "no screen of the app explains the permission before it hands over to Amazon")
		return
	}
	if s.pack == nil {
		j.lacks("there is no phrase pack for the language of %s", s.c.Locale)
		return
	}
	own := spoken{s.pack, s.explained(before, func(t text) bool { return true })}
	said := append([]spoken{own}, s.otherwise(before)...)
	var found []string
	for _, element := range []struct {
		name string
		list func(*pack) phrases
	}{
		{"what it is for, setting up devices", func(p *pack) phrases { return p.Meaning.DeviceSetup }},
		{"Wi-Fi or Amazon", func(p *pack) phrases { return p.Meaning.WiFiOrAmazon }},
		{"the benefit for the customer", func(p *pack) phrases { return p.Meaning.Benefit }},
		{"how to undo it", func(p *pack) phrases { return p.Meaning.Undo }},
	} {
		if phrase, ok := says(said, element.list); ok {
			found = append(found, phrase)
			continue
		}
		if last := before[len(before)-1]; last.goesBelow() {
			j.lacks("what is seen of the explanation (%s) does not say %s; it goes on below the edge of %s, and that was not seen", files(before), element.name, last.File)
			continue
		}
		j.find(Review, before[0], drivers.Rect{}, "the explanation (%s) does not say %s, in any words that the phrase pack for %s knows", files(before), element.name, languageName(s.language))
	}
	j.pass("%s names device set-up, Wi-Fi or Amazon, the benefit, and how to undo it (%s)", files(before), strings.Join(found, ", "))
}

// spoken is what an explanation says in the language of a pack.
type spoken struct {
	pack  *pack
	prose string
}

func says(said []spoken, list func(*pack) phrases) (string, bool) {
	for _, sp := range said {
		if phrase, ok := list(sp.pack).find(sp.prose); ok {
			return phrase, true
		}
	}
	return "", false
}

// otherwise is what an explanation says in other languages than the phone's.
// That it does is LWA-LOCALE's to find; what it explains there, it explains.
func (s *subject) otherwise(views []*view) []spoken {
	var said []spoken
	for _, code := range s.a.languages {
		if code == s.language {
			continue
		}
		prose := s.explained(views, func(t text) bool {
			other, ok := s.a.foreign(s.withoutNames(t.says), s.language)
			return ok && other == code
		})
		if prose != "" {
			said = append(said, spoken{s.a.packs[code], prose})
		}
	}
	return said
}

// explained is the prose of an explanation, as far as it is wanted, without brands.
func (s *subject) explained(views []*view, wanted func(text) bool) string {
	var b strings.Builder
	for _, v := range views {
		b.WriteString(v.proseOf(wanted))
	}
	prose := b.String()
	for _, brand := range brands() {
		prose = strings.ReplaceAll(prose, brand, " ")
	}
	return prose
}
