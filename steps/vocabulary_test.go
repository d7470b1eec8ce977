package steps

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers/screen"
)

func builtInFacts(t *testing.T) Facts {
	maps, err := screen.BuiltIn()
	require.NoError(t, err)
	f := Facts{Device: "First light"}
	for app, into := range map[string]**screen.Map{"alexa": &f.Alexa, "partner": &f.Partner, "amazon": &f.Amazon} {
		*into, err = screen.Choose(maps, app, "android", "")
		require.NoError(t, err)
	}
	return f
}

// Whoever copies an example gets a scenario that check accepts.
func TestEveryExampleIsItsOwnSentence(t *testing.T) {
	facts := builtInFacts(t)
	seen := map[string]bool{}
	for _, s := range Vocabulary() {
		require.False(t, seen[s.Text], "twice: %s", s.Text)
		seen[s.Text] = true
		require.NotEmpty(t, s.Description, s.Text)
		require.True(t, strings.HasSuffix(strings.TrimSpace(s.Description), "."), "%s: a description ends with a full stop", s.Text)
		first, below, _ := strings.Cut(s.Example, "\n")
		keyword, text, _ := strings.Cut(first, " ")
		require.Contains(t, []string{"Given", "When", "Then", "And", "But"}, keyword, s.Text)
		require.Equal(t, s.Below == BelowText, strings.Contains(below, `"""`), s.Text)
		require.Equal(t, s.Below == BelowTable, strings.Contains(below, "|"), s.Text)
		var matched []string
		for _, other := range Vocabulary() {
			if args, ok := other.Match(text); ok {
				matched = append(matched, other.Text)
				require.NoError(t, other.Judge(args, facts), s.Example)
				require.Len(t, args, len(other.Blanks))
			}
		}
		require.Equal(t, []string{s.Text}, matched, s.Example)
	}
}

func TestEveryBlankIsUsedAndItsExampleIsGood(t *testing.T) {
	used := map[string]bool{}
	for _, s := range Vocabulary() {
		for _, b := range s.Blanks {
			used[b.Name] = true
		}
	}
	for _, b := range Blanks() {
		require.True(t, used[b.Name], b.Name)
		value := b.Example
		if b.Quoted {
			require.Equal(t, `"`, value[:1], b.Name)
			value = unquote(value[1 : len(value)-1])
		}
		require.NoError(t, b.Check(value), b.Name)
	}
}

func match(t *testing.T, text string) (Sentence, []string) {
	for _, s := range Vocabulary() {
		if args, ok := s.Match(text); ok {
			return s, args
		}
	}
	t.Fatalf("no sentence: %s", text)
	return Sentence{}, nil
}

func TestQuotedTextIsAnything(t *testing.T) {
	for _, name := range []string{"First light", `O'Brien's "best" lamp`, `back\slash`, `ends with \`, "灯 ランプ 🙂", "مصباح", "a-b/c|d", strings.Repeat("n", 100), `\"`, "{name}", "<x>"} {
		_, args := match(t, "the Alexa app shows "+Quote(name))
		require.Equal(t, []string{name}, args)
	}
	_, args := match(t, `the Alexa app shows "C:\temp"`)
	require.Equal(t, []string{`C:\temp`}, args, "a backslash before anything else is itself")
}

func FuzzQuote(f *testing.F) {
	f.Add(`a"b\c`)
	var shows Sentence
	for _, s := range Vocabulary() {
		if s.Text == "the Alexa app shows {name}" {
			shows = s
		}
	}
	f.Fuzz(func(t *testing.T, name string) {
		if strings.ContainsAny(name, "\n") || strings.ToValidUTF8(name, "") != name {
			return
		}
		args, ok := shows.Match("the Alexa app shows " + Quote(name))
		if !ok || args[0] != name {
			t.Fatalf("%q became %q", name, args)
		}
	})
}

