package steps

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"ffscert/features/certification"
	"ffscert/steps/checks/consent"
)

// Blank is something that is filled in to a sentence.
type Blank struct {
	Name        string `json:"name"` // with its braces
	Description string `json:"description"`
	Example     string `json:"example"` // as it is written in a scenario
	// Quoted tells whether it stands between double quotation marks; in it, \"
	// is a quotation mark and \\ a backslash.
	Quoted bool `json:"quoted"`

	expr  string
	check func(string) error
}

// Check finds what is wrong with what was filled in.
func (b Blank) Check(value string) error {
	if b.Quoted {
		if err := readable(b.Name, value); err != nil {
			return err
		}
	}
	if b.check == nil {
		return nil
	}
	return b.check(value)
}

// Blanks are all that can be filled in.
func Blanks() []Blank { return append([]Blank(nil), blanks...) }

// quoted is anything between double quotation marks.
const quoted = `"((?:[^"\\]|\\.)*)"`

// longestText bounds what is filled in between quotation marks, in characters.
const longestText = 1000

var blanks = []Blank{
	{Name: "{seconds}", Description: "a whole number from 1 to 86400", Example: "300", expr: `(\d+)`,
		check: func(v string) error { _, err := seconds(v); return err }},
	{Name: "{name}", Description: "the name of a device, exactly as the app shows it", Example: `"First light"`, Quoted: true, expr: quoted},
	{Name: "{text}", Description: "words on the screen, exactly as they stand there", Example: `"Set-up is complete"`, Quoted: true, expr: quoted},
	{Name: "{screen}", Description: "a page of the app, by its name in the app's screen map; spaces may stand for underscores", Example: `"devices"`, Quoted: true, expr: quoted},
	{Name: "{element}", Description: "an element of that page, by its name in the app's screen map; spaces may stand for underscores", Example: `"add device"`, Quoted: true, expr: quoted},
	{Name: "{language}", Description: "a language, with or without its region, as a language tag", Example: `"de-DE"`, Quoted: true, expr: quoted,
		check: func(v string) error { _, err := languageTag(v); return err }},
	{Name: "{journey}", Description: "a way through the consent, by its name in the consent audit", Example: `"refuse"`, Quoted: true, expr: quoted,
		check: func(v string) error { _, err := journey(v); return err }},
	{Name: "{title}", Description: "what something is called in the records", Example: `"before the consent"`, Quoted: true, expr: quoted},
	{Name: "{question}", Description: "a question that can be answered with yes or no", Example: `"Is the light on?"`, Quoted: true, expr: quoted},
	{Name: "{reason}", Description: "why, for the records", Example: `"the device checks for an update first"`, Quoted: true, expr: quoted},
}

// unquote takes the escapes out of a quoted text. A backslash before anything
// but a quotation mark or a backslash is itself.
func unquote(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\') {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Quote writes text as it stands between quotation marks in a sentence.
func Quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// wrongValue is the trouble with what was filled in to a sentence.
func wrongValue(message, hint string) error {
	return &certification.Trouble{Code: certification.DefValue, Cause: certification.CauseDefinition, Message: message, Hint: hint}
}

func readable(blank, value string) error {
	switch {
	case strings.TrimSpace(value) == "":
		return wrongValue("nothing is filled in for "+blank, "write it between the quotation marks")
	case utf8.RuneCountInString(value) > longestText:
		return wrongValue(fmt.Sprintf("%s has %d characters, more than %d", blank, utf8.RuneCountInString(value), longestText), "make it shorter")
	case strings.ContainsFunc(value, unicode.IsControl):
		return wrongValue(blank+" holds a line break or another control character", "write it without")
	}
	return nil
}

// seconds reads a number of seconds that a sentence was filled in with.
func seconds(arg string) (time.Duration, error) {
	s, err := strconv.Atoi(arg)
	if err != nil || s < 1 || s > 86400 {
		return 0, wrongValue("cannot wait "+clip(arg, 30)+" seconds", "use a number from 1 to 86400")
	}
	return time.Duration(s) * time.Second, nil
}

// languageTag reads a language such as "de-DE", "de_DE" or "ja".
func languageTag(v string) (language.Tag, error) {
	tag, err := language.Parse(strings.TrimSpace(v))
	if err != nil || tag == language.Und {
		return tag, wrongValue("\""+clip(v, 30)+"\" is no language", "use a language tag such as \"en-US\", \"de-DE\" or \"ja\"")
	}
	return tag, nil
}

// journey reads the name of a way through the consent.
func journey(v string) (consent.Journey, error) {
	var names []string
	for _, j := range consent.Journeys() {
		if mapName(v) == string(j) {
			return j, nil
		}
		names = append(names, string(j))
	}
	return "", wrongValue("there is no journey \""+clip(v, 30)+"\"", "the journeys are "+strings.Join(names, ", "))
}

func clip(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most-1]) + "…"
}
