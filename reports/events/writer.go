package events

import (
	"encoding/json"
	"io"
	"sync"
	"time"

	"ffscert/reports/render/safe"
)

// Writer writes events, each on a line of its own and in one piece. It can be
// used by several goroutines, and with nil, which writes nothing.
type Writer struct {
	mu  sync.Mutex
	out io.Writer
	now func() time.Time
	run string
	seq int
	err error
}

// NewWriter writes to out; now is real time.
func NewWriter(out io.Writer, now func() time.Time) *Writer { return &Writer{out: out, now: now} }

// SetRun gives the id of the run to the events that follow.
func (w *Writer) SetRun(id string) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.run = id
}

// Emit writes an event. What cannot be written is told by [Writer.Err]: a run
// does not end because nobody reads.
func (w *Writer) Emit(e Event) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seq++
	*e.head() = Head{Schema: Schema, Event: e.name(), Seq: w.seq, UTC: w.now().UTC(), Run: w.run}
	line, err := json.Marshal(e)
	if err == nil {
		_, err = w.out.Write(append(safe.JSON(line), '\n'))
	}
	if err != nil && w.err == nil {
		w.err = err
	}
}

// Err is the first error of writing.
func (w *Writer) Err() error {
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}
