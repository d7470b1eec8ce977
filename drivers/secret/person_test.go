package secret_test

import (
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"ffscert/drivers/secret"
)

func TestWhoTheCustomerIsIsTakenOut(t *testing.T) {
	p := secret.NewPerson("Zoë O'Brien", "zoe.o+test@example.com", "山田 太郎", "", "X")
	for _, s := range []string{
		"Hello, Zoë O'Brien!", "ZOË O'BRIEN", "zoë  o'brien", "O'Brien, Zoë", "Zoë\u00a0O’Brien", "Zo&euml; O&#39;Brien", "ZO&Euml; O&#x27;BRIEN", "Zo&#235;&nbsp;O&apos;Brien",
		norm.NFD.String("Zoë O'Brien"), `Zo\u00eb O'Brien`, url.QueryEscape("Zoë O'Brien"), url.PathEscape("Zoë O'Brien"), html.EscapeString("Zoë O'Brien"),
		"ZOE.O+TEST@EXAMPLE.COM", "zoe.o%2Btest%40example.com", "zoe.o&#43;test&commat;example&period;com", "zoe.o&#x2b;test&#64;example.com",
		"山田太郎", "山田　太郎さん", "太郎 山田",
	} {
		require.True(t, p.Holds(s), s)
		got := p.Text("<" + s + ">")
		require.Contains(t, got, "•••", s)
		require.False(t, p.Holds(got), got)
		require.NotContains(t, strings.ToLower(got), "brien", s)
	}
	for _, s := range []string{"Zoë", "Brien", "example.com", "zoe.otest@example.com", "Amazon will ask you", "", "X marks the spot", "山田"} {
		require.False(t, p.Holds(s), s)
		require.Equal(t, s, p.Text(s))
	}
}

func TestNobodyIsTakenOut(t *testing.T) {
	for _, p := range []*secret.Person{nil, secret.NewPerson(), secret.NewPerson("", " ", "Al")} {
		require.False(t, p.Holds("Al"))
		require.Equal(t, "Al (.*)", p.Text("Al (.*)"))
	}
	// What means something in an expression is a letter like any other.
	p := secret.NewPerson(`A.* (x)|\E[`)
	require.True(t, p.Holds(`a.*   (x)|\e[`))
	require.False(t, p.Holds("Abc (x)"))
}

func FuzzPerson(f *testing.F) {
	f.Add("Ada Lovelace", "Hello, ada  LOVELACE")
	f.Add("ß@ſ.k", "SS@s.K")
	f.Fuzz(func(t *testing.T, name, text string) {
		if len(name) > 200 {
			return
		}
		p := secret.NewPerson(name)
		if got := p.Text(text); p.Holds(text) == (got == text) && !strings.Contains(text, "•") {
			t.Fatalf("%q holds %t: %q", text, p.Holds(text), got)
		}
	})
}

// The quick look lets nothing slip that the close one finds.
func FuzzPersonQuickly(f *testing.F) {
	f.Add("Zoë Skak", "&Euml; ZOË  SKAK")
	f.Fuzz(func(t *testing.T, name, around string) {
		if len(name) > 100 {
			return
		}
		p := secret.NewPerson(name)
		if p == nil {
			return
		}
		if text := around + " " + name + " " + around; norm.NFC.IsNormalString(name) && !p.Holds(text) {
			t.Fatalf("%q slips in %q", name, text)
		}
	})
}
