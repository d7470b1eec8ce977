package steps

import (
	"context"
	"fmt"
	"time"

	"ffscert/drivers/apps/partner"
	"ffscert/features/certification"
	"ffscert/steps/checks/consent"
)

func partnerSentences() []Sentence {
	return []Sentence{
		sentence(ActorPartnerApp, "the partner app is signed in",
			"Makes sure that the maker's own app is signed in; otherwise it is signed in with accounts.partner of the configuration.",
			"Given the partner app is signed in",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.partnerSignedIn(ctx) }).with(false, partner.SignIn),

		sentence(ActorPartnerApp, "the device is new to the partner app",
			"Makes sure that the maker's own app does not list the device under test. One that an earlier attempt left behind is removed.",
			"Given the device is new to the partner app",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.newToPartner(ctx) }).with(false, partner.See, partner.Remove),

		sentence(ActorPartnerApp, "the partner app shows the device within {seconds} seconds",
			"Waits until the maker's own app lists the device under test by exactly its name, counted from now.",
			"Then the partner app shows the device within 60 seconds",
			func(ctx context.Context, a *Attempt, args []string) error {
				limit, err := seconds(args[0])
				if err != nil {
					return err
				}
				return a.partnerShows(ctx, limit)
			}).with(false, partner.See),

		sentence(ActorPartnerApp, "the partner app says that the device is online",
			"Opens the device's page in the maker's own app and makes sure that it calls the device online.",
			"And the partner app says that the device is online",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.partnerOnline(ctx) }).with(false, partner.See),

		sentence(ActorPartnerApp, "I remove the device in the partner app",
			"Removes the device under test, and nothing else, in the maker's own app. This resets the device.",
			"When I remove the device in the partner app",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.removeInPartnerApp(ctx) }).with(false, partner.See, partner.Remove),

		sentence(ActorPartnerApp, "the partner app no longer lists the device",
			"Makes sure that the refreshed list of the maker's own app does not have the device under test any more.",
			"Then the partner app no longer lists the device",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.goneFromPartner(ctx) }).with(false, partner.See),

		sentence(ActorPartnerApp, "the partner app starts its own set-up by itself within {seconds} seconds",
			"Waits until the maker's own set-up comes up in the maker's app without anybody asking for it, counted from the moment "+
				"the device got power.",
			"Then the partner app starts its own set-up by itself within 240 seconds",
			func(ctx context.Context, a *Attempt, args []string) error {
				limit, err := seconds(args[0])
				if err != nil {
					return err
				}
				return a.ownSetUpStarts(ctx, limit)
			}).with(false, partner.See, partner.FollowOwn),

		sentence(ActorPartnerApp, "I start the partner app's own set-up",
			"Adds a device in the maker's own app, as a customer does who sets it up without Amazon.",
			"When I start the partner app's own set-up",
			func(ctx context.Context, a *Attempt, _ []string) error { return a.startOwn(ctx) }).with(false, partner.StartOwn),

		sentence(ActorPartnerApp, "the partner app's own set-up completes within {seconds} seconds",
			"Follows the maker's own set-up to its end, counted from now; where it waits to be started, it is started.",
			"Then the partner app's own set-up completes within 300 seconds",
			func(ctx context.Context, a *Attempt, args []string) error {
				limit, err := seconds(args[0])
				if err != nil {
					return err
				}
				return a.ownSetUpCompletes(ctx, limit)
			}).with(false, partner.FollowOwn),
	}
}

// partner is the maker's own app, if the testbed has a map of it.
func (a *Attempt) partner() (*partner.App, error) {
	if a.Bed.Partner == nil {
		return nil, &certification.Trouble{Code: certification.DefConfiguration, Cause: certification.CauseDefinition,
			Message: "there is no screen map of the partner app", Hint: "give its path as screens.partner in the configuration"}
	}
	return a.Bed.Partner, nil
}

