package consent

import (
	"testing"

	"pgregory.net/rapid"
)

func list(t testing.TB, all ...string) phrases {
	t.Helper()
	var p phrases
	if err := p.UnmarshalYAML(func(v any) error { *v.(*[]string) = all; return nil }); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPhrases(t *testing.T) {
	for _, x := range []struct {
		phrase, text string
		want         bool
	}{
		{"wi-fi", "Your Wi‑Fi is on", true}, {"net", "the network", false}, {"network", "Network!", true}, {"configur*", "wird konfiguriert", false},
		{"configur*", "Configuration manuelle", true}, {"change .. any time", "You can change this at any time.", true}, {"change .. any time", "Change it. At any time we help.", false},
		{"don't allow", "Don’t allow", true}, {"設定", "デバイスを設定する", true}, {"d'elle-même", "se fait d’elle‑même", true}, {"set* up", "It sets up lamps", true},
		{"set* up", "It resets up", false}, {"no", "not now", false}, {"red", "tu red Wi-Fi", true}, {"red", "reducir", false}, {"ok", "ＯＫ", true},
		{"a .. b", "a b", true}, {"a .. b", "a 0123456789012345678901234567890123456789012345678901234567890123456789 b", false},
	} {
		if got := list(t, x.phrase).in(normal(x.text)); got != x.want {
			t.Errorf("%q in %q: %t", x.phrase, x.text, got)
		}
	}
	for _, bad := range []string{"*", "a .. *", "a*b"} {
		var p phrases
		if err := p.UnmarshalYAML(func(v any) error { *v.(*[]string) = []string{bad}; return nil }); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestWholeLabels(t *testing.T) {
	p := list(t, "don't allow", "terms*")
	for text, want := range map[string]bool{"Don't allow": true, "Don't allow this": false, " DON’T ALLOW. ": true, "Termsof": true, "Terms of use": false} {
		if got := p.whole(label(text)); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

// TestTheNormalFormIsStable: putting it into the normal form twice changes nothing.
func TestTheNormalFormIsStable(t *testing.T) {
	for _, s := range []string{"Ὰ\u0345", "A\u200d\u0300"} {
		if n := normal(s); normal(n) != n {
			t.Errorf("%q, then %q", n, normal(n))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringN(0, 60, 200).Draw(t, "s")
		if n := normal(s); normal(n) != n {
			t.Fatalf("%q, then %q", n, normal(n))
		}
	})
}

// TestPacksDoNotContradictThemselves: no label allows and refuses, and no plain
// refusal is called unclear.
func TestPacksDoNotContradictThemselves(t *testing.T) {
	for code, p := range auditor(t).packs {
		for _, r := range p.Refuse {
			l := label(r.source)
			if p.Allow.whole(l) {
				t.Errorf("%s: %q allows and refuses", code, l)
			}
			if p.Unclear.DoubleNegative.in(l) || p.Unclear.Shaming.in(l) {
				t.Errorf("%s: %q is a plain refusal and unclear", code, l)
			}
			if p.SecondLayer.whole(l) {
				t.Errorf("%s: %q refuses and leads on", code, l)
			}
		}
		for _, a := range p.Allow {
			if p.SecondLayer.whole(label(a.source)) {
				t.Errorf("%s: %q allows and leads on", code, a.source)
			}
		}
	}
}

func TestForeignTexts(t *testing.T) {
	a := auditor(t)
	for _, x := range []struct {
		own, text, want string
	}{
		{"de", "Looking for your device", "en"}, {"en", "Gerät wird gesucht", "de"}, {"fr", "Configura tus dispositivos con tu red", "es"}, {"es", "Vos appareils sont dans la liste", "fr"},
		{"it", "Privacy Notice", "en"}, {"ja", "Privacy Notice", "en"}, {"ja", "Not now", "en"}, {"de", "設定する", "ja"}, {"en", "Настройка устройства", "another script"},
		{"de", "Philips Hue", ""}, {"fr", "Lumen Glow", ""}, {"ja", "Philips Hue", ""}, {"de", "Datenschutz", ""}, {"it", "Account", ""}, {"es", "Solicita acceso a", ""}, {"en", "Café lamps are ready to use", ""},
		{"de", "Sign in", "en"}, {"de", "Login", ""}, {"en", "Continue", ""}, {"ja", "OK", ""},
	} {
		got, ok := a.foreign(x.text, x.own)
		if !ok {
			got = ""
		}
		if got != x.want {
			t.Errorf("%q on a phone in %s: %q, not %q", x.text, x.own, got, x.want)
		}
	}
}

func TestAddressesAreMasked(t *testing.T) {
	for text, want := range map[string]string{"Signed in as jane.doe+x@example.co.uk.": "Signed in as " + Masked + ".", "mailto:ä@ö.de": "mailto:" + Masked, "a @ b": "a @ b"} {
		if got := Mask(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestDiffIsWordByWord(t *testing.T) {
	got := Diff([]string{"One two three.", "四つの灯り"}, []string{"One too three.", "五つの灯り"})
	want := Changes{{Same, "One"}, {Removed, "two"}, {Added, "too"}, {Same, "three. ¶"}, {Removed, "四"}, {Added, "五"}, {Same, "つ の 灯 り"}}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: %+v, not %+v", i, got[i], want[i])
		}
	}
	if Diff([]string{"a b"}, []string{"a b"}).Any() || !Diff([]string{"a b"}, []string{"a", "b"}).Any() {
		t.Error("line breaks")
	}
}
