package clock

import (
	"container/heap"
	"time"
)

// event is a function with its due time.
type event struct {
	at    time.Time
	seq   uint64
	fn    func(now time.Time)
	index int // its place in the heap; -1 when it has left
}

// queue holds what is scheduled, by due time and then by order of arrival. It
// is guarded by the clock's lock.
type queue struct {
	heap events
	seq  uint64
}

func (q *queue) add(e *event) {
	q.seq++
	e.seq = q.seq
	heap.Push(&q.heap, e)
}

// drop takes e out, if it is still there.
func (q *queue) drop(e *event) {
	if e.index >= 0 && e.index < len(q.heap) && q.heap[e.index] == e {
		heap.Remove(&q.heap, e.index)
	}
}

// due takes out the first event that is due at t, or returns nil.
func (q *queue) due(t time.Time) *event {
	if len(q.heap) == 0 || q.heap[0].at.After(t) {
		return nil
	}
	return heap.Pop(&q.heap).(*event)
}

// next is the due time of the first event.
func (q *queue) next() (time.Time, bool) {
	if len(q.heap) == 0 {
		return time.Time{}, false
	}
	return q.heap[0].at, true
}

// events implements heap.Interface.
type events []*event

func (h events) Len() int { return len(h) }

func (h events) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].seq < h[j].seq
	}
	return h[i].at.Before(h[j].at)
}

func (h events) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *events) Push(x any) {
	e := x.(*event)
	e.index = len(*h)
	*h = append(*h, e)
}

func (h *events) Pop() any {
	old := *h
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	e.index = -1
	return e
}
