package handset

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// BeginAttempt puts the phone into its initial state for that attempt: no app
// has run, the one of the package front has just been started, and all jitter
// begins anew. What an attempt meets then depends on the seed, the case and its
// number, and not on the attempts before it.
func (h *Handset) BeginAttempt(front, caseID string, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q %d", h.cfg.Seed, caseID, n))
	h.jitter = rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
	h.rotation, h.awake, h.online, h.clip = 0, true, true, ""
	h.running, h.recent, h.signedIn, h.dismissed = map[string]*instance{}, nil, map[string]*bool{}, map[overlay]string{}
	h.auth, h.crashed, h.touch, h.overview = nil, "", gesture{}, false
	h.start(h.home)
	if m := h.model(front); m != nil && m != h.home {
		h.start(m)
	}
}
