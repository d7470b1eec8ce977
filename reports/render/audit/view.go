package audit

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/image/draw"

	"ffscert/drivers"
	"ffscert/drivers/screen"
	"ffscert/features/certification"
	"ffscert/reports/render/safe"
	"ffscert/steps/checks/consent"
)

// longest bounds a text on the page, in runes.
const longest = 400

func clean(s string) string { return safe.Text(consent.Mask(s), longest) }

// view is what the page shows.
type view struct {
	Style          template.CSS
	Policy         string
	Verdict, Class string
	Simulated      bool
	RuleSet, Tool  string
	App, Package   string
	Locale         string
	FontScale      string // "" if it is not known
	Journey        string
	Rules          []ruleRow
	Screens        []screenView
	General        []note // findings about the journey as a whole
	Counts         []outcomeCount
	Open           []ruleRow // what keeps the verdict from being passed
}

type ruleRow struct {
	ID, Outcome, Why, Checks string
	Required                 bool
}

type note struct {
	N                       int // the number of its box; 0 if it has none
	Rule, Severity, Message string
}

type screenView struct {
	File, Role, Package string
	Context             string       // native or web; "" if unknown
	Picture             template.URL // data: of a PNG painted anew
	Why                 string       // why there is no picture
	Width, Height       int          // of the drawing, in the screen's pixels
	Frames              []frame      // the wireframe, where there is no picture
	Boxes               []box
	Notes               []note
}

type frame struct {
	X, Y, W, H, Size int
	Text             string
}

type box struct {
	X, Y, W, H, TX, TY, Size, Line int
	Label                          string // the numbers of the findings that are about it
	Class                          string
}

func build(r consent.Report, c consent.Capture, tool string) view {
	v := view{Style: template.CSS(styleSource), Policy: policy(), Verdict: strings.ReplaceAll(string(r.Verdict), "_", " "), Class: class(string(r.Verdict)), Simulated: r.Simulated,
		RuleSet: r.RuleSet, Tool: tool, App: clean(r.AppName), Package: clean(c.AppPackage), Locale: clean(r.Locale), Journey: clean(string(r.Journey))}
	if c.FontScale > 0 {
		v.FontScale = strconv.FormatFloat(c.FontScale, 'f', -1, 64)
	}
	checks := map[string]string{}
	for _, rule := range consent.Rules() {
		checks[rule.ID] = rule.Checks
	}
	for _, rule := range r.Rules {
		v.Rules = append(v.Rules, ruleRow{rule.ID, strings.ReplaceAll(string(rule.Outcome), "_", " "), clean(rule.Why), checks[rule.ID], rule.Required})
	}
	n := 0
	for i := range c.Screens {
		sc := &c.Screens[i]
		// Two looks at the same screen share its findings: they stand at the first.
		first := slices.IndexFunc(c.Screens, func(o consent.Screen) bool { return o.File == sc.File }) == i
		v.Screens = append(v.Screens, screenOf(sc, r.Findings, first, &n))
	}
	for _, f := range r.Findings {
		if !slices.ContainsFunc(c.Screens, func(s consent.Screen) bool { return s.File == f.Screen }) {
			v.General = append(v.General, note{Rule: f.Rule, Severity: string(f.Severity), Message: clean(f.Message)})
		}
	}
	v.Counts, v.Open = countsOf(v.Rules), openOf(v.Rules)
	return v
}

func class(verdict string) string {
	switch certification.Verdict(verdict) {
	case certification.Passed, certification.Warning, certification.Review:
		return verdict
	}
	return "failed"
}

