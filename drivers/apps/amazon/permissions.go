package amazon

import (
	"context"

	"ffscert/drivers"
	"ffscert/drivers/apps/act"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
)

// PermissionsPage is where a customer sees at Amazon which apps may do something
// by Login with Amazon, and takes it back. [O] It is that of amazon.com; other
// countries have their own.
const PermissionsPage = "https://www.amazon.com/ap/adam"

// Revoke takes back at Amazon what the customer has allowed the app of that
// name, as Amazon knows it. There is nothing to take back if was is false.
func (a *App) Revoke(ctx context.Context, name string) (was bool, err error) {
	links, ok := a.hand.Phone.(drivers.Links)
	if !ok {
		return false, &certification.Trouble{Code: certification.RigPhone, Cause: certification.CauseRig,
			Message: "this phone's driver cannot open an address", Hint: "use a driver that can, such as Appium's UiAutomator2"}
	}
	address := a.Permissions
	if address == "" {
		address = PermissionsPage
	}
	a.hand.Forget()
	if err := links.OpenLink(ctx, a.Map().Application(), address); err != nil {
		return false, err
	}
	seen, err := a.through(ctx, "permissions")
	if err != nil {
		return false, err
	}
	if was, err = a.hand.On(seen, "permissions.remove", name); err != nil || !was {
		return was, err
	}
	if err := a.tap(ctx, "permissions.remove", name); err != nil {
		return true, err
	}
	return true, a.hand.Until(ctx, "the permission to be gone", act.AppearWithin, func(t *screen.Tree) error {
		asks, err := a.on(t, "permissions.confirm")
		if err != nil {
			return err
		}
		if asks {
			if err := a.tap(ctx, "permissions.confirm"); err != nil {
				return err
			}
			return drivers.ErrNotYet
		}
		there, err := a.hand.On(t, "permissions.remove", name)
		if err == nil && there {
			return act.NotYet(a.trouble("took the permission of \""+name+"\" back at Amazon, and its page still lists it", "see the picture of what was there"))
		}
		return err
	})
}
