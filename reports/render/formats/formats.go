// Package formats lists the forms in which a matrix can be had. A new one is a
// folder beside this one and an entry here.
package formats

import (
	"io"

	"ffscert/reports/matrix"
	"ffscert/reports/render"
	"ffscert/reports/render/allure"
	"ffscert/reports/render/csv"
	"ffscert/reports/render/html"
	"ffscert/reports/render/junit"
	"ffscert/reports/render/markdown"
	"ffscert/reports/render/messages"
	"ffscert/reports/render/table"
	"ffscert/reports/render/xlsx"
)

// All are the formats, in the order in which they are named to people.
func All() []render.Format {
	return []render.Format{
		{Name: "table", About: "for a terminal", Write: func(w io.Writer, s render.Source) error {
			return table.Render(w, s.Matrix, table.Options{Color: s.Color, Width: s.Width})
		}},
		{Name: "json", About: "matrix.json, with a published schema", Write: func(w io.Writer, s render.Source) error { return matrix.Write(w, s.Matrix) }},
		{Name: "csv", About: "one row per attempt", Write: func(w io.Writer, s render.Source) error { return csv.Render(w, s.Matrix) }},
		{Name: "md", About: "a comment of a pull request", Write: func(w io.Writer, s render.Source) error { return markdown.Render(w, s.Matrix) }},
		{Name: "html", About: "one page", Write: func(w io.Writer, s render.Source) error {
			return html.Render(w, s.Record, html.Options{Folder: s.Folder, Base: s.Base, Whole: s.Whole})
		}},
		{Name: "xlsx", About: "a workbook for Excel", Binary: true, Write: func(w io.Writer, s render.Source) error { return xlsx.Render(w, s.Matrix) }},
		{Name: "junit", About: "JUnit XML", Write: func(w io.Writer, s render.Source) error { return junit.Render(w, s.Matrix) }},
		{Name: "messages", About: "Cucumber messages, as NDJSON", Write: messages.Render},
		{Name: "allure", About: "a folder of results for Allure 3", Folder: allure.Write, Foreign: allure.Foreign},
	}
}

// Of finds a format by its name.
func Of(name string) (render.Format, bool) {
	for _, f := range All() {
		if f.Name == name {
			return f, true
		}
	}
	return render.Format{}, false
}

// Names are the names of all formats.
func Names() []string {
	var names []string
	for _, f := range All() {
		names = append(names, f.Name)
	}
	return names
}
