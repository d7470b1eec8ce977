package packet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
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
// signature. What is made is kept in the spool; evidence stays where it is.
// Evidence that is missing or was changed is an error.
func (c *Campaign) Files(spool *Spool) ([]File, error) {
	var files []File
	var failed error
	add := func(path string, write func(io.Writer) error) {
		if failed != nil {
			return
		}
		f, err := spool.file(path, write)
		if err != nil {
			failed = fmt.Errorf("%s: %w", path, err)
		}
		files = append(files, f)
	}
	addJSON := func(path string, v any) {
		add(path, func(w io.Writer) error { return writeIndented(w, v) })
	}
	add("report.html", c.writeReport)
	add("matrix.html", func(w io.Writer) error {
		page := &stamping{to: w, stamp: c.Demo}
		return errors.Join(html.Render(page, c.Joined, html.Options{Folder: c.folder(), SubmitBy: c.SubmitBy(), Whole: c.whole}), page.end())
	})
	add("matrix.json", func(w io.Writer) error { return matrix.Write(w, c.Matrix) })
	add("matrix.xlsx", func(w io.Writer) error { return xlsx.Render(w, c.Matrix) })
	addJSON("environment.json", c.environment())
	addJSON("waivers.json", list(c.Matrix.Waivers))
	addJSON("reviews.json", list(c.Joined.Reviews))
	addJSON("derivative.json", c.derivative())
	if c.Sheet != nil {
		files = append(files, held("sheet.xlsx", c.Sheet))
	}
	shown := evidenceOf{seen: map[string]bool{}}
	for _, r := range c.Runs {
		add("runs/"+r.Record.ID+"/matrix.json", func(w io.Writer) error { return matrix.Write(w, matrix.Of(r.Record)) })
		add("runs/"+r.Record.ID+"/record.json", func(w io.Writer) error { return writeRecord(w, r, shown.note) })
		if failed == nil {
			shown.reviews(r.Record)
			failed = shown.take(r)
		}
	}
	if failed != nil {
		return nil, failed
	}
	files = append(files, shown.files...)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

func writeIndented(w io.Writer, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// noAttempts is how a record without attempts says so. No text can be taken for
// it: in JSON a text has no line breaks, and what lies deeper is indented more.
const noAttempts = "\n  \"Attempts\": null"

// writeRecord writes the record of a run as [writeIndented] would write the whole
// of it, attempt by attempt, each of which it shows to seen.
func writeRecord(w io.Writer, r Run, seen func(certification.Attempt)) error {
	rest := r.Record
	rest.Attempts = nil
	var b bytes.Buffer
	if err := writeIndented(&b, rest); err != nil {
		return err
	}
	head, tail, ok := strings.Cut(b.String(), noAttempts)
	if !ok {
		return errors.New("the record has no place for its attempts")
	}
	if r.Record.Attempts == nil {
		_, err := io.WriteString(w, b.String())
		return err
	}
	if _, err := io.WriteString(w, head+strings.TrimSuffix(noAttempts, "null")+"["); err != nil {
		return err
	}
	for i := range r.Record.Attempts {
		a, err := r.attempt(r.Record.Attempts[i].ID)
		if err != nil {
			return err
		}
		seen(a)
		data, err := json.MarshalIndent(a, "    ", "  ")
		if err != nil {
			return err
		}
		between := ",\n    "
		if i == 0 {
			between = "\n    "
		}
		if _, err := w.Write(append([]byte(between), data...)); err != nil {
			return err
		}
	}
	if len(r.Record.Attempts) > 0 {
		tail = "\n  ]" + tail
	} else {
		tail = "]" + tail
	}
	_, err := io.WriteString(w, tail)
	return err
}

// list is never null in JSON.
func list[T any](l []T) []T { return append([]T{}, l...) }

// bodyStart is where the page's own words begin.
var bodyStart = regexp.MustCompile(`<body[^>]*>`)

// stamping marks a page of a demonstration. The page itself says already, on each
// printed page, that it was simulated.
type stamping struct {
	to    io.Writer
	stamp bool
	head  []byte // what came before the body
}

func (s *stamping) Write(p []byte) (int, error) {
	if !s.stamp {
		return s.to.Write(p)
	}
	s.head = append(s.head, p...)
	at := bodyStart.FindIndex(s.head)
	if at == nil {
		return len(p), nil
	}
	s.stamp = false
	_, err := s.to.Write(slices.Concat(s.head[:at[1]], []byte(`<aside class="stamp demo">`+demoWords+`</aside>`), s.head[at[1]:]))
	s.head = nil
	return len(p), err
}

// end writes what is left of a page without a body.
func (s *stamping) end() error {
	_, err := s.to.Write(s.head)
	return err
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

// evidenceOf collects the files that attempts and answers show.
type evidenceOf struct {
	names []string // of the run that is being read
	seen  map[string]bool
	files []File
	total int64
}

func (e *evidenceOf) add(names ...string) {
	for _, name := range names {
		if !e.seen[name] && evidencePath.MatchString(name) { // some evidence is words
			e.seen[name] = true
			e.names = append(e.names, name)
		}
	}
}

// note notes what an attempt shows.
func (e *evidenceOf) note(a certification.Attempt) {
	e.add(a.Evidence...)
	for _, s := range a.Steps {
		e.add(s.Evidence...)
	}
	for _, f := range a.Findings {
		e.add(f.Evidence...)
	}
	for _, o := range a.Observations {
		e.add(o.Evidence...)
	}
}

func (e *evidenceOf) reviews(r journal.Record) {
	for _, v := range r.Reviews {
		e.add(v.Evidence...)
		for _, i := range v.Images {
			e.add(i.Path)
		}
	}
}

// take takes the files of a run that were noted. What is named by its content and
// holds something else was changed.
func (e *evidenceOf) take(r Run) error {
	for _, name := range e.names {
		size, is, err := sumOfEvidence(r.Folder, name)
		if err != nil {
			return fmt.Errorf("the evidence of run %s: %w", r.Record.ID, err)
		}
		if is != evidencePath.FindStringSubmatch(name)[1] {
			return fmt.Errorf("the evidence of run %s: %s was changed: it is not what was recorded", r.Record.ID, name)
		}
		if e.total += size; e.total > maxTotal/2 {
			return fmt.Errorf("the evidence takes more than %d MiB: too much for a packet", maxTotal>>21)
		}
		e.files = append(e.files, File{name, size, is, func() (io.ReadCloser, error) { return r.Folder.Open(name) }})
	}
	e.names = nil
	return nil
}

func sumOfEvidence(folder fs.FS, name string) (size int64, sum string, err error) {
	f, err := folder.Open(name)
	if err != nil {
		return 0, "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return 0, "", fmt.Errorf("%s: is no regular file", name)
	}
	h := sha256.New()
	size, err = io.Copy(h, io.LimitReader(f, maxFile/2+1))
	if err == nil && size > maxFile/2 {
		err = fmt.Errorf("%s: is larger than %d MiB", name, maxFile>>21)
	}
	return size, hex.EncodeToString(h.Sum(nil)), err
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
		m.Files = append(m.Files, Entry{f.Path, f.Size, f.SHA256})
	}
	return m
}

func (c *Campaign) verdict() certification.Verdict { return c.Matrix.Summary.Verdict }
