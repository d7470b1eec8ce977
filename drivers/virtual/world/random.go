package world

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"time"
)

// streams are the sources of chance of one attempt, one per concern.
type streams struct {
	seed    uint64
	caseID  string
	attempt int
	made    map[string]*rand.Rand
}

func newStreams(seed uint64, caseID string, attempt int) *streams {
	return &streams{seed: seed, caseID: caseID, attempt: attempt, made: map[string]*rand.Rand{}}
}

// stream is the source for one concern.
func (s *streams) stream(concern string) *rand.Rand {
	if r, ok := s.made[concern]; ok {
		return r
	}
	// Lengths before texts, so that no two inputs run together.
	b := binary.BigEndian.AppendUint64(nil, s.seed)
	b = binary.BigEndian.AppendUint64(b, uint64(len(s.caseID)))
	b = append(b, s.caseID...)
	b = binary.BigEndian.AppendUint64(b, uint64(s.attempt))
	b = append(b, concern...)
	sum := sha256.Sum256(b)
	r := rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
	s.made[concern] = r
	return r
}

// in draws a time from the range, both ends included.
func (s *streams) in(concern string, r Range) time.Duration {
	return r.Min + time.Duration(s.stream(concern).Int64N(int64(r.Max-r.Min)+1))
}
