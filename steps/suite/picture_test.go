package suite_test

import (
	"context"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/appium"
	"ffscert/drivers/apps/alexa"
	"ffscert/drivers/apps/partner"
	"ffscert/drivers/screen"
	"ffscert/drivers/testbed"
	"ffscert/drivers/virtual"
	"ffscert/drivers/virtual/handset"
	"ffscert/drivers/virtual/world"
	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/steps/suite"
)

// A picture is kept where a step asks for one, once by its content; it stands
// with the step.
func TestAPictureWhereAStepAsksForIt(t *testing.T) {
	l := newLab(t, 1, fastWorld(), handset.NoProfile())
	const sentence = "I take a picture of the screen"
	job := rateJob(1)
	job.Scenario.Steps = []suite.Step{{Text: sentence, Line: 3}, {Text: sentence, Line: 4}}
	j := newJournal(t, []suite.Job{job})
	require.NoError(t, (&suite.Run{Jobs: []suite.Job{job}, Beds: []*testbed.Testbed{l.bed}, Journal: j}).Do(t.Context()))
	rec, err := j.Record(t.Context())
	require.NoError(t, err)
	a := rec.Attempts[0]
	require.Equal(t, certification.Passed, a.Verdict, a.Message)
	require.Len(t, a.Steps, 2)
	require.Len(t, a.Steps[0].Evidence, 2)
	require.Equal(t, a.Steps[0].Evidence[0], a.Steps[1].Evidence[0], "the same page source is kept once")
	files := kept(t, j)
	for _, p := range append(a.Steps[0].Evidence, a.Steps[1].Evidence...) {
		require.Contains(t, files, filepath.Base(p))
	}
}

// kept are the files of evidence, with what is in them.
func kept(t *testing.T, j *journal.Journal) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(j.Dir(), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(filepath.Dir(path)) != "evidence" {
			return err
		}
		b, err := os.ReadFile(path)
		files[d.Name()] = string(b)
		return err
	}))
	return files
}

// What is typed into a password field is in no picture and no page source. A
// page that forbids pictures comes out black: its page source is kept, and the
// reason is said.
func TestPicturesOfPasswordPages(t *testing.T) {
	model, err := os.ReadFile("../../drivers/virtual/apps/models/partner-demo.yaml")
	require.NoError(t, err)
	secure := filepath.Join(t.TempDir(), "secure.yaml")
	require.NoError(t, os.WriteFile(secure, []byte(strings.Replace(string(model), "  sign_in:\n", "  sign_in:\n    secure: true\n", 1)), 0o600))
	for name, app := range map[string]string{"open": "", "secure": secure} {
		t.Run(name, func(t *testing.T) {
			w := fastWorld()
			w.Partner.SignedIn = false
			v, err := virtual.Open(virtual.Config{World: w, Latency: handset.NoProfile(), PartnerApp: app})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, v.Close()) })
			ln, err := virtual.Listen("127.0.0.1:0")
			require.NoError(t, err)
			m := builtInMap(t, "partner")
			phone := appium.New(appium.Options{App: m.Application(), Endpoint: v.ServeAppium(ln), UDID: v.Serial(), Clock: v.Clock})
			ctx := t.Context()
			t.Cleanup(func() { require.NoError(t, phone.Close(context.WithoutCancel(ctx))) })
			bed := &testbed.Testbed{Clock: v.Clock, Phone: phone, Alexa: alexa.New(phone, v.Clock, builtInMap(t, "alexa")), Partner: partner.New(phone, v.Clock, m)}
			field, err := phone.Find(ctx, drivers.Locator{Using: drivers.ByID, Value: "com.example.lumen:id/password"})
			require.NoError(t, err)
			require.NoError(t, phone.Type(ctx, field, "hunter22", true))
			l := lab{bed: &testbed.Testbed{Clock: v.Clock}}
			l.settle(t, time.Second)
			place, err := phone.Rect(ctx, field)
			require.NoError(t, err)

			j := newJournal(t, []suite.Job{rateJob(1)})
			shot := bed.NewCamera(j.SaveEvidence).Take(ctx, "x")
			files := kept(t, j)
			for _, p := range shot.Paths {
				content := files[filepath.Base(p)]
				if strings.HasSuffix(p, ".xml") {
					require.NotContains(t, content, "hunter22")
					require.NotContains(t, content, strings.Repeat("•", 8), "not even its length")
					require.Contains(t, content, "com.example.lumen:id/password")
					continue
				}
				img, err := png.Decode(strings.NewReader(content))
				require.NoError(t, err)
				grey := img.At(place.X, place.Y)
				for y := place.Y; y < place.Y+place.Height; y++ {
					for x := place.X; x < place.X+place.Width; x++ {
						if img.At(x, y) != grey {
							t.Fatalf("%d,%d of %+v is %v instead of %v\n%s", x, y, place, img.At(x, y), grey, files[filepath.Base(shot.Paths[0])])
						}
					}
				}
			}
			if app == "" {
				require.Len(t, shot.Paths, 2, shot.Lacks)
				require.Empty(t, shot.Lacks)
				return
			}
			require.Len(t, shot.Paths, 1, shot.Lacks)
			require.Len(t, shot.Lacks, 1)
			require.Contains(t, shot.Lacks[0], "black")
		})
	}
}

func builtInMap(t *testing.T, app string) *screen.Map {
	t.Helper()
	maps, err := screen.BuiltIn()
	require.NoError(t, err)
	m, err := screen.Choose(maps, app, "android", "")
	require.NoError(t, err)
	return m
}

// Dialogs that hide the page while the device is waited for do not bend the
// measurement: the world's own moment lies in every bracket.
func TestDialogsDoNotBendTheMeasurement(t *testing.T) {
	w := world.Defaults()
	w.Faults.PermissionDialog, w.Faults.RatingDialog, w.Faults.BatteryDialog, w.Faults.UpdatePrompt = 0.5, 0.5, 0.5, 0.5
	w.Device.SetUpTime = world.Range{Min: 5 * time.Second, Max: 60 * time.Second}
	l := newLab(t, 1, w, handset.PhoneProfile())
	attempts := l.run(t, 8)
	answered := len(l.events.of(t, world.EventDialogAnswered))
	t.Logf("%d dialogs, %d commands", answered, l.wire.count())
	require.GreaterOrEqual(t, answered, len(attempts), "too few dialogs to prove anything")
	// A tool that went round in circles over a dialog would send more.
	require.Less(t, l.wire.count(), 320*len(attempts))
	truth := l.events.of(t, world.EventDeviceSetUp)
	require.Len(t, truth, len(attempts))
	for i, a := range attempts {
		require.Equal(t, certification.Passed, a.Verdict, a.Message)
		requireBracket(t, a, truth[i])
	}
}
