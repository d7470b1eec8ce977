package apps_test

import (
	"slices"
	"testing"

	"ffscert/drivers/virtual/apps"
)

func TestBuiltinModelsLoad(t *testing.T) {
	if !slices.Contains(apps.Builtin(), "alexa-2023.23") {
		t.Fatalf("no Alexa app among %v", apps.Builtin())
	}
	for _, name := range apps.Builtin() {
		if _, err := apps.Load(name, apps.DefaultVocabulary()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
