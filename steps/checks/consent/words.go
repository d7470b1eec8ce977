package consent

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/unicode/norm"
)

//go:embed packs/*.yaml
var packFiles embed.FS

// phrases is a list of phrases, as packs/README.md says how to write them.
type phrases []phrase

// phrase is parts with gaps between them; a part is words in a row.
type phrase struct {
	source string
	parts  [][]word
}

type word struct {
	text string
	open bool // any ending
}

// UnmarshalYAML reads a list of phrases.
func (p *phrases) UnmarshalYAML(unmarshal func(any) error) error {
	var list []string
	if err := unmarshal(&list); err != nil {
		return err
	}
	for _, s := range list {
		ph := phrase{source: s}
		for part := range strings.SplitSeq(normal(s), " .. ") {
			var words []word
			for w := range strings.FieldsSeq(part) {
				text, open := strings.CutSuffix(w, "*")
				if text == "" || strings.Contains(text, "*") {
					return fmt.Errorf("the phrase %q is not of the form that README.md describes", s)
				}
				words = append(words, word{text, open})
			}
			if len(words) == 0 {
				return fmt.Errorf("the phrase %q has an empty part", s)
			}
			ph.parts = append(ph.parts, words)
		}
		*p = append(*p, ph)
	}
	return nil
}

// gap is how many bytes may lie between two parts of a phrase.
const gap = 60

// find returns the first phrase that the text holds; text is in normal form.
func (p phrases) find(text string) (string, bool) {
	for i := range p {
		if p[i].in(text) {
			return p[i].source, true
		}
	}
	return "", false
}

func (p phrases) in(text string) bool { _, ok := p.find(text); return ok }

// whole tells whether the text as a whole is one of the phrases.
func (p phrases) whole(text string) bool {
	for i := range p {
		if len(p[i].parts) > 1 {
			continue
		}
		if end, ok := matchAt(text, 0, p[i].parts[0]); ok && end == len(text) {
			return true
		}
	}
	return false
}

func (p *phrase) in(text string) bool {
	first := p.parts[0][0].text
	for from := 0; ; {
		at := strings.Index(text[from:], first)
		if at < 0 {
			return false
		}
		at += from
		if end, ok := matchAt(text, at, p.parts[0]); ok && p.rest(text, end, 1) {
			return true
		}
		_, n := utf8.DecodeRuneInString(text[at:])
		from = at + n
	}
}

func (p *phrase) rest(text string, from, part int) bool {
	if part == len(p.parts) {
		return true
	}
	for at := from; at < len(text) && at-from <= gap; {
		if end, ok := matchAt(text, at, p.parts[part]); ok && p.rest(text, end, part+1) {
			return true
		}
		r, n := utf8.DecodeRuneInString(text[at:])
		if strings.ContainsRune(".!?。", r) {
			return false
		}
		at += n
	}
	return false
}

// matchAt matches words at one place, and returns where they end. Words begin
// and end where letters do, except in scripts that do not part words.
func matchAt(text string, at int, words []word) (int, bool) {
	if !border(text, at) {
		return 0, false
	}
	for i, w := range words {
		if i > 0 {
			if !strings.HasPrefix(text[at:], " ") {
				return 0, false
			}
			at++
		}
		if !strings.HasPrefix(text[at:], w.text) {
			return 0, false
		}
		at += len(w.text)
		if w.open {
			for at < len(text) {
				r, n := utf8.DecodeRuneInString(text[at:])
				if !unicode.IsLetter(r) && !unicode.IsMark(r) {
					break
				}
				at += n
			}
		}
	}
	return at, border(text, at)
}

