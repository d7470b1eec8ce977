package drivers

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAppVersion(t *testing.T) {
	dump := "Packages:\n  Package [a.b.c] (1):\n    versionName=1.0\n  Package [a.b] (2f):\n    userId=1\n    versionCode=7 minSdk=26\n    versionName=2023.23\n\n" +
		"Hidden system packages:\n  Package [a.b] (3a):\n    versionName=2019.1\n"
	v, err := versionName(dump, "a.b")
	require.NoError(t, err)
	assert.Equal(t, "2023.23", v)
	_, err = versionName("  Package [a.b] (2f):\n    versionName=null\n  Package [c] (1):\n    versionName=9\n", "a.b")
	assert.Error(t, err)
	_, err = versionName(dump, "x.y")
	assert.Error(t, err)
	for name, ok := range map[string]bool{"com.amazon.dee.app": true, "a_B9": true, "": false, "a b": false, "a;reboot": false, "$(x)": false} {
		assert.Equal(t, ok, packageName(name), name)
	}
}

func FuzzVersionName(f *testing.F) {
	f.Add("  Package [a.b] (2f):\n    versionName=2023.23\n", "a.b")
	f.Fuzz(func(t *testing.T, dump, pkg string) {
		if v, err := versionName(dump, pkg); (v == "") == (err == nil) || len([]rune(v)) > 60 {
			t.Fatalf("%q %v", v, err)
		}
	})
}
