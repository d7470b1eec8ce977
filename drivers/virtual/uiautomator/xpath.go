package uiautomator

import (
	"context"
	"errors"

	"ffscert/drivers/virtual/uiautomator/xpath"
)

// maxExpression bounds a selector, in bytes.
const maxExpression = xpath.MaxLength

// xpathFind evaluates an expression from a node of a document and returns the
// nodes that it selects, in document order. Attributes, values and <hierarchy>
// are no elements and are passed over, as the server does.
func xpathFind(ctx context.Context, expr string, doc *xpath.Node, at *node) ([]*node, error) {
	compiled, err := xpath.Compile(expr)
	if err != nil {
		return nil, invalidSelector("Invalid XPath expression '%s': %v", clip(expr), err)
	}
	doc.Number()
	from := doc
	if at != nil {
		if from = elementOf(doc, at.Key); from == nil {
			return nil, fail(codeUnknownError, "Cannot match the root element for the context-based XPath lookup")
		}
	}
	selected, err := compiled.Select(ctx, from)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil, err
	case err != nil:
		return nil, invalidSelector("The XPath expression '%s' cannot be evaluated: %v", clip(expr), err)
	}
	var found []*node
	for _, el := range selected {
		if n, ok := el.Data.(*node); ok {
			found = append(found, n)
		}
	}
	return found, nil
}

func elementOf(el *xpath.Node, key string) *xpath.Node {
	if n, ok := el.Data.(*node); ok && n.Key == key {
		return el
	}
	for _, c := range el.Children {
		if f := elementOf(c, key); f != nil {
			return f
		}
	}
	return nil
}
