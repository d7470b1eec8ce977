package steps

import "regexp"

// synonym is what people say for a word of the vocabulary.
type synonym struct {
	said  *regexp.Regexp
	means string
}

// synonyms are applied one after the other, to what was written and to the
// sentences alike. They serve the proposals for a sentence that nobody
// understands, and nothing else: a sentence still has one wording.
var synonyms = []synonym{
	say(`ffs`, "frustration-free set-up"),
	say(`set ?up|setup`, "set-up"),
	say(`(?:dut|provisionee|light|lamp)`, "device"),
	say(`(?:un-?plug(?:ged|s)?|power(?:ed|s)?[ -](?:down|off)|cut(?:s)? (?:the )?power)`, "switch off"),
	say(`power[ -]?cycl(?:e|ed|es)|re-?boot(?:ed|s)?|re-?starts?`, "restarted"),
	{regexp.MustCompile(`\bplug(?:ged|s)?\b(?: in\b(.*)|(.*)\bin\b)`), "switch on$1$2"},
	say(`(?:switche[ds]|turn(?:ed|s)?|power(?:ed|s)?|toggles?)`, "switch"),
	say(`(?:disabled?|deactivated?)`, "switch off"),
	say(`(?:enabled?|activated?)`, "switch on"),
	say(`is (on|off)`, "is switch $1"),
	say(`fall-?back(?: flow)?`, "own set-up by itself"),
	say(`(?:den(?:y|ies)|declines?|rejects?|refuses?|refused)`, "refuse"),
	say(`(?:accepts?|grants?|approves?|agrees? to|allows?)`, "allow"),
	say(`(?:the )?(?:consent|permission)(?: (?:screen|page|dialog))?`, "amazon's page"),
	say(`(?:log(?:ged|s)? ?in(?: to)?|sign(?:s)? in(?: to)?)`, "signed in"),
	say(`(?:factory[ -])?reset`, "new"),
	say(`(?:is gone|disappear(?:s|ed)?(?: from)?|is no longer in|is not (?:in|listed))`, "no longer lists"),
	say(`(?:appears?|sees?|displays?|displayed|is shown|is listed|is visible|found)`, "shows"),
	say(`(?:clicks?|press(?:es)? on|touch(?:es)?|selects?)`, "tap"),
	say(`(?:types?|enters?|inputs?)`, "write"),
	say(`(?:screenshot|photo|image)`, "picture of the screen"),
	say(`(?:screen|view)`, "page"),
	say(`(?:wi-?fi|ssid|router)`, "network"),
	say(`(?:minutes?|secs?|s)`, "seconds"),
	say(`goe?s? back`, "press the back key"),
}

func say(words, means string) synonym {
	return synonym{regexp.MustCompile(`(?:^|\b)(?:` + words + `)\b`), means}
}

// plain says a text, in small letters, in the words of the vocabulary.
func plain(text string) string {
	for _, s := range synonyms {
		text = s.said.ReplaceAllString(text, s.means)
	}
	return text
}

// small are words that are in every other sentence.
var small = map[string]bool{
	"the": true, "a": true, "an": true, "i": true, "is": true, "it": true, "that": true, "in": true, "to": true,
	"of": true, "and": true, "by": true, "its": true, "has": true, "been": true, "have": true, "with": true, "within": true, "exact": true,
}
