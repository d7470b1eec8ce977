package drivers_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
)

// slow answers after a while, unless the question is taken back.
type slow time.Duration

func (s slow) Ask(ctx context.Context, _ drivers.Question) (drivers.Answer, error) {
	select {
	case <-time.After(time.Duration(s)):
		return drivers.Answer{Yes: true}, nil
	case <-ctx.Done():
		return drivers.Answer{}, ctx.Err()
	}
}

// While a person is waited for, the sessions are kept alive; a session that ends
// takes the question back.
func TestAskAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		a, err := drivers.AskAlive(t.Context(), slow(100*time.Second), drivers.Question{}, func(context.Context) error { calls++; return nil })
		require.NoError(t, err)
		require.True(t, a.Yes)
		require.Equal(t, 3, calls)

		gone, begun := errors.New("the session has ended"), time.Now()
		_, err = drivers.AskAlive(t.Context(), slow(time.Hour), drivers.Question{}, func(context.Context) error { return gone })
		require.ErrorIs(t, err, gone)
		require.Equal(t, 30*time.Second, time.Since(begun))

		a, err = drivers.AskAlive(t.Context(), slow(time.Hour), drivers.Question{}, nil)
		require.NoError(t, err)
		require.True(t, a.Yes)
	})
}
