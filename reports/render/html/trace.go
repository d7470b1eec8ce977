package html

import (
	"io/fs"
	"net/url"
	"path"
	"strings"

	"ffscert/features/certification"
	"ffscert/reports/render/trace"
)

// traceLink is the link to the trace of an attempt: the page of traces lies in the
// run's folder, if there is one. Empty where there is nothing to see.
func (b *builder) traceLink(id certification.AttemptID, v certification.Verdict) string {
	folder := b.pictures.folder
	if folder == nil || !trace.Worth(v) {
		return ""
	}
	if info, err := fs.Stat(folder, trace.FileName); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	var segments []string
	for _, s := range strings.Split(path.Join(b.base, trace.FileName), "/") {
		segments = append(segments, url.PathEscape(s))
	}
	link := strings.Join(segments, "/")
	if !strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "../") {
		link = "./" + link // so that no first segment reads as a scheme
	}
	return link + "#" + trace.Anchor(id)
}
