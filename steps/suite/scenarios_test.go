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

const outline = `# language: de
@all
Funktionalität: Namen
  Grundlage:
    Angenommen the device is switched off

  Regel: Namen sind genau

    @case:3P2-DE-02
    Szenariogrundriss: <name> wird gefunden
      Wenn I switch the device on
      Dann ein Text
        """
        eine "Zeile" mit \"\"\" darin
          eingerückt <name>
        """
      Und eine Tabelle
        | a\|b | <name> |
        | c\nd | \\     |

      Beispiele:
        | name  |
        | Licht |
        | Lampe |
`

func TestParseExpandsOutlinesBackgroundsAndRules(t *testing.T) {
	got, problems := Parse("namen.feature", []byte(outline))
	require.Empty(t, problems)
	require.Len(t, got, 2)
	s := got[1]
	require.Equal(t, "Lampe wird gefunden", s.Name)
	require.Equal(t, 24, s.Line, "the row's line")
	require.Equal(t, 10, s.ScenarioLine)
	require.Equal(t, []string{"3P2-DE-02"}, s.Cases)
	require.Equal(t, []string{"@all", "@case:3P2-DE-02"}, s.Tags)
	require.Equal(t, "the device is switched off", s.Steps[0].Text)
	require.Equal(t, 5, s.Steps[0].Line)
	require.Equal(t, "eine \"Zeile\" mit \"\"\" darin\n  eingerückt Lampe", *s.Steps[2].Doc)
	require.Equal(t, [][]string{{"a|b", "Lampe"}, {"c\nd", `\`}}, s.Steps[3].Rows)
}

// What is written for one attempt must mean exactly what the user wrote.
func TestOneScenarioReadsBackAsItself(t *testing.T) {
	all, problems := Parse("namen.feature", []byte(outline))
	require.Empty(t, problems)
	for _, s := range all {
		text := oneScenario(s)
		again, problems := Parse("attempt.feature", text)
		require.Empty(t, problems, string(text))
		require.Len(t, again, 1)
		require.Equal(t, s.Name, again[0].Name)
		require.Len(t, again[0].Steps, len(s.Steps))
		for i := range s.Steps {
			require.Equal(t, s.Steps[i].Text, again[0].Steps[i].Text)
			require.Equal(t, s.Steps[i].Doc, again[0].Steps[i].Doc)
			require.Equal(t, s.Steps[i].Rows, again[0].Steps[i].Rows)
		}
	}
}

func TestParseNamesTheLineOfEveryMistake(t *testing.T) {
	_, problems := Parse("x.feature", []byte("Feature: a\n  Scenario: b\n    Given x\n  nonsense here\n    more nonsense\n"))
	require.NotEmpty(t, problems)
	require.Equal(t, "x.feature", problems[0].File)
	require.Equal(t, 4, problems[0].Line)
	for _, text := range []string{"", "# only a comment\n", "Feature: a\n\n  Scenario: nothing in it\n"} {
		found, problems := Parse("x.feature", []byte(text))
		require.Empty(t, found)
		if strings.Contains(text, "Scenario") || text == "" || text[0] == '#' {
			require.LessOrEqual(t, len(problems), 1)
		}
	}
}

func TestLaterSourcesReplaceFilesOfTheSameName(t *testing.T) {
	user := fstest.MapFS{
		"zero-touch.feature": {Data: []byte("Feature: mine\n  Scenario: mine\n    When I switch the device on\n")},
		"more.feature":       {Data: []byte("Feature: more\n  Scenario: more\n    When I switch the device on\n")},
	}
	all, problems := Load(Source{FS: features.Files}, Source{FS: user, Prefix: "my"})
	require.Empty(t, problems)
	var titles []string
	for _, s := range all {
		titles = append(titles, s.Title())
	}
	require.Contains(t, titles, "my/zero-touch.feature:2 mine")
	require.Contains(t, titles, "my/more.feature:2 more")
	for _, title := range titles {
		require.NotContains(t, title, "provisioning/zero-touch.feature")
	}
}

func TestBuiltInFeaturesAreSound(t *testing.T) {
	all, problems := Load(Source{FS: features.Files})
	require.Empty(t, problems)
	require.NotEmpty(t, all)
	require.Empty(t, Check(all, steps.Vocabulary(), Known{}))
}

func TestCheckFindsWhatIsWrong(t *testing.T) {
	text := `Feature: f
  Background:
    Given the device is switched of

  @case:NOBODY-1
  Scenario: a
    When I switch the device on
      | a | table |

  Scenario: b
    When I switch the device on
`
	all, problems := Parse("f.feature", []byte(text))
	require.Empty(t, problems)
	found := Check(all, steps.Vocabulary(), Known{Case: func(id string) (bool, []string) { return false, []string{"NOBODY-2"} }})
	var lines []string
	for _, p := range found {
		lines = append(lines, p.Error())
	}
	require.Len(t, found, 3, strings.Join(lines, "\n"))
	require.Equal(t, 3, found[0].Line)
	require.Contains(t, found[0].Error(), `did you mean "the device is switched off"`)
	require.Contains(t, found[1].Error(), "f.feature:7: the sentence")
	require.Equal(t, 5, found[2].Line, "the tag's line")
	require.Contains(t, found[2].Error(), "did you mean NOBODY-2?")
	require.True(t, found[2].Warning)
}

func TestParseFindsWhatWouldNeverBeCarriedOut(t *testing.T) {
	_, problems := Parse("f.feature", []byte(`Feature: f
  Just words about the device.
  Scenario: a
    Givn the device is switched off
    When I switch the device on
  Scenario Outline: b
    When I switch the device on
    Examples:
      | name |
`))
	require.Len(t, problems, 2)
	require.Equal(t, 4, problems[0].Line)
	require.Contains(t, problems[0].Error(), `instead of "Givn"`)
	require.Equal(t, 8, problems[1].Line, "the examples' line")
	require.Len(t, Errors(problems), 2)
}

func TestSelect(t *testing.T) {
	plan := certification.Plan{ID: "p", Cases: []certification.Case{
		{ID: "A", Criterion: certification.Criterion{Kind: certification.Rate, Target: .95, Attempts: 20}},
		{ID: "B", Criterion: certification.Criterion{Kind: certification.All, Attempts: 1}},
	}}
	text := `Feature: f
  @case:B @slow
  Scenario: b
    When I switch the device on
  @case:A
  Scenario: a
    When I switch the device on
  Scenario: local
    When I switch the device on
  @case:OTHER
  Scenario: another plan's
    When I switch the device on
`
	all, _ := Parse("f.feature", []byte(text))
	known := func(id string) bool { return id != "NOBODY" }
	names := func(sel Selection) (got []string) {
		jobs, err := Select(plan, all, sel, known)
		require.NoError(t, err)
		for _, j := range jobs {
			got = append(got, j.Scenario.Name)
		}
		return got
	}
	require.Equal(t, []string{"a", "b", "local"}, names(Selection{}), "in the plan's order, local ones last")
	require.Equal(t, []string{"a"}, names(Selection{Cases: []string{"A"}}))
	require.Equal(t, []string{"a", "local"}, names(Selection{Tags: "not @slow"}))
	require.Equal(t, []string{"another plan's"}, names(Selection{Files: []string{"f.feature:11"}}))
	jobs, err := Select(plan, all, Selection{Attempts: 3}, known)
	require.NoError(t, err)
	require.Equal(t, 3, jobs[0].Required)
	require.Equal(t, 1, jobs[1].Required, "an all-case keeps the plan's number")
	require.True(t, Partial(plan, all, jobs))
	jobs, err = Select(plan, all, Selection{}, known)
	require.NoError(t, err)
	require.False(t, Partial(plan, all, jobs))
	for _, wrong := range []Selection{{Cases: []string{"C"}}, {Tags: "@nothing"}, {Tags: "and"}, {Files: []string{"g.feature"}}, {Files: []string{"f.feature:3"}}, {Attempts: -1}} {
		if wrong.Files != nil && wrong.Files[0] == "f.feature:3" {
			continue // line 3 is where the scenario begins
		}
		_, err := Select(plan, all, wrong, known)
		require.Error(t, err, "%+v", wrong)
	}
	_, err = Select(plan, all, Selection{Files: []string{"f.feature:99"}}, known)
	require.ErrorContains(t, err, "scenarios begin at: 3, 6, 8, 11")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(outline))
	f.Add([]byte("Feature: a\n Scenario: b\n  * c\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, _ := Parse("f.feature", data)
		for _, s := range all {
			again, problems := Parse("g.feature", oneScenario(s))
			if len(problems) > 0 || len(again) != 1 || len(again[0].Steps) != len(s.Steps) {
				t.Fatalf("does not read back: %q: %v", oneScenario(s), problems)
			}
		}
	})
}
