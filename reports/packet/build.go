package packet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
	"ffscert/reports/render/html"
	"ffscert/reports/render/xlsx"
)

// The bounds of a packet, which [Verify] enforces, too.
const (
	maxFiles = 200_000
	maxTotal = 2 << 30
	maxFile  = 512 << 20
)

// Files are what the packet holds, sorted by path, without the manifest and its
// signature. Evidence that is missing or was changed is an error.
func (c *Campaign) Files() ([]File, error) {
	var files []File
	add := func(path string, data []byte) { files = append(files, File{path, data}) }
	addJSON := func(path string, v any) error {
		data, err := json.MarshalIndent(v, "", "  ")
		add(path, append(data, '\n'))
		return err
	}
	var page, m, report, book bytes.Buffer
	err := errors.Join(
		html.Render(&page, c.Joined, html.Options{Folder: c.folder(), SubmitBy: c.SubmitBy()}),
		matrix.Write(&m, c.Matrix),
		xlsx.Render(&book, c.Matrix),
		c.writeReport(&report),
		addJSON("environment.json", c.environment()),
		addJSON("waivers.json", list(c.Matrix.Waivers)),
		addJSON("reviews.json", list(c.Joined.Reviews)),
		addJSON("derivative.json", c.derivative()),
	)
	if err != nil {
		return nil, err
	}
	add("report.html", report.Bytes())
	add("matrix.html", c.stamped(page.Bytes()))
	add("matrix.json", m.Bytes())
	add("matrix.xlsx", book.Bytes())
	if c.Sheet != nil {
		add("sheet.xlsx", c.Sheet)
	}
	for _, r := range c.Runs {
		var one bytes.Buffer
		if err := matrix.Write(&one, matrix.Of(r.Record)); err != nil {
			return nil, err
		}
		add("runs/"+r.Record.ID+"/matrix.json", one.Bytes())
		if err := addJSON("runs/"+r.Record.ID+"/record.json", r.Record); err != nil {
			return nil, err
		}
	}
	shown, err := c.evidence()
	if err != nil {
		return nil, err
	}
	files = append(files, shown...)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// list is never null in JSON.
func list[T any](l []T) []T { return append([]T{}, l...) }

// bodyStart is where the page's own words begin.
var bodyStart = regexp.MustCompile(`<body[^>]*>`)

// stamped marks a page of a demonstration. The page itself says already, on each
// printed page, that it was simulated.
func (c *Campaign) stamped(page []byte) []byte {
	at := bodyStart.FindIndex(page)
	if !c.Demo || at == nil {
		return page
	}
	return slices.Concat(page[:at[1]], []byte(`<aside class="stamp demo">`+demoWords+`</aside>`), page[at[1]:])
}

const demoWords = "DEMONSTRATION: this packet proves nothing for a certification"

// environment is on what the tests were made.
type environment struct {
	Schema      string                `json:"schema"`
	ToolVersion string                `json:"tool_version"` // that built the packet
	Product     journal.Product       `json:"product"`
	Runs        []environmentOfRun    `json:"runs"`
	Scenarios   []environmentScenario `json:"scenarios"`
}

type environmentOfRun struct {
	Run         string `json:"run"`
	ToolVersion string `json:"tool_version"`
	Simulated   bool   `json:"simulated"`
	// PlanSHA256 is over the plan as it was run, with its cases.
	PlanSHA256 string                 `json:"plan_sha256"`
	Sessions   []environmentOfSession `json:"sessions"`
}

type environmentOfSession struct {
	N           int           `json:"n"`
	ToolVersion string        `json:"tool_version"`
	Testbeds    []journal.Rig `json:"testbeds"`
	// ConfigurationSHA256 is over the testbeds and their settings; empty if none were
	// recorded.
	ConfigurationSHA256 string `json:"configuration_sha256"`
}

type environmentScenario struct {
	Case     string `json:"case"`
	Scenario string `json:"scenario"`
	SHA256   string `json:"sha256"`
}

func (c *Campaign) environment() environment {
	e := environment{Schema: "ffscert/environment/v1", ToolVersion: c.ToolVersion, Product: c.Joined.Product, Runs: []environmentOfRun{}, Scenarios: []environmentScenario{}}
	for _, r := range c.Runs {
		x := environmentOfRun{Run: r.Record.ID, ToolVersion: r.Record.ToolVersion, Simulated: r.Record.Simulated(), PlanSHA256: sumOfJSON(r.Record.Plan), Sessions: []environmentOfSession{}}
		for _, s := range r.Record.Sessions {
			y := environmentOfSession{N: s.N, ToolVersion: s.ToolVersion, Testbeds: list(s.Rigs)}
			if len(s.Rigs) > 0 {
				y.ConfigurationSHA256 = sumOfJSON(s.Rigs)
			}
			x.Sessions = append(x.Sessions, y)
		}
		e.Runs = append(e.Runs, x)
	}
	for _, f := range c.Joined.Scenarios {
		e.Scenarios = append(e.Scenarios, environmentScenario{f.Case, f.Scenario, f.SHA256})
	}
	return e
}

func sumOfJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return "" // our own types always marshal
	}
	return sum(data)
}

