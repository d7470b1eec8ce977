package certification_test

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	c "ffscert/features/certification"
)

// failed > blocked > not_run > review > warning > waived > passed.
var order = []c.Verdict{c.Failed, c.Blocked, c.NotRun, c.Review, c.Warning, c.Waived, c.Passed}

func TestWorstFollowsTheOrderOfTheRules(t *testing.T) {
	for i, worse := range order {
		for _, better := range order[i+1:] {
			if got := c.Worst(better, worse, better); got != worse {
				t.Errorf("worst of %s and %s is %s", worse, better, got)
			}
		}
	}
	if got := c.Worst(); got != c.NotRun {
		t.Errorf("nothing was run, and that is %s", got)
	}
	if got := c.Worst(c.Passed, "greenish"); got != "greenish" {
		t.Errorf("an unknown verdict looks harmless: %s", got)
	}
}

func TestWorstNeverDependsOnTheOrderAndNeverImproves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom(order), 1, 20).Draw(t, "parts")
		worst := c.Worst(parts...)
		if got := c.Worst(rapid.Permutation(parts).Draw(t, "shuffled")...); got != worst {
			t.Fatalf("%s, and %s in another order", worst, got)
		}
		more := rapid.SampledFrom(order).Draw(t, "more")
		if got := c.Worst(append(parts, more)...); worst.Worse(got) {
			t.Fatalf("one more part made %s of %s", got, worst)
		}
	})
}

func TestOnlyProductAndPartnerAppMayFail(t *testing.T) {
	for cause, want := range map[c.Cause]c.Verdict{
		c.CauseProduct: c.Failed, c.CausePartnerApp: c.Failed, c.CauseAlexaApp: c.Blocked, c.CauseRig: c.Blocked,
		c.CauseNetwork: c.Blocked, c.CauseDefinition: c.Blocked, c.CauseTool: c.Blocked, "": c.Blocked, "weather": c.Blocked,
	} {
		if got := c.VerdictOf(cause); got != want {
			t.Errorf("%q gives %s", cause, got)
		}
	}
}

func TestTroubleIsFoundBelowOtherErrors(t *testing.T) {
	deep := &c.Trouble{Code: c.RigPlug, Cause: c.CauseRig, Message: "the plug is stuck", Err: errors.New("no answer")}
	wrapped := fmt.Errorf("testbed a: %w", deep)
	if got := c.TroubleOf(wrapped); got != deep {
		t.Errorf("%v", got)
	}
	if deep.Error() != "the plug is stuck: no answer" || !errors.Is(wrapped, &c.Trouble{Code: c.RigPlug}) || errors.Is(wrapped, &c.Trouble{Code: c.RigPhone}) {
		t.Errorf("%v", deep)
	}
	if got := c.TroubleOf(errors.New("surprise")); got.Cause != c.CauseTool {
		t.Errorf("an error that nobody foresaw is blamed on %s", got.Cause)
	}
	if c.TroubleOf(nil) != nil {
		t.Error("no error is no trouble")
	}
}
