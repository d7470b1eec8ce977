package uiautomator

// Key codes of android.view.KeyEvent.
const (
	keyBack      = 4
	keyUp        = 19
	keyDown      = 20
	keyLeft      = 21
	keyRight     = 22
	keyTab       = 61
	keyEnter     = 66
	keyBackspace = 67
	keyPageUp    = 92
	keyPageDown  = 93
	keyEscape    = 111
	keyDelete    = 112
	keyMoveHome  = 122
	keyMoveEnd   = 123
	keyInsert    = 124
	keyF1        = 131
)

// Meta state bits of android.view.KeyEvent.
const (
	metaShiftOn = 0x1
	metaAltOn   = 0x2
	metaCtrlOn  = 0x1000
	metaMetaOn  = 0x10000
)

// metaBit is the modifier that a W3C key value stands for; 0 if none.
// Source: W3C WebDriver, "Keyboard actions", the table of key values.
func metaBit(r rune) int {
	switch r {
	case '\uE008', '\uE050':
		return metaShiftOn
	case '\uE009', '\uE051':
		return metaCtrlOn
	case '\uE00A', '\uE052':
		return metaAltOn
	case '\uE03D', '\uE053':
		return metaMetaOn
	}
	return 0
}

// keyOf is the Android key of a W3C key value that is no printable character.
func keyOf(r rune) (int, bool) {
	switch r {
	case '\uE003', '\b':
		return keyBackspace, true
	case '\uE004', '\t':
		return keyTab, true
	case '\uE006', '\uE007', '\n', '\r':
		return keyEnter, true
	case '\uE00C':
		return keyEscape, true
	case '\uE00E', '\uE054':
		return keyPageUp, true
	case '\uE00F', '\uE055':
		return keyPageDown, true
	case '\uE010', '\uE056':
		return keyMoveEnd, true
	case '\uE011', '\uE057':
		return keyMoveHome, true
	case '\uE012', '\uE058':
		return keyLeft, true
	case '\uE013', '\uE059':
		return keyUp, true
	case '\uE014', '\uE05A':
		return keyRight, true
	case '\uE015', '\uE05B':
		return keyDown, true
	case '\uE016', '\uE05C':
		return keyInsert, true
	case '\uE017', '\uE05D':
		return keyDelete, true
	}
	if r >= '\uE031' && r <= '\uE03C' {
		return keyF1 + int(r-'\uE031'), true
	}
	return 0, r >= '\uE000' && r <= '\uF8FF'
}