func screenOf(sc *consent.Screen, findings []consent.Finding, first bool, n *int) screenView {
	v := screenView{File: clean(sc.File), Role: string(sc.Role), Package: clean(sc.Package), Context: string(sc.Context)}
	v.Width, v.Height = size(sc.Tree)
	scale, why := 1.0, "there is no picture; the drawing is made from the page source"
	if len(sc.Picture) > 0 {
		v.Picture, scale, why = picture(sc, v.Width)
		if why == "" && scale > 0 {
			v.Height = max(v.Height, int(scale))
		}
	}
	v.Why = why
	if v.Picture == "" {
		v.Frames = frames(sc.Tree)
	}
	if !first {
		return v
	}
	line := max(v.Width/180, 2)
	for _, f := range findings {
		if f.Screen != sc.File {
			continue
		}
		nt := note{Rule: f.Rule, Severity: string(f.Severity), Message: clean(f.Message)}
		if b := f.Bounds; b != nil {
			*n++
			nt.N = *n
			at := slices.IndexFunc(v.Boxes, func(o box) bool { return o.X == b.X && o.Y == b.Y && o.W == b.Width && o.H == b.Height })
			if at >= 0 {
				v.Boxes[at].Label += fmt.Sprintf(", %d", *n)
				if nt.Severity == string(certification.SeverityFail) {
					v.Boxes[at].Class = nt.Severity
				}
				v.Notes = append(v.Notes, nt)
				continue
			}
			v.Boxes = append(v.Boxes, box{X: b.X, Y: b.Y, W: b.Width, H: b.Height, Label: fmt.Sprint(*n), TX: b.X + line, TY: max(b.Y-line*2, v.Width/28), Size: max(v.Width/28, 10), Line: line, Class: nt.Severity})
		}
		v.Notes = append(v.Notes, nt)
	}
	return v
}

func size(t *screen.Tree) (w, h int) {
	w, h = t.Width, t.Height
	for _, root := range t.Windows {
		w, h = max(w, root.Bounds.X+root.Bounds.Width), max(h, root.Bounds.Y+root.Bounds.Height)
	}
	return min(max(w, 1), 20000), min(max(h, 1), 20000)
}

// widest is the width of pictures on the page, in pixels.
const widest = 480

// picture paints the screen's picture anew, smaller, with grey over what a
// customer typed or is called. height is what it shows, in the screen's pixels.
func picture(sc *consent.Screen, screenWidth int) (url template.URL, height float64, why string) {
	img, err := png.Decode(bytes.NewReader(sc.Picture))
	if err != nil {
		return "", 0, "the picture cannot be read: " + clean(err.Error())
	}
	b := img.Bounds()
	scale := float64(b.Dx()) / float64(screenWidth)
	w := min(b.Dx(), widest)
	small := image.NewRGBA(image.Rect(0, 0, w, max(b.Dy()*w/b.Dx(), 1)))
	draw.ApproxBiLinear.Scale(small, small.Bounds(), img, b, draw.Src, nil)
	f := scale * float64(w) / float64(b.Dx())
	for _, r := range secret(sc.Tree) {
		area := image.Rect(int(float64(r.X)*f)-1, int(float64(r.Y)*f)-1, int(float64(r.X+r.Width)*f)+2, int(float64(r.Y+r.Height)*f)+2)
		draw.Draw(small, area.Intersect(small.Bounds()), image.NewUniform(color.RGBA{0x60, 0x60, 0x60, 0xff}), image.Point{}, draw.Src)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, small); err != nil {
		return "", 0, "the picture cannot be painted: " + clean(err.Error())
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(out.Bytes())), float64(b.Dy()) / scale, ""
}

// secret are the areas of what a customer typed and of e-mail addresses.
func secret(t *screen.Tree) []drivers.Rect {
	var areas []drivers.Rect
	t.Each(func(n *screen.Node) bool {
		if isSecret(n) {
			areas = append(areas, n.Bounds)
		}
		return true
	})
	return areas
}

func isSecret(n *screen.Node) bool {
	typed := strings.HasSuffix(n.Class, "EditText") && n.Text != "" && n.Text != n.Hint
	return typed || n.Password || consent.Mask(n.Text) != n.Text || consent.Mask(n.ContentDesc) != n.ContentDesc
}

// mostFrames bounds the wireframe of a screen.
const mostFrames = 1500

func frames(t *screen.Tree) []frame {
	var all []frame
	t.Each(func(n *screen.Node) bool {
		b := n.Bounds
		if !n.Displayed || b.Width <= 0 || b.Height <= 0 {
			return true
		}
		says := n.Text
		if says == "" {
			says = n.ContentDesc
		}
		if says == "" && !n.Clickable {
			return true
		}
		if isSecret(n) {
			says = consent.Masked
		}
		f := frame{X: b.X, Y: b.Y, W: b.Width, H: b.Height, Text: clean(says)}
		// As large as fits into one line, within reason.
		f.Size = max(min(b.Height*2/3, 2*b.Width/max(len([]rune(f.Text)), 1), 60), 8)
		all = append(all, f)
		return len(all) < mostFrames
	})
	return all
}
