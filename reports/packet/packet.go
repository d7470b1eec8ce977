// Package packet makes what is submitted for a certification out of the runs of
// a campaign: the report with the four items that the guide asks for, the matrix,
// the records and their evidence, in one signed archive; and it verifies such an
// archive.
//
// What a packet holds is a pure function of the runs' records and their evidence:
// the same runs give the same bytes. It knows no phone and no configuration; it
// reads the clock of nobody, what depends on the present day is asked for.
package packet

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"time"

	"ffscert/features/certification"
	"ffscert/reports/journal"
	"ffscert/reports/matrix"
)

// Schema names the form of manifest.json.
const Schema = "ffscert/packet/v1"

// Run is one run of the campaign.
type Run struct {
	// Record may be lean, see [journal.Reader.Lean]; then Whole reads an attempt
	// with all that belongs to it. It is nil if those of the record are whole.
	Record journal.Record
	Whole  func(certification.AttemptID) (certification.Attempt, error)
	// Folder is the run's folder, from which the evidence is taken.
	Folder fs.FS
}

// Input is what a packet is made of.
type Input struct {
	Runs []Run
	// Newest is the plan as the catalogue has it for this product now, and Newer
	// the id and version of another plan of the same protocol and variant with a
	// higher version; empty if there is none.
	Newest *certification.Plan
	Newer  string
	// Scenarios are those that carry out each case now, by the case's id.
	Scenarios map[string][]string
	// Sheet is Amazon's sheet, filled in; nil if the plan was not imported from one.
	Sheet []byte
	// SheetNeeded tells whether the plan was imported from Amazon's sheet.
	SheetNeeded bool
	// Demo makes a demonstration of a simulated run; what a real packet would be
	// refused for is listed in it.
	Demo bool
	// ToolVersion is that of the ffscert that builds the packet.
	ToolVersion string
}

// Campaign is the runs of a campaign as one.
type Campaign struct {
	Input
	// Joined is the record of all runs together; Matrix is computed from it.
	Joined journal.Record
	Matrix matrix.Matrix
	// before are, for each run, how many numbers of each scenario the runs before
	// it have taken.
	before []map[numbered]int
	// apart are the ways in which the runs do not belong together.
	apart []Shortfall
}

// Shortfall is something that a packet lacks.
type Shortfall struct {
	// Rule is a stable word for the kind, such as "customer-id".
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// Entry is a file in the manifest.
type Entry struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Manifest says what a packet is and what it holds. It is signed.
type Manifest struct {
	Schema string `json:"schema"`
	// Demonstration marks a packet that proves nothing: its runs were simulated.
	Demonstration bool `json:"demonstration"`
	// Shortfalls are what a real packet would be refused for; only in a demonstration.
	Shortfalls  []Shortfall           `json:"shortfalls,omitempty"`
	ToolVersion string                `json:"tool_version"`
	Verdict     certification.Verdict `json:"verdict"`
	Plan        matrix.Plan           `json:"plan"`
	Product     journal.Product       `json:"product"`
	Derivative  string                `json:"derivative,omitempty"`
	// The four items of the guide ("Certification Steps"); the pictures of the
	// barcodes are named by their paths.
	AmazonCustomerID string     `json:"amazon_customer_id"`
	TestsExecuted    int        `json:"tests_executed"`
	StartedUTC       time.Time  `json:"started_utc"`
	FinishedUTC      *time.Time `json:"finished_utc" jsonschema:"nullable"`
	Barcodes         []Barcode  `json:"barcodes"`
	// SubmitByUTC is seven days after the end of the oldest run (guide, "Timeline").
	SubmitByUTC *time.Time `json:"submit_by_utc" jsonschema:"nullable"`
	Runs        []string   `json:"runs"`
	Files       []Entry    `json:"files"`
}

// Barcode is a picture of a barcode with its size.
type Barcode struct {
	Case     string  `json:"case"`
	Path     string  `json:"path"`
	WidthMM  float64 `json:"width_mm"`
	HeightMM float64 `json:"height_mm"`
}

// submitWithin is how long after a test its result may be submitted (guide,
// "Timeline").
const submitWithin = 7 * 24 * time.Hour

// SubmitBy is when the packet has to be submitted: seven days after the end of
// the run that ended first. It is nil if a run has not ended.
func (c *Campaign) SubmitBy() *time.Time {
	var first *time.Time
	for _, r := range c.Runs {
		if r.Record.State != journal.Finished || r.Record.Ended.IsZero() {
			return nil
		}
		if by := r.Record.Ended.UTC().Add(submitWithin); first == nil || by.Before(*first) {
			first = &by
		}
	}
	return first
}

// Barcodes are the pictures with their sizes of the answers that count.
func (c *Campaign) Barcodes() []Barcode {
	list := []Barcode{}
	for _, k := range c.Matrix.Cases {
		for _, r := range k.Reviews {
			for _, i := range r.Images {
				if r.Counts && r.Answer == journal.AnswerPass {
					list = append(list, Barcode{k.ID, i.Path, i.WidthMM, i.HeightMM})
				}
			}
		}
	}
	return list
}

// DemoKey signs demonstrations for which no key was given. Everybody has it: its
// signature tells that a packet is whole, and nothing of who made it.
func DemoKey() ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("ffscert demonstration packets are signed with a key that everybody has"))
	return ed25519.NewKeyFromSeed(seed[:])
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}