func TestValuesAreJudged(t *testing.T) {
	facts := builtInFacts(t)
	for text, want := range map[string]string{
		`I wait 1 seconds because "x"`:                                         "",
		`I wait 86400 seconds because "x"`:                                     "",
		`I wait 0 seconds because "x"`:                                         "cannot wait 0 seconds",
		`I wait 86401 seconds because "x"`:                                     "cannot wait 86401 seconds",
		`I wait 000000000000000000000000000 seconds because "x"`:               "cannot wait",
		`I wait 5 seconds because "  "`:                                        "nothing is filled in for {reason}",
		`the Alexa app shows "` + strings.Repeat("x", 1001) + `"`:              "more than 1000",
		"the Alexa app shows \"a\tb\"":                                         "control character",
		`the phone's language is "de"`:                                         "",
		`the phone's language is "zh-Hant-TW"`:                                 "",
		`the phone's language is "de_DE"`:                                      "",
		`the phone's language is "German"`:                                     "is no language",
		`the phone's language is "und"`:                                        "is no language",
		`I delete "First light" in the Alexa app`:                              "",
		`I delete "first light" in the Alexa app`:                              "may not be deleted",
		`I delete "Second plug" in the Alexa app`:                              "may not be deleted",
		`the Alexa app is on its "Devices" page`:                               "",
		`the Alexa app is on its "set up error" page`:                          "",
		`the Alexa app is on its "device settings" page`:                       `no screen "device settings"`,
		`the Alexa app is on its "devices.tile" page`:                          `no screen "devices.tile"`,
		`the Alexa app has "edit" on its "device" page`:                        "",
		`the Alexa app has "edit" on its "devices" page`:                       `no element "edit" on its screen "devices"`,
		`the Alexa app has "title" on its "device" page`:                       "there once for each name",
		`I tap "cancel" on the "delete confirm" page of the Alexa app`:         "",
		`I tap "confirm" on the "delete confirm" page of the Alexa app`:        "may not be tapped",
		`I tap "Delete" on the "settings" page of the Alexa app`:               "may not be tapped",
		`I tap "switch_on" on the "plug" page of the Alexa app`:                "a plug may not be switched",
		`I tap "remove" on the "device" page of the partner app`:               "may not be tapped",
		`I write "x" into "password" on the "sign in" page of the partner app`: "holds a secret",
	} {
		s, args := match(t, text)
		err := s.Judge(args, facts)
		if want == "" {
			require.NoError(t, err, text)
			continue
		}
		require.ErrorContains(t, err, want, text)
	}
	s, args := match(t, `the partner app is on its "anything" page`)
	require.NoError(t, s.Judge(args, Facts{}), "what is not known is not judged")
}

func TestNearest(t *testing.T) {
	f := NewFinder(Vocabulary())
	for text, want := range map[string]string{
		"the device is switched of":                            "the device is switched off",
		"The Device is switched off.":                          "the device is switched off",
		"I swithc the device on":                               "I switch the device on",
		"the Alexa app shows device by its name in 60 seconds": "the Alexa app shows the device by its exact name within {seconds} seconds",
		`I delete "x" in Alexa app`:                            "I delete {name} in the Alexa app",
		`I ask operator "is it on?"`:                           "I ask the operator {question}",
		`I tap "ok" in the partner app`:                        "I tap {element} on the {screen} page of the partner app",
		`I wait 5 seconds`:                                     "I wait {seconds} seconds because {reason}",

		// As people would say it who have not read the list.
		"the device is unplugged":                              "the device is switched off",
		"I plug the device in":                                 "I switch the device on",
		"I plug in the light":                                  "I switch the device on",
		"I turn on the device":                                 "I switch the device on",
		"I power off the device":                               "I switch the device off",
		"the provisioner is off":                               "the provisioner is switched off",
		"I restart the provisioner":                            "the provisioner has been restarted",
		"the device is factory reset":                          "the device is new to the Alexa app",
		"the device appears in the Alexa app within 5 minutes": "the Alexa app shows the device by its exact name within {seconds} seconds",
		"the device is not in the Alexa app":                   "the Alexa app no longer lists the device",
		"I am logged in to the partner app":                    "the partner app is signed in",
		"FFS is disabled":                                      "Frustration-Free Setup is switched off in the account",
		"the fallback setup starts":                            "the partner app starts its own set-up by itself within {seconds} seconds",
		"I deny the consent":                                   "I refuse it on Amazon's page",
		"I accept the consent":                                 "I allow it on Amazon's page",
		"I take a screenshot":                                  "I take a picture of the screen",
		`I see "First light" in the Alexa app`:                 "the Alexa app shows {name}",
		"I go back":                                            "I press the back key",
		"the Wi-Fi password saved at Amazon is wrong":          "only one network is saved at Amazon, with a wrong password",
		`I enter "x" into "user" on the "home" screen of the partner app`: "I write {text} into {element} on the {screen} page of the partner app",
	} {
		near := f.Nearest(text)
		require.NotEmpty(t, near, text)
		require.Equal(t, want, near[0], text)
		require.LessOrEqual(t, len(near), 3)
	}
	require.Empty(t, f.Nearest("völlig anders"))
	require.Empty(t, f.Nearest(""))
	require.Equal(t, `the Alexa app shows "x"`, f.Straight("the Alexa app shows „x“"))
	require.Empty(t, f.Straight("„x“"))
}

func TestSpeaks(t *testing.T) {
	for _, c := range []struct {
		has, want string
		yes       bool
	}{{"en_US", "en", true}, {"en_US", "en-US", true}, {"en_US", "en-GB", false}, {"de_DE", "en", false}, {"zh_Hans_CN", "zh", true}, {"zh-Hans-CN", "zh-Hant", false}, {"ja", "ja-JP", false}} {
		has, err := languageTag(c.has)
		require.NoError(t, err)
		want, err := languageTag(c.want)
		require.NoError(t, err)
		require.Equal(t, c.yes, speaks(has, want), "%+v", c)
	}
}
