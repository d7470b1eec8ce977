package suite

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"ffscert/features"
	"ffscert/features/certification"
	"ffscert/steps"
)

const manyLines = `@all
Feature: f
  Background:
    Given the device is switched off

  Scenario: a
    When I switch the device on
    And I note for the records
      """
      one

      two
      """

  # between
  @tag
  Scenario Outline: b <x>
    When I switch the device on
    @one
    Examples: first
      | x |
      | 1 |
      | 2 |
    Examples: second
      | x |
      | 3 |

  Rule: r
    Background:
      Given the device has no power
    Scenario: c
      When I switch the device on
    Scenario: d
      When the Alexa app shows these devices
        | a |
        | b |
`

func TestLinesSelectWhatTheyAreIn(t *testing.T) {
	all, problems := Parse("f.feature", []byte(manyLines))
	require.Empty(t, problems)
	plan := certification.Plan{ID: "p"}
	everything := "a, b 1, b 2, b 3, c, d"
	for line, want := range map[string]string{
		"1": everything, "2": everything, "3": everything, "4": everything,
		"6": "a", "7": "a", "8": "a", "11": "a", "13": "a",
		"16": "b 1, b 2, b 3", "17": "b 1, b 2, b 3", "18": "b 1, b 2, b 3",
		"19": "b 1, b 2", "20": "b 1, b 2", "21": "b 1, b 2", "22": "b 1", "23": "b 2", "24": "b 3", "26": "b 3",
		"28": "c, d", "29": "c, d", "30": "c, d", "31": "c", "32": "c", "33": "d", "36": "d",
		"6:22": "a, b 1", "22:23:31": "b 1, b 2, c",
		"5": "", "14": "", "15": "", "27": "", "37": "", "0": "", "999": "", "6:999": "",
	} {
		jobs, err := Select(plan, all, Selection{Files: []string{"./f.feature:" + line}}, nil)
		if want == "" {
			require.ErrorContains(t, err, "scenarios begin at: 6, 22, 23, 26, 31, 33", line)
			continue
		}
		require.NoError(t, err, line)
		var names []string
		for _, j := range jobs {
			names = append(names, j.Scenario.Name)
		}
		require.Equal(t, want, strings.Join(names, ", "), "line %s", line)
	}
	for _, odd := range []string{"f.feature:", "f.feature:x", "f.feature:-1", "f.feature:+7", "f.feature:99999999999999999999", "g.feature:1"} {
		_, err := Select(plan, all, Selection{Files: []string{odd}}, nil)
		require.ErrorContains(t, err, "there is no feature file", odd)
	}
}

// Every row is somebody of its own, and so are scenarios of the same name.
func TestEveryScenarioHasItsOwnTitle(t *testing.T) {
	all, problems := Parse("f.feature", []byte("Feature: f\n  Scenario: same\n    * x\n  Scenario: same\n    * x\n  Scenario Outline: same\n    * x\n    Examples:\n      | a |\n      | 1 |\n      | 1 |\n"))
	require.Empty(t, problems)
	titles := map[string]bool{}
	for _, s := range all {
		titles[s.Title()] = true
	}
	require.Len(t, titles, 4)
}

func TestMistakesDoNotHideOthers(t *testing.T) {
	text := `Feature: f
  Scenario: a
    Given the device is switched of
    nonsense
    When I switch teh device on
      | a | b |
      | c |
  Scenario Outlin: typo
  Scenario: b
    Then I wait 0 seconds because "x"
    And I note for the records
      """
      never closed
`
	all, problems := Parse("f.feature", []byte(text))
	require.ElementsMatch(t, []int{4, 7, 8, 14}, linesOf(problems))
	require.Contains(t, problems[0].Message, `"nonsense" cannot be read here`)
	require.Equal(t, []int{3, 5, 10}, linesOf(Check(all, steps.Vocabulary(), Known{})))

	// A file that cannot be parsed at all is still read line by line.
	all, problems = Parse("f.feature", []byte("# language: de\nSzenario: ohne Funktionalität\n  Angenommen I switch teh device on\n  * the device is switched off\n"))
	require.Equal(t, []int{2}, linesOf(problems))
	require.Contains(t, problems[0].Message, "does not begin with a feature")
	require.True(t, all[0].Broken)
	require.Equal(t, []int{3}, linesOf(Check(all, steps.Vocabulary(), Known{})))
	_, err := Select(certification.Plan{ID: "p"}, all, Selection{}, nil)
	require.ErrorContains(t, err, "nothing is selected", "it is not carried out")
}

