package sheet

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Field is a column that has a meaning here.
type Field string

// The fields.
const (
	ID       Field = "id"
	Group    Field = "group"
	Title    Field = "title"
	Steps    Field = "steps"
	Expected Field = "expected"
	Actual   Field = "actual"
	// Result is a column for the bare verdict, beside [Actual].
	Result   Field = "result"
	Tester   Field = "tester"
	Date     Field = "date"
	Started  Field = "started"
	Finished Field = "finished"
	Notes    Field = "notes"
	// Attempts is never found by itself: a number may be what is asked for or
	// what was done, and only its user knows.
	Attempts Field = "attempts"
)

// Fields are all of them, in the order in which they take their columns.
func Fields() []Field {
	return []Field{ID, Group, Title, Steps, Expected, Actual, Result, Tester, Date, Started, Finished, Notes, Attempts}
}

// synonyms are the headings that are known, the surest first, as [normal]
// writes them. One heading may serve several fields: the fields choose in turn,
// each its surest.
func synonyms(f Field) []string {
	switch f {
	case ID:
		return []string{"testcaseid", "caseid", "tcid", "testid", "testcasenumber", "casenumber", "tcnumber", "testnumber", "testcaseidentifier",
			"testcaseref", "testcasereference", "id", "identifier", "testcase", "case", "tc", "test", "itemid", "itemnumber", "number", "reference", "ref", "key", "item"}
	case Group:
		return []string{"group", "testgroup", "groupname", "category", "testcategory", "section", "testsection", "area", "testarea", "suite", "testsuite",
			"module", "feature", "component", "testtype", "type"}
	case Title:
		return []string{"title", "testcasetitle", "testtitle", "casetitle", "testcasename", "testname", "casename", "name", "summary", "testcase", "case",
			"testitem", "testcasedescription", "testdescription", "casedescription", "description", "testobjective", "objective", "testscenario", "scenario", "purpose", "test"}
	case Steps:
		return []string{"step", "teststep", "testcasestep", "testprocedure", "procedure", "teststepprocedure", "stepprocedure", "howtotest", "testmethod", "instruction",
			"testinstruction", "action", "stepaction", "method", "testcasedescription", "testdescription", "description"}
	case Expected:
		return []string{"expectedresult", "expectedtestresult", "expected", "expectedoutcome", "expectedbehavior", "expectedbehaviour", "expectation", "passcriteria",
			"passcriterion", "passfailcriteria", "acceptancecriteria", "criteria", "criterion"}
	case Actual:
		return append([]string{"actualresult", "actualtestresult", "actual", "actualoutcome", "actualbehavior", "actualbehaviour", "observedresult", "observed"}, verdicts()...)
	case Result:
		return verdicts()
	case Tester:
		return []string{"tester", "testername", "testedby", "executedby", "performedby", "testengineer", "testoperator", "runby", "operator"}
	case Date:
		return []string{"testdate", "executiondate", "dateexecuted", "datetested", "executedon", "testedon", "datetime", "datetimeutc", "dateandtime", "testdatetime", "dateutc",
			"testdateutc", "date", "timestamp", "executiontime", "time", "timeutc"}
	case Started:
		return []string{"starttime", "starttimeutc", "teststarttime", "teststarttimeutc", "started", "startedutc", "startdate", "startdatetime", "startutc", "start"}
	case Finished:
		return []string{"endtime", "endtimeutc", "testendtime", "testendtimeutc", "finished", "finishedutc", "finishtime", "stoptime", "enddate", "enddatetime", "endutc", "completed", "end"}
	case Notes:
		return []string{"note", "testnote", "comment", "testcomment", "remark", "notecomment", "commentnote", "commentremark", "observation", "additionalnote", "additionalcomment"}
	}
	return nil
}

func verdicts() []string {
	return []string{"passfail", "testresult", "result", "resultpassfail", "passorfail", "passfailna", "passfailblocked", "verdict", "outcome", "pf", "teststatus", "executionstatus", "status"}
}

// weak ids are headings that many another table has, too: such a row is a
// header of cases only in the company of steps or results.
var weakIDs = []string{"id", "identifier", "testcase", "case", "tc", "test", "itemid", "itemnumber", "number", "reference", "ref", "key", "item"}

// ParseMap reads the arguments of --map, each COLUMN=HEADING. COLUMN is a field
// or one of its headings, such as "actual" or "Actual Result"; HEADING may be
// "column D", where several columns have the same one.
func ParseMap(args []string) (map[Field]string, error) {
	m := map[Field]string{}
	for _, a := range args {
		column, heading, ok := strings.Cut(a, "=")
		if heading = strings.TrimSpace(heading); !ok || heading == "" {
			return nil, fmt.Errorf("--map %s: a column and a heading are needed\n  hint: write it like --map actual=Ergebnis", a)
		}
		f, ok := fieldOf(column)
		if !ok {
			return nil, fmt.Errorf("--map %s: there is no column %q\n  hint: use %s", a, column, joinFields())
		}
		if before, twice := m[f]; twice && before != heading {
			return nil, fmt.Errorf("--map %s: %s is %q already\n  hint: give every column once", a, f, before)
		}
		m[f] = heading
	}
	return m, nil
}

