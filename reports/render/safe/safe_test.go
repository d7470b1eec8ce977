package safe

import (
	"encoding/json"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"First light", "First light"},
		{"  a\r\n\tb\u2028c ", "a   b c"},
		{"a\x1b[2Jb", "a\ufffd[2Jb"},
		{"\u202eevil\u2066\u200b\xff", "\ufffdevil\ufffd\ufffd\ufffd"},
		{"👩\u200d🔧 灯", "👩\u200d🔧 灯"},
		{"0123456789abx", "0123456789ab…"},
	} {
		if got := Text(tc.in, 12); got != tc.want {
			t.Errorf("Text(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\x1b]0;t\x07\u202e\u0085\xff\u00ad\ue000", 20)
	f.Fuzz(func(t *testing.T, s string, longest int) {
		got := Text(s, longest)
		if n := utf8.RuneCountInString(got); n > max(longest, 0)+1 {
			t.Errorf("%d runes, %d allowed", n, longest)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) && r != zeroWidthJoiner {
				t.Errorf("%U is left in %q", r, got)
			}
		}
	})
}

func TestIsolate(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"First light", "First light"},
		{"", ""},
		{"مصباح", "\u2068مصباح\u2069"},
		{"the device \"مصباح 2\" was seen at 5", "the device \"\u2068مصباح\u2069 2\" was seen at 5"},
		{"אור ראשון and נורה", "\u2068אור ראשון\u2069 and \u2068נורה\u2069"},
		{"נורה  נורה\nנורה", "\u2068נורה\u2069  \u2068נורה\u2069\n\u2068נורה\u2069"},
		{"مَ", "\u2068مَ\u2069"},
	} {
		if got := Isolate(tc.in); got != tc.want {
			t.Errorf("Isolate(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

func TestJSONMeansTheSameAndIsHarmless(t *testing.T) {
	for _, text := range []string{"plain ü 日本 😀", "\x1b[31m\u009b2J", "a\u202eb\u2066c\u200f", "\U000e0041\u200b\ufeff\u2028", "\x00\x7f"} {
		b, err := json.Marshal(map[string]string{"a": text})
		if err != nil {
			t.Fatal(err)
		}
		got := JSON(b)
		var v map[string]string
		if err := json.Unmarshal(got, &v); err != nil || v["a"] != text {
			t.Errorf("%q became %q (%v)", text, v["a"], err)
		}
		for _, r := range string(got) {
			if !unicode.IsPrint(r) {
				t.Errorf("%q is left of %q", r, text)
			}
		}
	}
}

func TestLines(t *testing.T) {
	if got := Lines("a\n\tb\x1b[2J\u202e\u009b\u200e\xff 👩\u200d💻"); got != "a\n\tb\ufffd[2J\ufffd\ufffd\ufffd\ufffd 👩\u200d💻" {
		t.Errorf("%q", got)
	}
}