func linesOf(problems []Problem) (lines []int) {
	for _, p := range problems {
		lines = append(lines, p.Line)
	}
	return lines
}

func TestWhatIsNoFeatureFile(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "there is no feature in this file",
		"Feature: f\n":                   "there is no scenario in this file",
		"Feature: f\nScenari: b\n * x\n": `"Scenari: b" is read as a description`,
		"Feature: \xff\n":                "not valid UTF-8",
		"\xff\xfeF\x00":                  "UTF-16",
		"Feature: a\x00\n":               "NUL",
		"Feature: " + strings.Repeat("x", 60_001):  "more than the 60000",
		"# language: xx\nFeature: f\n":             "language xx is not known",
		"Feature: f\n @a b\n Scenario: s\n  * x\n": "a tag holds a space",
	} {
		_, problems := Parse("f.feature", []byte(text))
		require.NotEmpty(t, problems, "%.30q", text)
		require.Contains(t, problems[0].Message, want, "%.30q", text)
		require.NotEmpty(t, problems[0].Hint)
		require.NotZero(t, problems[0].Line)
	}
}

// A file with the same path is replaced alone; one with the same name only
// where there is none with its path.
func TestReplacing(t *testing.T) {
	file := func(name string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte("Feature: f\n  Scenario: " + name + "\n    * x\n")}
	}
	base := fstest.MapFS{"a/x.feature": file("ax"), "b/x.feature": file("bx"), "b/y.feature": file("by")}
	for _, c := range []struct {
		mine fstest.MapFS
		want string
	}{
		{fstest.MapFS{"a/x.feature": file("mine")}, "mine, bx, by"},
		{fstest.MapFS{"x.feature": file("mine")}, "by, mine"},
		{fstest.MapFS{"q/y.FEATURE": file("mine")}, "ax, bx, by, mine"},
		{fstest.MapFS{"q/y.feature": file("1"), "r/y.feature": file("2")}, "ax, bx, 1, 2"},
	} {
		all, problems := Load(Source{FS: base}, Source{FS: c.mine, Prefix: "my"})
		require.Empty(t, problems)
		var names []string
		for _, s := range all {
			names = append(names, s.Name)
		}
		require.Equal(t, c.want, strings.Join(names, ", "))
	}
}

func TestBuiltInFilesHaveNamesOfTheirOwn(t *testing.T) {
	files, problems := Source{FS: features.Files}.files()
	require.Empty(t, problems)
	names := map[string]string{}
	for _, f := range files {
		base := f.path[strings.LastIndexByte(f.path, '/')+1:]
		require.Empty(t, names[base], "%s: a file of the user's with that name would replace both", f.path)
		names[base] = f.path
	}
}

func FuzzOneScenario(f *testing.F) {
	f.Add("the device", "a \\\"\\\"\\\" \"\"\" ``` \\`\\`\\`", "a|b\\n\n", "json")
	f.Fuzz(func(t *testing.T, text, doc, cell, media string) {
		src := "Feature: f\n  Scenario Outline: s\n    * " + oneLine(text) + "\n    * with\n      \"\"\"" + oneLine(media) + "\n" + doc + "\n      \"\"\"\n    * <c>\n      | <c> |\n    Examples:\n      | c |\n      | " + cellEscapes.Replace(cell) + " |\n"
		all, _ := Parse("f.feature", []byte(src))
		for _, s := range all {
			contents := oneScenario(s)
			if !readsBack(contents, s) && !strings.Contains(src, `\"\"\"`) {
				t.Fatalf("does not read back:\n%s\nfrom\n%s", contents, src)
			}
		}
	})
}
