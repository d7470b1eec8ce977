package secret_test

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/secret"
)

// Whatever repeats a secret, in whatever form, repeats it no more.
func TestEveryFormIsMasked(t *testing.T) {
	for _, word := range []string{"hunter22", `p"a&s's<w>o\r/d`, "pässwörd 日本😀", "a+b c%d=e?", "4711x"} {
		var m secret.Masker
		m.AddLogin("me", word)
		var escaped strings.Builder
		require.NoError(t, xml.EscapeText(&escaped, []byte(word)))
		quoted, err := json.Marshal(word)
		require.NoError(t, err)
		source, err := json.Marshal(`<a text="` + escaped.String() + `"/>`)
		require.NoError(t, err)
		for name, text := range map[string]string{
			"plain": "so " + word + " it is", "json": string(quoted), "xml": escaped.String(), "xml in json": string(source),
			"query": "https://x/?q=" + url.QueryEscape(word), "path": url.PathEscape(word), "lower hex": strings.ToLower(url.QueryEscape(word)),
			"userinfo": (&url.URL{Scheme: "http", User: url.UserPassword("me", word), Host: "h"}).String(),
			"basic":    "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("me:"+word)),
			"base64":   base64.StdEncoding.EncodeToString([]byte(word)), "base64url": base64.RawURLEncoding.EncodeToString([]byte("??" + word)),
			"base64 within": base64.StdEncoding.EncodeToString([]byte("x, " + word + ", y")),
		} {
			require.Contains(t, m.Text(text), secret.Mask, "%s of %q", name, word)
			require.Equal(t, m.Text(text), string(m.Bytes([]byte(text))))
			require.NotContains(t, m.Text(text), word, name)
			require.True(t, m.Holds(text), "%s of %q", name, word)
		}
		require.Equal(t, "harmless", m.Text("harmless"))
	}
}

func TestShortWordsAreLeftAlone(t *testing.T) {
	var m secret.Masker
	m.Add("", "abc")
	m.AddLogin("user", "")
	require.Equal(t, "abc user:", m.Text("abc user:"))
	require.False(t, m.Holds("abc"))
	var none *secret.Masker
	none.Add("hunter22")
	require.Equal(t, "hunter22", none.Text("hunter22"))
	require.Equal(t, "hunter22", string(none.Bytes([]byte("hunter22"))))
}

// A longer secret is masked before a shorter one that it holds.
func TestTheLongestFirst(t *testing.T) {
	var m secret.Masker
	m.Add("abcd", "abcdefgh")
	require.Equal(t, "***", m.Text("abcdefgh"))
}

// FuzzMasker: what is masked holds no secret, whatever surrounds it.
func FuzzMasker(f *testing.F) {
	f.Add("hunter22", "x", "y")
	f.Add("ab+/ü<", "\"", "\\")
	f.Add("****", "*", "**")
	f.Fuzz(func(t *testing.T, word, before, after string) {
		if len(word) < secret.Least || strings.Contains(secret.Mask+secret.Mask+secret.Mask, word) || len(word) > 200 {
			return
		}
		var m secret.Masker
		m.Add(word)
		got := m.Text(before + word + after)
		if strings.Count(got, word) > strings.Count(before, word)+strings.Count(after, word) {
			t.Fatalf("%q is left in %q", word, got)
		}
	})
}
