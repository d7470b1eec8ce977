package drivers

import "context"

// Posture is what a [Phone] may tell and change of how it lies on the desk:
// whether its screen is on, how it is turned, whether its keyboard is up. It is
// optional; errors are those of [Phone].
type Posture interface {
	// Locked tells whether the screen is off or locked.
	Locked(ctx context.Context) (bool, error)
	// Unlock switches the screen on and takes a lock away that asks for
	// nothing, or for what the session's capabilities know. Whether that has
	// helped, [Posture.Locked] tells.
	Unlock(ctx context.Context) error
	Orientation(ctx context.Context) (Orientation, error)
	// Turn turns the screen, until the session ends.
	Turn(ctx context.Context, to Orientation) error
	KeyboardShown(ctx context.Context) (bool, error)
	// HideKeyboard puts the keyboard away; without one it does nothing.
	HideKeyboard(ctx context.Context) error
}

// Orientation is how the screen is turned.
type Orientation string

// The orientations, as WebDriver endpoints call them.
const (
	Portrait  Orientation = "PORTRAIT"
	Landscape Orientation = "LANDSCAPE"
)

// KeyWakeUp switches the screen on, and does nothing if it is on.
const KeyWakeUp KeyCode = 224
