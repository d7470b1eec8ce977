package uiautomator

import (
	"container/list"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// maxElements bounds the cache; the least recently used go first.
const maxElements = 5000

// elementKey is what W3C WebDriver calls the "web element identifier".
const elementKey = "element-6066-11e4-a52e-4f735466cecf"

// known is an element that a client holds a handle to.
type known struct {
	id  string
	key string // the node's
	// selector is set for what was found with one UiSelector: such an element
	// is looked for again when its node has gone, as a UiObject is.
	selector *selector
	// query is how a single element was found; the server looks by it once
	// more when the node has gone, so that a handle survives a page that is
	// left and opened again.
	query *query
}

// elements is the cache of handles. The same node has the same handle as long
// as it is there.
type elements struct {
	byID  map[string]*list.Element // of *known
	byKey map[string]string        // node key to id
	used  *list.List
	next  uint32
}

func newElements() *elements {
	return &elements{byID: map[string]*list.Element{}, byKey: map[string]string{}, used: list.New()}
}

// add returns the handle of a node.
func (c *elements) add(n *node, s *selector, q *query) string {
	if id, ok := c.byKey[n.Key]; ok {
		if el, ok := c.byID[id]; ok {
			c.used.MoveToFront(el)
			k := el.Value.(*known)
			k.selector, k.query = s, q // as it was found last
			return id
		}
	}
	c.next++
	// The server makes its ids of the window and the node id, in this form.
	id := fmt.Sprintf("00000000-0000-%04x-ffff-ffff%08x", c.next>>16, c.next)
	c.byID[id] = c.used.PushFront(&known{id: id, key: n.Key, selector: s, query: q})
	c.byKey[n.Key] = id
	for c.used.Len() > maxElements {
		old := c.used.Remove(c.used.Back()).(*known)
		delete(c.byID, old.id)
		if c.byKey[old.key] == old.id {
			delete(c.byKey, old.key)
		}
	}
	return id
}

// element returns the live node behind a handle.
func (e *Engine) element(ctx context.Context, id string) (*node, error) {
	el, ok := e.cache.byID[id]
	if !ok {
		return nil, fail(codeNoSuchElement, "The element identified by '%s' is not present in the cache or has expired. Try to find it again", clip(id))
	}
	e.cache.used.MoveToFront(el)
	k := el.Value.(*known)
	now := look(e.h)
	if n := now.find(k.key); n != nil {
		return n, nil
	}
	if n := e.again(ctx, k, now); n != nil {
		if e.cache.byKey[k.key] == k.id {
			delete(e.cache.byKey, k.key)
		}
		k.key = n.Key
		if _, taken := e.cache.byKey[n.Key]; !taken {
			e.cache.byKey[n.Key] = k.id
		}
		return n, nil
	}
	return nil, fail(codeStaleElement, "The element '%s' does not exist in DOM anymore", id)
}

// again looks for an element in the way in which it was found; nil says that
// it is not there.
func (e *Engine) again(ctx context.Context, k *known, now *screen) *node {
	if k.selector != nil {
		return k.selector.one(now.active)
	}
	q := k.query
	if q == nil || q.Strategy == "-android uiautomator" {
		return nil
	}
	k.query = nil // elements that were found in each other do not go round in circles
	defer func() { k.query = q }()
	found, err := e.search(ctx, *q, false)
	if err != nil || len(found) == 0 {
		return nil
	}
	return found[0].n
}

// model is an element as a find returns it.
func (e *Engine) model(n *node, s *selector, q *query) map[string]any {
	id := e.cache.add(n, s, q)
	out := map[string]any{elementKey: id, "ELEMENT": id}
	if e.set.bool("shouldUseCompactResponses") {
		return out
	}
	for field := range strings.SplitSeq(e.set.string("elementResponseAttributes"), ",") {
		switch field = strings.TrimSpace(field); field {
		case "name":
			out[field] = orNull(n.ContentDesc)
		case "text":
			out[field] = n.Text
		case "rect":
			out[field] = rectOf(n)
		case "enabled", "displayed", "selected":
			out[field], _ = e.attribute(n, field)
		default:
			if name, ok := strings.CutPrefix(field, "attribute/"); ok {
				if v, err := e.attribute(n, name); err == nil {
					out[field] = v
				}
			}
		}
	}
	return out
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// rect is a W3C rectangle.
type rect struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

func rectOf(n *node) rect {
	return rect{n.Bounds.Left, n.Bounds.Top, n.Bounds.Width(), n.Bounds.Height()}
}

// attribute reads an attribute by any of the server's names, in any case. The
// value is a string or null.
func (e *Engine) attribute(n *node, name string) (any, error) {
	flag := func(v bool) (any, error) { return strconv.FormatBool(v), nil }
	switch strings.ToLower(name) {
	case "text", "name":
		return n.Text, nil
	case "original-text":
		return orNull(n.Text), nil
	case "content-desc", "contentdescription":
		return orNull(n.ContentDesc), nil
	case "class", "classname":
		return n.Class, nil
	case "resource-id", "resourceid":
		return orNull(n.ResourceID), nil
	case "package":
		return n.Package, nil
	case "hint":
		return orNull(n.Hint), nil
	case "bounds":
		return n.boundsText(), nil
	case "index":
		return strconv.Itoa(n.index), nil
	case "checkable":
		return flag(n.Checkable)
	case "checked":
		return flag(n.Checked)
	case "clickable":
		return flag(n.Clickable)
	case "enabled":
		return flag(n.Enabled)
	case "focusable":
		return flag(n.Focusable)
	case "focused":
		return flag(n.Focused)
	case "long-clickable", "longclickable":
		return flag(n.LongClickable)
	case "scrollable":
		return flag(n.Scrollable)
	case "selected":
		return flag(n.Selected)
	case "password":
		return flag(n.Password)
	case "displayed":
		return flag(n.Displayed)
	case "selection-start", "selection-end", "extras":
		return nil, nil
	case "contentsize":
		return contentSize(n), nil
	}
	return nil, fail(codeUnknownCommand, "'%s' attribute is unknown for the element. Only the following attributes are supported: [%s]", clip(name), attributeNames)
}

const attributeNames = "checkable, checked, {class,className}, clickable, {content-desc,contentDescription}, enabled, focusable, focused, " +
	"{long-clickable,longClickable}, package, password, {resource-id,resourceId}, scrollable, selection-start, selection-end, selected, " +
	"{text,name}, hint, extras, bounds, displayed, contentSize"

// contentSize is that of a scrollable, in pixels. What the tree does not say,
// how much more there is, is given as none.
func contentSize(n *node) string {
	out, _ := json.Marshal(struct {
		Width            int `json:"width"`
		Height           int `json:"height"`
		Top              int `json:"top"`
		Left             int `json:"left"`
		ScrollableOffset int `json:"scrollableOffset"`
		TouchPadding     int `json:"touchPadding"`
	}{n.Bounds.Width(), n.Bounds.Height(), n.Bounds.Top, n.Bounds.Left, 0, 0})
	return string(out)
}