// derivativeStatement is what the guide asks a derivative to state.
type derivativeStatement struct {
	Schema string `json:"schema"`
	// Kind is "", "marketplace" or "product".
	Kind      string `json:"kind"`
	Statement string `json:"statement"`
	// OriginalDeviceType is that of the certified device.
	OriginalDeviceType string `json:"original_device_type,omitempty"`
	OriginalHardware   string `json:"original_hardware,omitempty"`
	OriginalFirmware   string `json:"original_firmware,omitempty"`
	OriginalProtocol   string `json:"original_protocol,omitempty"`
}

func (c *Campaign) derivative() derivativeStatement {
	p := c.Joined.Product
	d := derivativeStatement{Schema: "ffscert/derivative/v1", Kind: c.Joined.Derivative}
	switch d.Kind {
	case "marketplace":
		d.Statement = `This is a marketplace derivative: the device is certified already, and is to be launched in another marketplace. It was tested with the group "Barcode" and the case 3P2-DE-02.`
	case "product":
		d.Statement = `This is a product derivative: it has the chipset, firmware and protocol of a certified device, of which the Device Type is given. It was tested with the group "Barcode".`
	default:
		d.Statement = "This is no derivative certification: the whole plan was tested."
		return d
	}
	d.OriginalDeviceType, d.OriginalHardware, d.OriginalFirmware, d.OriginalProtocol = p.OriginalDeviceType, p.OriginalHardware, p.OriginalFirmware, p.OriginalProtocol
	return d
}

// evidencePath is how evidence is called in a run's folder: by its content.
var evidencePath = regexp.MustCompile(`^evidence/([0-9a-f]{64})\.[a-z0-9]{1,8}$`)

// evidence are the files that the attempts and the answers show. What is named
// by its content and holds something else was changed.
func (c *Campaign) evidence() ([]File, error) {
	seen := map[string]bool{}
	var files []File
	total := 0
	for _, r := range c.Runs {
		for _, name := range shownIn(r.Record) {
			m := evidencePath.FindStringSubmatch(name)
			if m == nil || seen[name] {
				continue // some evidence is words
			}
			seen[name] = true
			data, err := readEvidence(r.Folder, name)
			if err != nil {
				return nil, fmt.Errorf("the evidence of run %s: %w", r.Record.ID, err)
			}
			if sum(data) != m[1] {
				return nil, fmt.Errorf("the evidence of run %s: %s was changed: it is not what was recorded", r.Record.ID, name)
			}
			if total += len(data); total > maxTotal/2 {
				return nil, fmt.Errorf("the evidence takes more than %d MiB: too much for a packet", maxTotal>>21)
			}
			files = append(files, File{name, data})
		}
	}
	return files, nil
}

func readEvidence(folder fs.FS, name string) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: is no regular file", name)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile/2+1))
	if err == nil && len(data) > maxFile/2 {
		err = fmt.Errorf("%s: is larger than %d MiB", name, maxFile>>21)
	}
	return data, err
}

// shownIn are all paths and words that a record shows as evidence.
func shownIn(r journal.Record) []string {
	var all []string
	for _, a := range r.Attempts {
		all = append(all, a.Evidence...)
		for _, s := range a.Steps {
			all = append(all, s.Evidence...)
		}
		for _, f := range a.Findings {
			all = append(all, f.Evidence...)
		}
		for _, o := range a.Observations {
			all = append(all, o.Evidence...)
		}
	}
	for _, v := range r.Reviews {
		all = append(all, v.Evidence...)
		for _, i := range v.Images {
			all = append(all, i.Path)
		}
	}
	return all
}

// folder holds the evidence of all runs.
func (c *Campaign) folder() fs.FS {
	var all folders
	for _, r := range c.Runs {
		all = append(all, r.Folder)
	}
	return all
}

type folders []fs.FS

// Open opens the file in the first folder that has it. Evidence is called by its
// content: it is the same in each.
func (f folders) Open(name string) (fs.File, error) {
	for _, one := range f {
		if file, err := one.Open(name); !errors.Is(err, fs.ErrNotExist) {
			return file, err
		}
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Manifest says what the packet is; files are those of [Campaign.Files].
func (c *Campaign) Manifest(files []File) Manifest {
	m := Manifest{Schema: Schema, Demonstration: c.Demo, ToolVersion: c.ToolVersion, Verdict: c.verdict(), Plan: c.Matrix.Run.Plan, Product: c.Joined.Product,
		Derivative: c.Joined.Derivative, AmazonCustomerID: c.Joined.AmazonCustomerID, TestsExecuted: c.Matrix.Run.TestsExecuted, StartedUTC: c.Matrix.Run.StartedUTC,
		FinishedUTC: c.Matrix.Run.FinishedUTC, Barcodes: c.Barcodes(), SubmitByUTC: c.SubmitBy(), Runs: []string{}, Files: []Entry{}}
	if c.Demo {
		m.Shortfalls = c.Shortfalls()
	}
	for _, r := range c.Runs {
		m.Runs = append(m.Runs, r.Record.ID)
	}
	for _, f := range files {
		m.Files = append(m.Files, Entry{f.Path, int64(len(f.Data)), sum(f.Data)})
	}
	return m
}

func (c *Campaign) verdict() certification.Verdict { return c.Matrix.Summary.Verdict }
