package table

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/rivo/uniseg"

	"ffscert/features/certification"
	"ffscert/reports/render/safe"
)

// longest bounds a piece of text from outside, in runes.
const longest = 600

// clean makes text from outside harmless for a terminal and for its reader.
func clean(s string) string { return safe.Text(s, longest) }

// wrap breaks a line between words, or inside one that is longer than a line.
// No line is wider than width columns, unless a single character is. Blanks at
// the front stay; escape sequences take no room.
func wrap(s string, width int) []string {
	width = max(width, 1)
	body := strings.TrimLeft(s, " ")
	line := s[:len(s)-len(body)]
	used := len(line)
	fresh := true // nothing on the line yet but blanks
	var lines []string
	for i, word := range strings.Split(body, " ") {
		w := text.StringWidthWithoutEscSequences(word)
		if i > 0 && !fresh {
			if used+1+w <= width {
				line += " " + word
				used += 1 + w
				continue
			}
			lines = append(lines, line)
			line, used = "", 0
		}
		for word != "" && used+w > width {
			head := cut(word, width-used)
			lines = append(lines, line+head)
			line, used = "", 0
			word = word[len(head):]
			w = text.StringWidthWithoutEscSequences(word)
		}
		line += word
		used += w
		fresh = word == ""
	}
	if line == "" && len(lines) > 0 {
		return lines
	}
	return append(lines, line)
}

// cut returns the longest beginning of a word that fits into width columns, at
// least what a person takes for one character: an emoji or a letter is not torn
// from what is joined to it.
func cut(word string, width int) string {
	used, at := 0, 0
	for rest, state := word, -1; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		used += text.StringWidthWithoutEscSequences(cluster)
		if used > width && at > 0 {
			break
		}
		at += len(cluster)
	}
	return word[:at]
}

// words writes an identifier such as not_run as people do.
func words(id string) string { return clean(strings.ReplaceAll(id, "_", " ")) }

// style is an ANSI "select graphic rendition" parameter.
type style string

const (
	plain   style = ""
	inverse style = "7"
	green   style = "32"
	yellow  style = "33"
	red     style = "1;31"
	magenta style = "35"
)

func (p *page) paint(s style, t string) string {
	if !p.color || s == plain || t == "" {
		return t
	}
	return "\x1b[" + string(s) + "m" + t + "\x1b[0m"
}

func (p *page) verdict(v certification.Verdict) string {
	return p.paint(colorOf(v), words(string(v)))
}

func colorOf(v certification.Verdict) style {
	switch v {
	case certification.Passed:
		return green
	case certification.Warning, certification.Review:
		return yellow
	case certification.Failed:
		return red
	case certification.Blocked, certification.NotRun:
		return magenta
	}
	return plain
}
