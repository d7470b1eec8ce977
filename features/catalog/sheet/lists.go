package sheet

import (
	"strings"

	"github.com/xuri/excelize/v2"
)

// choices are the validations of a tab that ask for an entry of a list.
type choices struct {
	file  *excelize.File
	tab   string
	lists []*excelize.DataValidation
}

func loadChoices(f *excelize.File, tab string) (*choices, error) {
	all, err := f.GetDataValidations(tab)
	if err != nil {
		return nil, err
	}
	c := &choices{file: f, tab: tab}
	for _, v := range all {
		if v.Type == "list" {
			c.lists = append(c.lists, v)
		}
	}
	return c, nil
}

// of returns the entries that a cell may have. ok is false where it may have
// any; no entries mean that the list cannot be read.
func (c *choices) of(row, col int) (entries []string, ok bool) {
	for _, v := range c.lists {
		for _, part := range strings.Fields(v.Sqref) {
			if a, in := parseArea(part); in && a.holds(row, col) {
				return c.entries(v.Formula1), true
			}
		}
	}
	return nil, false
}

// mostEntries bounds a list.
const mostEntries = 500

func (c *choices) entries(formula string) []string {
	formula = strings.TrimPrefix(strings.TrimSpace(formula), "=")
	if strings.HasPrefix(formula, `"`) && strings.HasSuffix(formula, `"`) && len(formula) > 1 {
		return clean(strings.Split(strings.ReplaceAll(formula[1:len(formula)-1], `""`, `"`), ","))
	}
	return c.cells(formula, 0)
}

// cells are the texts of a range, or of a name that stands for one.
func (c *choices) cells(formula string, depth int) []string {
	if depth > 4 {
		return nil
	}
	tab, where := c.tab, formula
	if i := strings.LastIndexByte(formula, '!'); i >= 0 {
		tab, where = formula[:i], formula[i+1:]
		if strings.HasPrefix(tab, "'") && strings.HasSuffix(tab, "'") && len(tab) > 1 {
			tab = strings.ReplaceAll(tab[1:len(tab)-1], "''", "'")
		}
	}
	a, ok := parseArea(where)
	if !ok {
		for _, n := range c.file.GetDefinedName() {
			if strings.EqualFold(n.Name, formula) && (n.Scope == "" || n.Scope == "Workbook" || n.Scope == c.tab) {
				return c.cells(strings.TrimPrefix(n.RefersTo, "="), depth+1)
			}
		}
		return nil
	}
	var texts []string
	for row := a.top; row <= a.bottom && len(texts) < mostEntries && row < a.top+mostEntries; row++ {
		for col := a.left; col <= a.right && col < a.left+mostEntries; col++ {
			s, err := c.file.GetCellValue(tab, ref(row, col))
			if err != nil {
				return nil
			}
			texts = append(texts, s)
		}
	}
	return clean(texts)
}

func clean(texts []string) []string {
	var kept []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			kept = append(kept, t)
		}
	}
	return kept
}
