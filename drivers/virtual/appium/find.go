package appium

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"ffscert/drivers/virtual/uiautomator"
)

// implicitPoll is how often the implicit wait looks.
const implicitPoll = 500 * time.Millisecond

// XPath expressions that the driver does not hand on as they are.
var (
	firstVisible = regexp.MustCompile(`/\*\[@firstVisible ?= ?('true'|"true")\]`)
	scrollable   = regexp.MustCompile(`//\*\[@scrollable ?= ?('true'|"true")\]`)
)

type locator struct {
	Using string `json:"using"`
	Value string `json:"value"`
}

// ask is a find as the phone's server takes it.
type ask struct {
	Strategy string `json:"strategy"`
	Selector string `json:"selector"`
	Context  string `json:"context"`
	Multiple bool   `json:"multiple"`
}

func (c *session) question(ids []string, body []byte, all bool) (ask, error) {
	var l locator
	if err := decode(body, &l); err != nil {
		return ask{}, err
	}
	q := ask{Strategy: l.Using, Selector: l.Value, Multiple: all}
	if len(ids) > 0 {
		q.Context = ids[0]
	}
	switch q.Strategy {
	case "id", "accessibility id", "class name", "xpath", "-android uiautomator":
	case "css selector":
		s, err := cssToUiAutomator(q.Selector, c.asked.text("appPackage"))
		if err != nil {
			return q, err
		}
		q.Strategy, q.Selector = "-android uiautomator", s
	case "":
		return q, missing("using")
	default:
		return q, wrong(invalidSelector, "Locator Strategy '%s' is not supported for this session", l.Using)
	}
	if q.Selector == "" {
		return q, original("Must provide a selector when finding elements")
	}
	if q.Strategy == "xpath" && scrollable.MatchString(q.Selector) {
		q.Strategy, q.Selector = "-android uiautomator", "new UiSelector().scrollable(true)"
	}
	return q, nil
}

func (c *session) findOne(ctx context.Context, ids []string, body []byte) (any, error) {
	q, err := c.question(ids, body, false)
	if err != nil {
		return nil, err
	}
	if q.Strategy == "xpath" && q.Context != "" && firstVisible.MatchString(q.Selector) {
		return c.ask(ctx, http.MethodGet, "/appium/element/"+url.PathEscape(q.Context)+"/first_visible", nil)
	}
	var found any
	err = c.implicitly(ctx, func() (bool, error) {
		var err error
		found, err = c.ask(ctx, http.MethodPost, "/element", q)
		return err == nil, err
	})
	return found, err
}

func (c *session) findAll(ctx context.Context, ids []string, body []byte) (any, error) {
	q, err := c.question(ids, body, true)
	if err != nil {
		return nil, err
	}
	var found any = []any{}
	err = c.implicitly(ctx, func() (bool, error) {
		v, err := c.ask(ctx, http.MethodPost, "/elements", q)
		if list, ok := v.([]any); ok && len(list) > 0 {
			found = list
			return true, nil
		}
		return false, err
	})
	var e *uiautomator.Error
	if errors.As(err, &e) && e.Code == noSuchElement {
		return []any{}, nil
	}
	return found, err
}

// implicitly looks until something is found or the implicit wait is over, on
// the phone's clock. Errors other than "no such element" end the wait.
func (c *session) implicitly(ctx context.Context, find func() (bool, error)) error {
	clock := c.h.Clock()
	end := clock.Now().Add(c.implicit)
	for {
		done, err := find()
		var e *uiautomator.Error
		if done || err != nil && (!errors.As(err, &e) || e.Code != noSuchElement) {
			return err
		}
		left := end.Sub(clock.Now())
		if left <= 0 {
			return err
		}
		if err := clock.Sleep(ctx, min(left, implicitPoll)); err != nil {
			return err
		}
	}
}
