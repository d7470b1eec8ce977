package matrix

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"ffscert/reports/journal"
	"ffscert/reports/render/safe"
)

// Write writes the matrix as JSON, indented, always the same bytes for the
// same matrix. Lists are never null; what a terminal would obey is escaped.
// Attempts are encoded one by one: a hundred thousand of them need not fit into
// memory once more.
func Write(w io.Writer, m Matrix) error {
	b := bufio.NewWriterSize(w, 1<<16)
	err := write(b, m)
	if err == nil {
		err = b.Flush()
	}
	if err != nil {
		return fmt.Errorf("write the matrix: %w", err)
	}
	return nil
}

// The place of an attempt list: the line of an empty one, at the depth of a
// field of a case. No other line looks like it, because no text has a line
// break in JSON.
const (
	listIndent = "      "
	listKey    = listIndent + `"attempt_list": [`
	emptyList  = listKey + "],\n"
)

// write encodes everything but the attempts, and puts these where they belong.
func write(w *bufio.Writer, m Matrix) error {
	var lists [][]Attempt
	m.Cases, m.Local = slices.Clone(m.Cases), slices.Clone(m.Local)
	for i := range m.Cases {
		lists = append(lists, m.Cases[i].AttemptList)
		m.Cases[i].AttemptList = []Attempt{}
	}
	for i := range m.Local {
		lists = append(lists, m.Local[i].AttemptList)
		m.Local[i].AttemptList = []Attempt{}
	}
	var frame bytes.Buffer
	if err := encode(&frame, "", m); err != nil {
		return err
	}
	for line := range bytes.Lines(safe.JSON(frame.Bytes())) {
		if string(line) != emptyList || len(lists[0]) == 0 {
			if string(line) == emptyList {
				lists = lists[1:]
			}
			w.Write(line)
			continue
		}
		w.WriteString(listKey)
		if err := writeList(w, lists[0]); err != nil {
			return err
		}
		w.WriteString("\n" + listIndent + "],\n")
		lists = lists[1:]
	}
	return nil // what went wrong in between, the writer keeps until it is flushed
}

func writeList(w *bufio.Writer, list []Attempt) error {
	const indent = listIndent + "  "
	var b bytes.Buffer
	for i := range list {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString("\n" + indent)
		b.Reset()
		if err := encode(&b, indent, &list[i]); err != nil {
			return err
		}
		w.Write(bytes.TrimSuffix(safe.JSON(b.Bytes()), []byte{'\n'}))
	}
	return nil
}

func encode(w io.Writer, prefix string, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent(prefix, "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// WriteFile writes the matrix to path so that a reader sees the old file or the
// new one, never a part. It is on the disk when WriteFile returns.
func WriteFile(path string, m Matrix) error {
	if err := journal.WriteTo(path, func(w io.Writer) error { return Write(w, m) }); err != nil {
		return fmt.Errorf("write the matrix: %w", err)
	}
	return nil
}
