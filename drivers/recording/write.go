package recording

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
)

// encode writes an attempt as a file.
func encode(a *Attempt) ([]byte, error) {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	enc := json.NewEncoder(z)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a.Header); err != nil {
		return nil, err
	}
	seen := map[string]int{}
	for i, e := range a.Events {
		if e.Response != nil {
			if first, twice := seen[string(*e.Response)]; twice {
				e.SameAs, e.Response = &first, nil
			} else {
				seen[string(*e.Response)] = i
			}
		}
		if err := enc.Encode(e); err != nil {
			return nil, err
		}
	}
	end := a.End
	end.Kind, end.Events = "end", len(a.Events)
	if err := enc.Encode(end); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