func (a *Attempt) partnerSignedIn(ctx context.Context) error {
	p, err := a.partner()
	if err != nil {
		return err
	}
	if _, err := p.OpenHome(ctx); err != nil { // signs in if it has to
		return err
	}
	return nil
}

func (a *Attempt) newToPartner(ctx context.Context) error {
	p, err := a.partner()
	if err != nil {
		return err
	}
	name := a.Bed.Names.Device
	listed, err := p.Lists(ctx, name)
	if err != nil || !listed {
		return err
	}
	// The app may still show what it fetched a while ago.
	if gone, err := p.GoneWithin(ctx, name, refreshedWithin); err != nil || gone {
		return err
	}
	if err := a.Bed.Names.MayDelete(name); err != nil {
		return err
	}
	a.Observe("the partner app lists \"" + name + "\" from before: it is removed, so that the device is new")
	if err := p.Remove(ctx, name); err != nil {
		return err
	}
	gone, err := p.GoneWithin(ctx, name, goneWithin)
	if err == nil && !gone {
		err = &certification.Trouble{Code: certification.RigLeftover, Cause: certification.CauseRig,
			Message: "the partner app still lists \"" + name + "\" from before, although it was removed",
			Hint:    "remove it by hand, reset the device, and run again"}
	}
	return err
}

func (a *Attempt) partnerShows(ctx context.Context, limit time.Duration) error {
	p, err := a.partner()
	if err != nil {
		return err
	}
	name, from := a.Bed.Names.Device, a.Bed.Clock.Now()
	listed, err := p.ListsWithin(ctx, name, limit)
	if err != nil {
		return err
	}
	if !listed {
		return &certification.Trouble{Code: certification.PartnerNotListed, Cause: certification.CausePartnerApp,
			Message: fmt.Sprintf("the partner app does not show \"%s\" within %.0f s", name, limit.Seconds()),
			Hint:    "see whether the maker's cloud learns of a device that Frustration-Free Setup has set up, and under which name"}
	}
	if a.responsive.IsZero() {
		a.phase("shown in the partner app", from, a.Bed.Clock.Now())
	} else {
		a.phase("responsive → in the partner app", a.responsive, a.Bed.Clock.Now())
	}
	return nil
}

// onlineWithin is how long a device that the partner app lists may take until
// the app calls it online.
const onlineWithin = 30 * time.Second

func (a *Attempt) partnerOnline(ctx context.Context) error {
	p, err := a.partner()
	if err != nil {
		return err
	}
	name := a.Bed.Names.Device
	state, err := p.OnlineWithin(ctx, name, onlineWithin)
	if err != nil || state == partner.Online {
		return err
	}
	// Where the Alexa app reaches the device, the maker's side is wrong; where
	// nobody does, the device is.
	cause := certification.CausePartnerApp
	if a.sighting == nil {
		cause = certification.CauseProduct
	}
	return &certification.Trouble{Code: certification.PartnerOffline, Cause: cause,
		Message: "the partner app says that \"" + name + "\" is " + string(state), Hint: "see whether the device keeps its Wi-Fi after set-up"}
}

// listedForRemoval is how long the partner app may take to list the device that
// is to be removed in it.
const listedForRemoval = 60 * time.Second

func (a *Attempt) removeInPartnerApp(ctx context.Context) error {
	if err := a.Bed.Names.MayDelete(a.Bed.Names.Device); err != nil {
		return err
	}
	if err := a.partnerShows(ctx, listedForRemoval); err != nil {
		return err
	}
	return a.Bed.Partner.Remove(ctx, a.Bed.Names.Device)
}

func (a *Attempt) goneFromPartner(ctx context.Context) error {
	p, err := a.partner()
	if err != nil {
		return err
	}
	gone, err := p.GoneWithin(ctx, a.Bed.Names.Device, goneWithin)
	if err == nil && !gone {
		err = &certification.Trouble{Code: certification.PartnerStillHas, Cause: certification.CausePartnerApp,
			Message: "the partner app still lists \"" + a.Bed.Names.Device + "\" after it was removed", Hint: "see whether the app shows an error when a device is removed"}
	}
	return err
}