func fieldOf(column string) (Field, bool) {
	key := normal(column)
	for _, f := range Fields() {
		if normal(string(f)) == key {
			return f, true
		}
	}
	for _, f := range Fields() {
		if key != "" && slices.Contains(synonyms(f), key) {
			return f, true
		}
	}
	return "", false
}

func joinFields() string {
	var names []string
	for _, f := range Fields() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// normal makes headings comparable: no case, blanks or punctuation, "#" and
// "no." are numbers, and plural is singular.
func normal(s string) string {
	var b strings.Builder
	for _, w := range words(s) {
		b.WriteString(w)
	}
	return b.String()
}

func words(s string) []string {
	s = strings.ReplaceAll(strings.ToLower(tidy(s)), "#", " number ")
	all := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	for i, w := range all {
		switch {
		case w == "no" || w == "nr" || w == "num" || w == "sno":
			all[i] = "number"
		case w == "and" && i > 0:
			all[i] = ""
		case w == "ids":
			all[i] = "id"
		case len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us"):
			all[i] = w[:len(w)-1]
		}
	}
	return all
}

// keysOf are the ways to read a heading: as it is, and without what stands in
// brackets or after a line break, such as "(Pass/Fail)".
func keysOf(heading string) []string {
	keys := []string{normal(heading)}
	var b strings.Builder
	depth := 0
	for _, r := range heading {
		switch r {
		case '(', '[', '（', '【':
			depth++
		case ')', ']', '）', '】':
			depth = max(depth-1, 0)
		default:
			if depth == 0 {
				b.WriteRune(r)
			}
		}
	}
	first, _, _ := strings.Cut(strings.TrimSpace(b.String()), "\n")
	for _, more := range []string{normal(b.String()), normal(first)} {
		if more != "" && !slices.Contains(keys, more) {
			keys = append(keys, more)
		}
	}
	return keys
}

// header is a row read as headings.
type header struct {
	row      int
	columns  map[Field]int
	headings map[int]string
	idKey    string
	byMap    bool // the id is one that --map names
	lettered int  // columns that --map gives by their letter
	// ambiguous are fields that two columns claim with the same right.
	ambiguous map[Field][2]int
}

// matchHeader reads a row as headings. longest bounds a heading: prose is none.
func matchHeader(g *grid, row int, mapping map[Field]string) header {
	const longest = 80
	h := header{row: row, columns: map[Field]int{}, headings: map[int]string{}, ambiguous: map[Field][2]int{}}
	keys := map[int][]string{}
	for col := 1; col <= g.width(row); col++ {
		if text := g.at(row, col); text != "" && len([]rune(text)) <= longest {
			h.headings[col] = text
			keys[col] = keysOf(text)
		}
	}
	if len(keys) < 2 && len(mapping) == 0 {
		return h
	}
	taken := map[int]bool{}
	cols := sortedKeys(keys)
	for _, f := range Fields() {
		if want, ok := mapping[f]; ok {
			for _, col := range cols {
				letter := strings.EqualFold(want, "column "+letterOf(col))
				if letter {
					h.lettered++
				}
				if !taken[col] && (letter || normal(h.headings[col]) == normal(want) && normal(want) != "" || oneLine(h.headings[col]) == oneLine(want)) {
					h.columns[f], taken[col] = col, true
					h.byMap = h.byMap || f == ID
					break
				}
			}
		}
	}
	for _, f := range Fields() {
		if _, done := h.columns[f]; done {
			continue
		}
		h.choose(f, cols, keys, taken)
	}
	return h
}

// choose gives a field the free column with its surest heading.
func (h *header) choose(f Field, cols []int, keys map[int][]string, taken map[int]bool) {
	for _, known := range synonyms(f) {
		var fit []int
		for _, col := range cols {
			if !taken[col] && slices.Contains(keys[col], known) {
				fit = append(fit, col)
			}
		}
		if len(fit) == 0 {
			continue
		}
		h.columns[f], taken[fit[0]] = fit[0], true
		if f == ID {
			h.idKey = known
		}
		if len(fit) > 1 {
			h.ambiguous[f] = [2]int{fit[0], fit[1]}
		}
		return
	}
}

func letterOf(col int) string { return strings.TrimRight(ref(1, col), "1") }

func (h header) has(fields ...Field) bool {
	return slices.ContainsFunc(fields, func(f Field) bool { return h.columns[f] > 0 })
}

// isHeader tells whether the row is the header of cases.
func (h header) isHeader() bool {
	if !h.has(ID) || h.score() <= h.lettered {
		return false // letters alone fit every row
	}
	company := h.has(Steps, Expected, Actual)
	switch {
	case company:
		return true
	case h.byMap, !slices.Contains(weakIDs, h.idKey):
		return h.has(Title, Group)
	}
	return h.idKey == "id" && h.has(Title) && h.has(Group)
}

// score is the number of fields that have a column.
func (h header) score() int { return len(h.columns) }
