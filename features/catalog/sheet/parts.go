package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

var fullCalc = regexp.MustCompile(`fullCalcOnLoad\s*=\s*("[^"]*"|'[^']*')`)

// parts are the files inside a workbook, and which of them is which tab.
type parts struct {
	zip          *zip.Reader
	byName       map[string]*zip.File
	workbookName string
	workbook     []byte
	tabs         map[string]string // name of a tab -> name of its part
	// texts and styles are the parts that all tabs share; "" if there is none.
	texts, styles string
	signed        bool
}

type relations struct {
	Relationships []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
	} `xml:"Relationship"`
}

func openParts(name string, data []byte) (*parts, error) {
	bad := func(text string) error {
		return wrong(Problem{File: name, Text: text, Hint: "open it in a spreadsheet program and save it anew"})
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, bad("is damaged: " + err.Error())
	}
	p := &parts{zip: z, byName: map[string]*zip.File{}, tabs: map[string]string{}}
	for _, f := range z.File {
		p.byName[f.Name] = f
		p.signed = p.signed || strings.HasPrefix(strings.ToLower(f.Name), "_xmlsignatures/")
	}
	root, err := p.relations("_rels/.rels")
	if err != nil {
		return nil, bad("has no list of its parts: " + err.Error())
	}
	for _, r := range root.Relationships {
		if path.Base(r.Type) == "officeDocument" {
			p.workbookName = resolve("", r.Target)
		}
	}
	if p.workbook, err = p.read(p.workbookName); err != nil {
		return nil, bad("has no workbook in it: " + err.Error())
	}
	rels, err := p.relations(path.Join(path.Dir(p.workbookName), "_rels", path.Base(p.workbookName)+".rels"))
	if err != nil {
		return nil, bad("has no list of its tabs: " + err.Error())
	}
	targets := map[string]string{}
	for _, r := range rels.Relationships {
		target := resolve(path.Dir(p.workbookName), r.Target)
		switch path.Base(r.Type) {
		case "worksheet":
			targets[r.ID] = target
		case "sharedStrings":
			p.texts = target
		case "styles":
			p.styles = target
		}
	}
	var wb struct {
		Sheets []struct {
			Name  string     `xml:"name,attr"`
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := xml.Unmarshal(p.workbook, &wb); err != nil {
		return nil, bad("has a workbook that cannot be read: " + err.Error())
	}
	for _, s := range wb.Sheets {
		for _, a := range s.Attrs {
			if a.Name.Local == "id" && targets[a.Value] != "" {
				p.tabs[s.Name] = targets[a.Value]
			}
		}
	}
	return p, nil
}

func resolve(base, target string) string {
	target = strings.ReplaceAll(target, `\`, "/")
	if strings.HasPrefix(target, "/") {
		return strings.TrimPrefix(path.Clean(target), "/")
	}
	return path.Join(base, target)
}

func (p *parts) read(name string) ([]byte, error) {
	f, ok := p.byName[name]
	if !ok {
		return nil, errors.New("there is no part " + name)
	}
	return readPart(f)
}

func (p *parts) relations(name string) (relations, error) {
	var r relations
	data, err := p.read(name)
	if err != nil {
		return r, err
	}
	return r, xml.Unmarshal(data, &r)
}

// Where the library looks for the parts that all tabs share. A workbook may keep
// them elsewhere; cells would then be read as the numbers of their texts.
const (
	usualTexts  = "xl/sharedStrings.xml"
	usualStyles = "xl/styles.xml"
)

// lend gives the library the parts that it does not look for in their place.
func (p *parts) lend(f *excelize.File) error {
	for _, part := range []struct{ name, usual string }{{p.texts, usualTexts}, {p.styles, usualStyles}} {
		if part.name == "" || strings.EqualFold(part.name, part.usual) {
			continue
		}
		data, err := p.read(part.name)
		if err != nil {
			return err
		}
		f.Pkg.Store(part.usual, data)
		if part.usual == usualStyles {
			f.Styles = nil // what it holds was made without them
		}
	}
	return nil
}

// calculates tells whether the workbook has formulas.
func (p *parts) calculates() bool {
	for _, name := range sortedKeys(p.byName) {
		if path.Base(strings.ToLower(name)) == "calcchain.xml" {
			return true
		}
	}
	for _, part := range p.tabs {
		data, err := p.read(part)
		if err != nil {
			continue
		}
		if shape, err := scan(data); err == nil && shape.hasFormula() {
			return true
		}
	}
	return false
}

// recalculating marks a workbook so that its formulas are calculated when it is
// opened: a summary that counts results must not show what it showed before.
func recalculating(workbook []byte) ([]byte, error) {
	d := xml.NewDecoder(bytes.NewReader(workbook))
	depth, after, prefix := 0, -1, ""
	// What comes before calcPr in a workbook.
	before := []string{"fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups", "externalReferences", "definedNames"}
	for {
		from := int(d.InputOffset())
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		to := int(d.InputOffset())
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			if depth == 1 && e.Name.Space != "" {
				prefix = e.Name.Space + ":"
			}
			if depth == 2 && e.Name.Local == "calcPr" {
				return withFullCalc(workbook, from, to, e), nil
			}
		case xml.EndElement:
			if depth == 2 && slices.Contains(before, e.Name.Local) {
				after = to
			}
			depth--
		}
	}
	if after < 0 {
		return nil, errors.New("the workbook has no tabs")
	}
	return slices.Concat(workbook[:after], []byte("<"+prefix+`calcPr fullCalcOnLoad="1"/>`), workbook[after:]), nil
}

func withFullCalc(workbook []byte, from, to int, e xml.StartElement) []byte {
	tag := string(workbook[from:to])
	switch attribute(e, "fullCalcOnLoad") {
	case "1", "true":
		return workbook
	case "":
		end := strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(tag, ">"), "/"), " \t\r\n")
		tag = end + ` fullCalcOnLoad="1"` + tag[len(end):]
	default:
		tag = fullCalc.ReplaceAllString(tag, `fullCalcOnLoad="1"`)
	}
	return slices.Concat(workbook[:from], []byte(tag), workbook[to:])
}

// tab opens a tab for filling.
func (f *filler) tab(file *excelize.File, name string) (*fillTab, error) {
	if t, ok := f.tabs[name]; ok {
		return t, nil
	}
	t := &fillTab{name: name, part: f.parts.tabs[name], grid: f.book.grids[name]}
	var err error
	if t.text, err = f.parts.read(t.part); err != nil {
		return nil, f.bad(name, err)
	}
	if t.shape, err = scan(t.text); err != nil {
		return nil, f.bad(name, err)
	}
	if t.choices, err = loadChoices(file, name); err != nil {
		return nil, f.bad(name, err)
	}
	f.tabs[name] = t
	return t, nil
}