// ownSetUpStarts waits for the maker's own set-up. The guide asks that it
// "starts up" when Frustration-Free Setup fails: whether it did fail is looked
// at before the device is blamed.
func (a *Attempt) ownSetUpStarts(ctx context.Context, limit time.Duration) error {
	if a.powered == nil {
		return outOfOrder("the partner app starts its own set-up by itself within …", "I switch the device on")
	}
	p, err := a.partner()
	if err != nil {
		return err
	}
	left := max(limit-a.Bed.Clock.Now().Sub(a.powered.hi), time.Second)
	stage, err := p.OwnSetUpWithin(ctx, left)
	if err != nil {
		return err
	}
	if stage != partner.NotShown {
		a.phase("powered → own set-up", a.powered.hi, a.Bed.Clock.Now())
		return nil
	}
	name := a.Bed.Names.Device
	if listed, err := a.Bed.Alexa.Lists(ctx, name); err != nil {
		return err
	} else if listed {
		return &certification.Trouble{Code: certification.RigProvisioner, Cause: certification.CauseRig,
			Message: "Frustration-Free Setup was not kept from setting \"" + name + "\" up, so that there was no reason for the maker's own set-up",
			Hint:    a.notKept()}
	}
	// A device that is in the maker's app already was set up without a page
	// that the map knows.
	if listed, err := p.Lists(ctx, name); err != nil {
		return err
	} else if listed {
		return &certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseDefinition,
			Message: "the partner app lists \"" + name + "\", but its own set-up was not seen", Hint: "see own_set_up in the app's screen map"}
	}
	return &certification.Trouble{Code: certification.ProductNoFallback, Cause: certification.CauseProduct,
		Message: fmt.Sprintf("Frustration-Free Setup failed, and the maker's own set-up did not start by itself within %.0f s", limit.Seconds()),
		Hint:    "see whether the device begins its own set-up (access point, Bluetooth) when Frustration-Free Setup fails, and whether the app notices; the app was in front and answered"}
}

// notKept is what to look for when Frustration-Free Setup happened although it
// should not have been possible.
func (a *Attempt) notKept() string {
	if s := a.Bed.Network.Arranged(); s != "" {
		return "see whether the testbed really got into the situation " + string(s) + ", although it says so"
	}
	return "see whether another provisioner is near"
}

func (a *Attempt) ownSetUpCompletes(ctx context.Context, limit time.Duration) error {
	p, err := a.partner()
	if err != nil {
		return err
	}
	from := a.Bed.Clock.Now()
	stage, err := p.FollowOwnSetUp(ctx, limit)
	if err != nil {
		return err
	}
	switch stage {
	case partner.Done:
		a.saw(ctx, consent.Other, "own_set_up_done")
		a.phase("own set-up", from, a.Bed.Clock.Now())
		return nil
	case partner.NotShown:
		return &certification.Trouble{Code: certification.AppUnknownScreen, Cause: certification.CauseDefinition,
			Message: "the partner app shows no set-up of its own", Hint: "begin it before, and see own_set_up in the app's screen map"}
	case partner.Failed:
		a.saw(ctx, consent.Fallback, "own_set_up_failed")
		return a.judgedToo(ctx, &certification.Trouble{Code: certification.ProductOwnSetUp, Cause: certification.CauseProduct,
			Message: "the maker's own set-up failed, the partner app says", Hint: "read the device's log of that time"}, certification.ProductOwnSetUp)
	}
	return &certification.Trouble{Code: certification.ProductOwnSetUp, Cause: certification.CauseProduct,
		Message: fmt.Sprintf("the maker's own set-up did not end within %.0f s; it is still %s", limit.Seconds(), stage), Hint: "read the device's log of that time"}
}
