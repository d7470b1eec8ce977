package adb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The commands of the protocol, as they stand in a header: four ASCII letters,
// the first in the lowest byte (AOSP, packages/modules/adb, protocol.txt).
const (
	cmdCNXN uint32 = 0x4e584e43
	cmdOPEN uint32 = 0x4e45504f
	cmdOKAY uint32 = 0x59414b4f
	cmdWRTE uint32 = 0x45545257
	cmdCLSE uint32 = 0x45534c43
	cmdSYNC uint32 = 0x434e5953
	cmdAUTH uint32 = 0x48545541
	cmdSTLS uint32 = 0x534c5453
)

const (
	headerSize = 24
	// versionMin is the protocol in which every payload carries its sum.
	versionMin uint32 = 0x01000000
	// versionNoSum is the first protocol in which nobody looks at the sum.
	versionNoSum uint32 = 0x01000001
	// maxPayload is the largest payload that the phone takes and sends, in
	// bytes; it is what the phone announces. Both sides keep to the smaller of
	// what they announced: a larger message is malformed to either. adb
	// servers announce this much.
	maxPayload = 1 << 20
)

// errMalformed is wrapped by every error that says that the peer does not
// speak the protocol.
var errMalformed = errors.New("malformed adb message")

type message struct {
	command, arg0, arg1 uint32
	payload             []byte
}

func (m message) String() string {
	var name [4]byte
	binary.LittleEndian.PutUint32(name[:], m.command)
	return fmt.Sprintf("%q(%d, %d, %d bytes)", name[:], m.arg0, m.arg1, len(m.payload))
}

// readMessage reads one message. checkSum asks for the payload's sum to be
// right; limit bounds the payload. io.EOF means that the peer left between
// two messages.
func readMessage(r io.Reader, limit int, checkSum bool) (message, error) {
	var h [headerSize]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return message{}, fmt.Errorf("%w: cut in the header", errMalformed)
		}
		return message{}, err
	}
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(h[4*i:]) }
	m := message{command: word(0), arg0: word(1), arg1: word(2)}
	if word(5) != m.command^0xffffffff {
		return message{}, fmt.Errorf("%w: magic %#x does not belong to command %#x", errMalformed, word(5), m.command)
	}
	n := word(3)
	if n > uint32(limit) {
		return message{}, fmt.Errorf("%w: payload of %d bytes, at most %d are taken", errMalformed, n, limit)
	}
	if n == 0 {
		return m, nil
	}
	m.payload = make([]byte, n)
	if _, err := io.ReadFull(r, m.payload); err != nil {
		return message{}, fmt.Errorf("%w: cut in the payload", errMalformed)
	}
	if checkSum {
		if want := sum(m.payload); word(4) != want {
			return message{}, fmt.Errorf("%w: sum %#x, the payload's is %#x", errMalformed, word(4), want)
		}
	}
	return m, nil
}

// append adds the message's bytes to b.
func (m message) append(b []byte, withSum bool) []byte {
	var s uint32
	if withSum {
		s = sum(m.payload)
	}
	for _, w := range [...]uint32{m.command, m.arg0, m.arg1, uint32(len(m.payload)), s, m.command ^ 0xffffffff} {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return append(b, m.payload...)
}

func sum(b []byte) uint32 {
	var s uint32
	for _, c := range b {
		s += uint32(c)
	}
	return s
}
