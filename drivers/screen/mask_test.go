package screen_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"ffscert/drivers"
	"ffscert/drivers/screen"
)

const signIn = `<?xml version='1.0' encoding='UTF-8' ?>
<hierarchy width="100" height="200" rotation="0">
  <a.Frame class="a.Frame" package="p" text="Sign &amp; in" bounds="[0,0][100,200]" >
    <a.EditText class='a.EditText' package="p" text='s&lt;cret' tooltip="s3cret" content-desc="" password="true" bounds="[10,20][90,40]">
      <a.View text="7" bounds="[10,20][20,40]"/>
    </a.EditText><a.EditText text="tom@example.com" bounds="[10,50][90,70]"/>
    <!-- s -->
  </a.Frame>
</hierarchy>
`

func TestMask(t *testing.T) {
	masked, areas, err := screen.Mask(signIn, func(n *screen.Node) bool { return n.Password })
	require.NoError(t, err)
	want := strings.NewReplacer(" ?>", "?>", "s&lt;cret", screen.Masked, "s3cret", screen.Masked, `text="7"`, `text="`+screen.Masked+`"`).Replace(strings.ReplaceAll(signIn, "\" >", "\">"))
	require.Equal(t, want, masked, "and nothing else is changed")
	require.Equal(t, []drivers.Rect{{X: 10, Y: 20, Width: 80, Height: 20}, {X: 10, Y: 20, Width: 10, Height: 20}}, areas)

	same, areas, err := screen.Mask(signIn, func(*screen.Node) bool { return false })
	require.NoError(t, err)
	require.Equal(t, signIn, same)
	require.Empty(t, areas)
	_, _, err = screen.Mask("<html/>", func(*screen.Node) bool { return true })
	require.Error(t, err)
}

func TestMapsMarkSecrets(t *testing.T) {
	maps, err := screen.BuiltIn()
	require.NoError(t, err)
	for app, fields := range map[string][]string{
		"partner": {"sign_in.password"}, "amazon": {"sign_in.password", "code.code"},
	} {
		m, err := screen.Choose(maps, app, "android", "")
		require.NoError(t, err)
		for _, path := range fields {
			e, err := m.Element(path)
			require.NoError(t, err)
			require.True(t, e.Secret(), "%s %s", app, path)
		}
	}
	m, err := screen.Choose(maps, "amazon", "android", "")
	require.NoError(t, err)
	tree, err := screen.Parse(`<hierarchy><android.widget.EditText package="com.android.chrome" resource-id="auth-mfa-otpcode" text="123456" bounds="[0,0][9,9]"/></hierarchy>`)
	require.NoError(t, err)
	require.Len(t, m.Secrets(tree), 1)
}

// Whatever can be parsed can be masked, keeps its form, and no longer says what
// was secret.
func FuzzMask(f *testing.F) {
	f.Add(signIn)
	f.Add(`<hierarchy><node class="x" text="&#65;" password='true'/></hierarchy>`)
	f.Fuzz(func(t *testing.T, source string) {
		before, err := screen.Parse(source)
		if err != nil {
			return
		}
		masked, _, err := screen.Mask(source, func(n *screen.Node) bool { return n.Password })
		require.NoError(t, err)
		after, err := screen.Parse(masked)
		require.NoError(t, err, masked)
		require.Equal(t, before.Len(), after.Len())
		var was []*screen.Node
		before.Each(func(n *screen.Node) bool { was = append(was, n); return true })
		i := 0
		after.Each(func(n *screen.Node) bool {
			if n.Password {
				require.Contains(t, []string{"", screen.Masked, "true", "false"}, n.Text)
			}
			require.Equal(t, was[i].Bounds, n.Bounds)
			i++
			return true
		})
	})
}
