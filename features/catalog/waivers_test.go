package catalog

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ffscert/features/certification"
)

const goodWaiver = `waivers:
  - case: FFS-LWA-03
    reason: The skill cannot be linked twice.
    reference: e-mail of 2026-10-02
    owner: Ada
    expires: 2027-03-01
`

func TestWaivers(t *testing.T) {
	file, err := Waivers("w.yaml", []byte(goodWaiver))
	if err != nil {
		t.Fatal(err)
	}
	want := certification.Waiver{Case: "FFS-LWA-03", Reason: "The skill cannot be linked twice.", Reference: "e-mail of 2026-10-02", Owner: "Ada", Expires: "2027-03-01"}
	list := file.List
	if len(list) != 1 || list[0] != want {
		t.Fatalf("%+v", list)
	}
	if line, path := file.At(0, "expires"); line != 6 || path != "waivers[0].expires" {
		t.Errorf("%d, %s", line, path)
	}
}

func TestWaiversSayWhatIsWrongAndWhere(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{strings.Replace(goodWaiver, "2027-03-01", "soon", 1), `w.yaml:6: waivers[0].expires: "soon" is no date`},
		{strings.Replace(goodWaiver, "    owner: Ada\n", "", 1), "waivers[0].owner: is missing"},
		{strings.Replace(goodWaiver, "owner", "onwer", 1), "w.yaml:5: unknown field"},
		{goodWaiver + strings.TrimPrefix(goodWaiver, "waivers:\n"), `w.yaml:7: waivers[1].case: "FFS-LWA-03" has a waiver on line 2 already`},
		{"waivers: [", "w.yaml:1"},
		{strings.Replace(goodWaiver, "FFS-LWA-03", `"../x"`, 1), "is no id"},
	} {
		_, err := Waivers("w.yaml", []byte(tc.text))
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("got %v, want %s", err, tc.want)
		}
	}
}

func TestAWaiverHoldsThroughItsLastDay(t *testing.T) {
	w := certification.Waiver{Expires: "2027-03-01"}
	for at, expired := range map[string]bool{
		"2027-03-01T23:59:59Z":      false,
		"2027-03-02T00:00:00Z":      true,
		"2027-03-01T23:30:00-05:00": true,
		"2026-01-01T00:00:00Z":      false,
	} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if w.ExpiredAt(when) != expired {
			t.Errorf("at %s: expired is %v", at, !expired)
		}
	}
	if !(certification.Waiver{}).ExpiredAt(time.Time{}) {
		t.Error("a waiver without a date holds")
	}
}

func FuzzWaivers(f *testing.F) {
	f.Add([]byte(goodWaiver))
	f.Add([]byte("waivers:\n  - {case: [}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := Waivers("w.yaml", data)
		if (list != nil) && err != nil {
			t.Fatal("both waivers and an error")
		}
	})
}
