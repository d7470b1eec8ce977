package doctor

// Schema names the form of a [Report] as JSON.
const Schema = "ffscert/doctor/v1"

// Report is what was said of all testbeds. Fields may be added; a change of
// meaning makes v2.
type Report struct {
	Schema      string    `json:"schema"`
	ToolVersion string    `json:"tool_version"`
	Status      Status    `json:"status"` // the worst of all
	Counts      Counts    `json:"counts"`
	Testbeds    []Testbed `json:"testbeds"`
}

// Counts are the lines by status.
type Counts struct {
	OK      int `json:"ok"`
	Warning int `json:"warning"`
	Error   int `json:"error"`
}

// Testbed is what was said of one testbed.
type Testbed struct {
	Name      string `json:"name"`
	Simulated bool   `json:"simulated"`
	Status    Status `json:"status"`
	Checks    []Line `json:"checks"`
}

// Add appends what was found out about a testbed.
func (r *Report) Add(name string, f Facts) {
	lines := Judge(f)
	r.Testbeds = append(r.Testbeds, Testbed{Name: name, Simulated: f.Phone.Err == nil && f.Phone.Value.Simulated, Status: Worst(lines), Checks: lines})
	var all []Line
	r.Counts = Counts{}
	for _, t := range r.Testbeds {
		all = append(all, t.Checks...)
	}
	for _, l := range all {
		switch l.Status {
		case OK:
			r.Counts.OK++
		case Warning:
			r.Counts.Warning++
		default:
			r.Counts.Error++
		}
	}
	r.Schema, r.Status = Schema, Worst(all)
}

// Answers tells whether the server answered, if it was asked.
func (f Facts) Answers() bool { return f.Server.Err == nil || unasked(f.Server.Err) }
