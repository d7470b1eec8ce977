package sheet

import (
	"regexp"
	"slices"
	"strings"

	"ffscert/features/certification"
)

// wordsOf are the words in which a sheet may ask for a verdict, the surest
// first; the first one is written where the sheet does not say which it wants.
// A verdict that none of a sheet's own words clearly means is not written: what
// was blocked must never become a failure, nor what waits for review a pass.
func wordsOf(v certification.Verdict) []string {
	passed := []string{"Pass", "Passed", "OK", "P", "Success", "Successful", "Bestanden", "In Ordnung", "Réussi", "Aprobado", "Superato", "合格", "通过", "通過"}
	switch v {
	case certification.Passed:
		return passed
	case certification.Warning:
		return append([]string{"Pass with warnings", "Passed with warnings", "Pass with comments", "Passed with comments", "Pass with issues", "Passed with issues", "Pass with notes", "Conditional pass"}, passed...)
	case certification.Failed:
		return []string{"Fail", "Failed", "F", "Failure", "NG", "Not OK", "Nicht bestanden", "Échec", "Échoué", "Fallido", "Fallito", "不合格", "失败", "失敗"}
	case certification.Blocked:
		return []string{"Blocked", "Block", "B", "BLK", "Blockiert"}
	case certification.NotApplicable:
		return []string{"N/A", "NA", "Not applicable", "Not app.", "Nicht anwendbar", "Entfällt", "対象外", "不适用"}
	case certification.Review:
		return []string{"Needs review", "Review", "In review", "To review", "Pending", "Pending review", "Review pending"}
	case certification.Waived:
		return []string{"Waived", "Waiver", "Exception", "Exempt", "Exempted"}
	}
	return nil
}

// choose picks the entry of a sheet's own list that clearly means the verdict.
// wanted, if it is not empty, is the word that the user gave for it.
func choose(entries []string, v certification.Verdict, wanted string) (string, bool) {
	words := wordsOf(v)
	if wanted != "" {
		words = []string{wanted}
	}
	for _, w := range words {
		for _, e := range entries {
			if letters(e) == letters(w) && letters(w) != "" && (text(e) == e || e == wanted) {
				return e, true
			}
		}
	}
	return "", false
}

// letters are the letters and digits of a word, in one case.
func letters(s string) string { return strings.Join(plainWords(s), "") }

func plainWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(tidy(s)), func(r rune) bool {
		return r < 0x80 && !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	})
}

// leaders begin what a spreadsheet program takes for a formula when a cell is
// typed again, or read from CSV.
const leaders = "=+-@\t\r\n＝＋－＠"

// text is what is written for a text that may come from anywhere: on
// re-editing or in an export, too, it must not become a formula. The cell's
// type says "text" already; the apostrophe keeps it one when somebody confirms
// the cell anew, without touching the workbook's styles.
func text(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0xfffe || r == 0xffff {
			return '\ufffd'
		}
		return r
	}, s)
	if t := strings.TrimLeft(s, " \u00a0\u3000"); t != "" && strings.ContainsRune(leaders, []rune(t)[0]) {
		s = "'" + s
	}
	return shorten(s, maxCell)
}

var escaped = regexp.MustCompile(`_(x[0-9A-Fa-f]{4}_)`)

// stored writes text as the format stores it: _x0041_ would be read as "A".
func stored(s string) string { return escaped.ReplaceAllString(s, "_x005F_$1") }

// Verdicts are those that a sheet can be told.
func Verdicts() []certification.Verdict {
	return []certification.Verdict{certification.Passed, certification.Warning, certification.Failed, certification.Blocked, certification.Review,
		certification.NotApplicable, certification.Waived}
}

// KnownVerdict tells whether a result can be filled in for that verdict.
func KnownVerdict(v certification.Verdict) bool { return slices.Contains(Verdicts(), v) }
