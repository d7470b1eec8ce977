package captures

import (
	"encoding/json"
	"fmt"
	"regexp"

	"ffscert/steps/checks/consent"
)

// File is one file of a capture's folder.
type File struct {
	Name string
	Data []byte
}

// Source is the page source of a screen, as it is to be written.
type Source func(i int) []byte

// ownName is how [Files] lets the files of a screen be called.
var ownName = regexp.MustCompile(`^[0-9a-z][0-9a-z-]*$`)

// Files are the files of a folder from which [Read] reads the capture again.
// source gives the page sources, in the order of the screens: a tree is not
// written back. Nothing is masked here.
func Files(c consent.Capture, source Source) ([]File, error) {
	type entry struct {
		File    string          `json:"file"`
		Role    consent.Role    `json:"role"`
		Package string          `json:"package"`
		Context consent.Context `json:"context,omitempty"`
		Dwell   *float64        `json:"dwell_s,omitempty"`
		Taps    *int            `json:"taps,omitempty"`
		// A page that is longer than the screen.
		Continues bool  `json:"continues,omitempty"`
		Ends      *bool `json:"ends,omitempty"`
		Gone      bool  `json:"gone_by_itself,omitempty"`
	}
	out := struct {
		Locale         string          `json:"locale"`
		Density        float64         `json:"density,omitempty"`
		FontScale      float64         `json:"font_scale,omitempty"`
		Journey        consent.Journey `json:"journey"`
		DeclaredScopes []string        `json:"declared_scopes,omitempty"`
		RequestedURL   string          `json:"requested_url"`
		Hidden         string          `json:"requested_url_hidden,omitempty"`
		ScopeData      json.RawMessage `json:"scope_data,omitempty"`
		AppName        string          `json:"app_name"`
		AppPackage     string          `json:"app_package"`
		Simulated      bool            `json:"simulated,omitempty"`
		Screens        []entry         `json:"screens"`
	}{c.Locale, c.Density, c.FontScale, c.Journey, c.DeclaredScopes, c.RequestedURL, c.Hidden, c.ScopeData, c.AppName, c.AppPackage, c.Simulated, []entry{}}
	files := []File{{Name: Index}}
	for i, s := range c.Screens {
		if !ownName.MatchString(s.File) {
			return nil, fmt.Errorf("write a capture: %q cannot be the name of a screen's files", s.File)
		}
		out.Screens = append(out.Screens, entry{s.File, s.Role, s.Package, s.Context, s.Dwell, s.Taps, s.Continues, s.Ends, s.Gone})
		files = append(files, File{s.File + ".xml", source(i)})
		if len(s.Picture) > 0 {
			files = append(files, File{s.File + ".png", s.Picture})
		}
		if s.HTML != "" {
			files = append(files, File{s.File + ".html", []byte(s.HTML)})
		}
	}
	data, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a capture: %w", err)
	}
	files[0].Data = append(data, '\n')
	return files, nil
}