// border tells whether a word may begin or end at a place.
func border(text string, at int) bool {
	if at == 0 || at == len(text) {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(text[at:])
	return !letter(before) || !letter(after) || unspaced(before) || unspaced(after)
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// unspaced tells whether a script parts no words with spaces.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == 'ー'
}

// normal is the form in which texts are compared: one case, one width, one
// kind of space, apostrophe and hyphen.
func normal(s string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFKC.String(s) {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			space = b.Len() > 0
			continue
		case unicode.Is(unicode.Cf, r):
			continue // soft hyphens, joiners, directions
		case r == '’' || r == '‘' || r == 'ʼ' || r == '`' || r == '´':
			r = '\''
		case unicode.Is(unicode.Pd, r):
			r = '-'
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	// What was kept apart by a capital or a joiner may be one letter now.
	return norm.NFKC.String(b.String())
}

// label is the normal form of a control's words, without what decorates them.
func label(s string) string {
	return strings.Trim(normal(s), " .:!?…›»>→←‹«<。！、*•|\"“”„()[]")
}

// pack is the phrases of one language.
type pack struct {
	Locale  string `yaml:"locale"`
	Meaning struct {
		DeviceSetup  phrases `yaml:"device_setup"`
		WiFiOrAmazon phrases `yaml:"wifi_or_amazon"`
		Benefit      phrases `yaml:"benefit"`
		Undo         phrases `yaml:"undo"`
	} `yaml:"meaning"`
	Allow   phrases `yaml:"allow"`
	Refuse  phrases `yaml:"refuse"`
	Unclear struct {
		DoubleNegative phrases `yaml:"double_negative"`
		Shaming        phrases `yaml:"shaming"`
		Postponing     phrases `yaml:"postponing"`
	} `yaml:"unclear"`
	SecondLayer phrases `yaml:"second_layer"`
	Privacy     phrases `yaml:"privacy"`
	SignedIn    phrases `yaml:"signed_in"`
	Offer       phrases `yaml:"offer"`
	LoggedOut   phrases `yaml:"logged_out"`
	OwnSetup    phrases `yaml:"own_setup"`
	Failure     phrases `yaml:"failure"`
	AmazonOnly  phrases `yaml:"amazon_only"`
	Denial      phrases `yaml:"denial"`
	Condition   phrases `yaml:"condition"`
	Progress    phrases `yaml:"progress"`
	Scopes      struct {
		FFS     phrases `yaml:"ffs"`
		Linking phrases `yaml:"linking"`
		Profile phrases `yaml:"profile"`
		Postal  phrases `yaml:"postal"`
	} `yaml:"scopes"`
	Labels        phrases `yaml:"labels"`
	FunctionWords string  `yaml:"function_words"`

	common map[string]bool // the function words
}

// fails tells whether a sentence in normal form says that the maker's own set-up
// fails, or that there is none without Amazon. That something of Amazon's failed
// is no such thing, nor what is to be done if something fails.
func (p *pack) fails(sentence string) bool {
	switch {
	case p.Condition.in(sentence):
		return false
	case p.AmazonOnly.in(sentence):
		return !p.Denial.in(sentence)
	}
	return p.Failure.in(sentence) && !strings.Contains(sentence, "amazon") && !strings.Contains(sentence, "アマゾン")
}

// loadPacks reads the embedded packs, by language.
func loadPacks() (map[string]*pack, error) {
	files, err := fs.Glob(packFiles, "packs/*.yaml")
	if err != nil {
		return nil, err
	}
	packs := map[string]*pack{}
	for _, name := range files {
		data, err := packFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		p := &pack{common: map[string]bool{}}
		if err := yaml.UnmarshalWithOptions(data, p, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("phrase pack %s: %w", name, err)
		}
		if p.Locale+".yaml" != path.Base(name) {
			return nil, fmt.Errorf("phrase pack %s: its locale is %q", name, p.Locale)
		}
		for _, w := range strings.Fields(p.FunctionWords) {
			p.common[normal(w)] = true
		}
		packs[p.Locale] = p
	}
	return packs, nil
}

// Auditor judges captures. It may be used from any goroutine.
type Auditor struct {
	packs     map[string]*pack
	languages []string // of the packs, sorted
	light     *light   // to measure pictures with
}

// New makes an auditor with the built-in phrase packs.
func New() (*Auditor, error) {
	packs, err := loadPacks()
	if err != nil {
		return nil, err
	}
	return &Auditor{packs: packs, languages: slices.Sorted(maps.Keys(packs)), light: newLight()}, nil
}
