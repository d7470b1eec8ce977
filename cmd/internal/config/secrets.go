package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// secretKey matches keys whose values must not stand in a file in clear.
var secretKey = regexp.MustCompile(`(?i)pass(word|wd|phrase|code)|secret|token$|(access|api|private|unlock)_?key$|credential|(^|_)(pass|pin|otp)$`)

// secretHint says where a secret belongs. Only capabilities have a use for one.
func secretHint(tokens []string, key string) string {
	if !slices.Contains(tokens, "capabilities") {
		return "take it out, this file has no use for it"
	}
	return fmt.Sprintf("put it into an environment variable or a file of its own, and write %[1]s_env: NAME or %[1]s_file: PATH", shorten(key))
}

// indirect tells whether a key names where a value is, rather than the value,
// and the key that it stands for.
func indirect(key string) (plain string, env, ok bool) {
	if plain, ok := strings.CutSuffix(key, "_env"); ok && plain != "" {
		return plain, true, true
	}
	if plain, ok := strings.CutSuffix(key, "_file"); ok && plain != "" {
		return plain, false, true
	}
	return key, false, false
}

// isSecret tells whether the value of a key must not be repeated anywhere.
func isSecret(key string) bool {
	_, _, elsewhere := indirect(key)
	_, bare, vendor := strings.Cut(key, ":")
	if !vendor {
		bare = key
	}
	return !elsewhere && secretKey.MatchString(bare)
}

// secrets refuses passwords and the like in clear, wherever they stand. No
// message repeats one.
func (t *tree) secrets() { t.findSecrets(t.root, nil) }

func (t *tree) findSecrets(v any, tokens []string) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			at := child(tokens, key)
			if isSecret(key) && value != nil {
				if _, flag := value.(bool); !flag {
					t.report("a secret must not stand in this file", secretHint(tokens, key), at...)
					continue
				}
			}
			t.findSecrets(value, at)
		}
	case []any:
		for i, value := range v {
			t.findSecrets(value, child(tokens, strconv.Itoa(i)))
		}
	}
}
