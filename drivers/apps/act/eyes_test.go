package act

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
)

// screenPhone shows whatever it was told to, and counts the looks.
type screenPhone struct {
	drivers.Phone
	text  string
	looks int
}

func (p *screenPhone) Source(context.Context) (string, error) {
	p.looks++
	return `<hierarchy><android.widget.TextView package="p" class="android.widget.TextView" text="` + p.text + `" bounds="[0,0][10,10]" displayed="true"/></hierarchy>`, nil
}

// What one app's hand touches, another one's must not believe to be as it was,
// however fresh its own last look is.
func TestHandsOfOnePhoneSeeOneScreen(t *testing.T) {
	phone, eyes := &screenPhone{text: "before"}, &Eyes{}
	a := &Hand{Phone: phone, Clock: drivers.RealClock{}, Eyes: eyes}
	b := &Hand{Phone: phone, Clock: drivers.RealClock{}, Eyes: eyes}
	words := func(h *Hand) string {
		tree, err := h.Seen(t.Context())
		require.NoError(t, err)
		return Words(tree)
	}
	require.Equal(t, `"before"`, words(a))
	require.Equal(t, `"before"`, words(b))
	require.Equal(t, 1, phone.looks, "a fresh look serves both")
	phone.text = "after"
	b.Forget() // it has touched something
	require.Equal(t, `"after"`, words(a))
	require.Equal(t, 2, phone.looks)
	eyes.Close()
	words(b)
	require.Equal(t, 3, phone.looks)
}
