package uiautomator

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"strconv"
	"strings"

	"ffscert/drivers/virtual/paint"
	"ffscert/drivers/virtual/ui"
)

func (e *Engine) deviceRoutes(get, post func(string, handler)) {
	// say is a route that only reads.
	say := func(pattern string, read func() any) {
		get(pattern, func(ctx context.Context, _ []string, _ []byte) (any, error) { return read(), ctx.Err() })
	}
	say("/appium/device/info", func() any { return e.deviceInfo() })
	say("/appium/device/pixel_ratio", func() any { return float64(e.h.Density()) / 160 })
	say("/appium/device/display_density", func() any { return e.h.Density() })
	say("/appium/device/system_bars", func() any {
		_, _, status, _ := e.h.Size()
		return map[string]int{"statusBar": status}
	})
	say("/appium/device/battery_info", func() any { return map[string]any{"level": 1.0, "status": 2} })
	say("/appium/device/declared_orientation", func() any { return nil })
	say("/appium/device/apps", func() any {
		var names []string
		for _, p := range e.h.Installed() {
			names = append(names, p.Name)
		}
		return names
	})
	say("/window/*/size", func() any {
		w, h, _, _ := e.h.Size()
		return map[string]int{"width": w, "height": h}
	})
	say("/appium/settings", func() any { return e.set.all() })
	say("/orientation", func() any { return orientation(e.h.Rotation()) })
	say("/rotation", func() any { return map[string]int{"x": 0, "y": 0, "z": e.h.Rotation() * 90} })
	displays := func(context.Context, []string, []byte) (any, error) {
		return []map[string]any{{"id": 0, "physicalId": "0", "isDefault": true, "name": "Built-in Screen"}}, nil
	}
	get("/appium/list_displays", displays)
	post("/appium/list_displays", displays)
	post("/appium/list_windows", e.listWindows)
	get("/appium/list_windows", e.listWindows)
	post("/appium/settings", e.updateSettings)
	post("/orientation", e.setOrientation)
	post("/rotation", e.setRotation)
	post("/appium/device/get_clipboard", e.getClipboard)
	post("/appium/device/set_clipboard", e.setClipboard)
	nothing := func(ctx context.Context, _ []string, _ []byte) (any, error) { return nil, ctx.Err() }
	post("/appium/device/open_notifications", nothing)
	post("/appium/reset_ax_cache", nothing)
}

func (e *Engine) deviceInfo() map[string]any {
	w, h, _, _ := e.h.Size()
	if e.h.Rotation()%2 == 1 {
		w, h = h, w
	}
	locale := e.h.Prop("persist.sys.locale")
	if locale == "" {
		locale = "en-US"
	}
	zone := e.h.Prop("persist.sys.timezone")
	if zone == "" {
		zone = "UTC"
	}
	return map[string]any{
		"androidId":       e.androidID(),
		"manufacturer":    e.h.Prop("ro.product.manufacturer"),
		"model":           e.h.Prop("ro.product.model"),
		"brand":           e.h.Prop("ro.product.brand"),
		"apiVersion":      e.h.Prop("ro.build.version.sdk"),
		"platformVersion": e.h.Prop("ro.build.version.release"),
		"carrierName":     "",
		"realDisplaySize": fmt.Sprintf("%dx%d", w, h),
		"displayDensity":  e.h.Density(),
		"networks":        []any{},
		"locale":          strings.ReplaceAll(locale, "-", "_"),
		"timeZone":        zone,
		"bluetooth":       map[string]any{"state": "UNSUPPORTED"},
	}
}

// androidID is 16 hexadecimal digits that stay the same for a serial number.
func (e *Engine) androidID() string {
	var id uint64 = 14695981039346656037 // FNV-1a
	for _, c := range []byte(e.h.Prop("ro.serialno")) {
		id = (id ^ uint64(c)) * 1099511628211
	}
	return fmt.Sprintf("%016x", id)
}

func orientation(rotation int) string {
	if rotation%2 == 1 {
		return "LANDSCAPE"
	}
	return "PORTRAIT"
}

func (e *Engine) setOrientation(ctx context.Context, _ []string, body []byte) (any, error) {
	var in struct {
		Orientation string `json:"orientation"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	var to int
	switch strings.ToUpper(in.Orientation) {
	case "PORTRAIT":
	case "LANDSCAPE":
		to = 1
	default:
		return nil, fail(codeInvalidArgument, "Orientation value '%s' is not supported. Only 'PORTRAIT' and 'LANDSCAPE' values could be translated into a valid screen orientation", clip(in.Orientation))
	}
	if err := e.charge(ctx, ui.OpAction); err != nil {
		return nil, err
	}
	e.h.SetRotation(to)
	return in.Orientation, e.waitIdle(ctx)
}

func (e *Engine) setRotation(ctx context.Context, _ []string, body []byte) (any, error) {
	var in struct {
		X, Y, Z flexInt
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if in.X != 0 || in.Y != 0 || in.Z < 0 || in.Z > 270 || in.Z%90 != 0 {
		return nil, fail(codeInvalidArgument, "Unable to rotate the device to {x:%d, y:%d, z:%d}: x and y must be 0, and z one of 0, 90, 180 and 270", in.X, in.Y, in.Z)
	}
	if err := e.charge(ctx, ui.OpAction); err != nil {
		return nil, err
	}
	e.h.SetRotation(int(in.Z) / 90)
	return map[string]flexInt{"x": 0, "y": 0, "z": in.Z}, e.waitIdle(ctx)
}

func (e *Engine) updateSettings(ctx context.Context, _ []string, body []byte) (any, error) {
	var in struct {
		Settings map[string]json.RawMessage `json:"settings"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if in.Settings == nil {
		return nil, fail(codeInvalidArgument, "'settings' are mandatory")
	}
	if err := e.set.update(in.Settings); err != nil {
		return nil, err
	}
	return nil, ctx.Err()
}

func (e *Engine) getClipboard(ctx context.Context, _ []string, body []byte) (any, error) {
	var in struct {
		ContentType string `json:"contentType"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if err := plainText(in.ContentType); err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString([]byte(e.h.Clipboard())), ctx.Err()
}

func (e *Engine) setClipboard(ctx context.Context, _ []string, body []byte) (any, error) {
	var in struct {
		Content     string `json:"content"`
		ContentType string `json:"contentType"`
	}
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	if err := plainText(in.ContentType); err != nil {
		return nil, err
	}
	text, err := base64.StdEncoding.DecodeString(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, in.Content))
	if err != nil {
		return nil, fail(codeInvalidArgument, "The clipboard content is not base64: %v", err)
	}
	e.h.SetClipboard(string(text))
	return nil, ctx.Err()
}

func plainText(contentType string) error {
	if contentType != "" && !strings.EqualFold(contentType, "PLAINTEXT") {
		return fail(codeInvalidArgument, "Only 'PLAINTEXT' content type is supported. '%s' is given instead", clip(contentType))
	}
	return nil
}

func (e *Engine) listWindows(ctx context.Context, _ []string, _ []byte) (any, error) {
	s := look(e.h)
	out := make([]map[string]any, 0, len(s.windows))
	for i := len(s.windows) - 1; i >= 0; i-- {
		w := s.windows[i]
		b := w.Bounds
		out = append(out, map[string]any{
			"windowId":    i,
			"layer":       i,
			"displayId":   0,
			"packageName": orNull(w.Package),
			"isActive":    w == s.active,
			"rect":        map[string]int{"left": b.Left, "top": b.Top, "right": b.Right, "bottom": b.Bottom},
		})
	}
	return out, ctx.Err()
}

// picture is what is shown. A secure screen comes out black, as on a phone.
func (e *Engine) picture() image.Image {
	if img, ok := e.h.Screenshot(); ok && img != nil {
		return img
	}
	w, h, _, _ := e.h.Size()
	black := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(black, black.Bounds(), image.Black, image.Point{}, draw.Src)
	return black
}

func encode(img image.Image) (any, error) {
	var buf bytes.Buffer
	if err := paint.WritePNG(&buf, img); err != nil {
		return nil, fail("unable to capture screen", "Screenshot cannot be compressed to PNG format: %v", err)
	}
	return base64.StdEncoding.EncodeToString(buf.Bytes()), nil
}

func (e *Engine) screenshot(ctx context.Context, _ []string, _ []byte) (any, error) {
	if err := e.charge(ctx, ui.OpScreenshot); err != nil {
		return nil, err
	}
	return encode(e.picture())
}

func (e *Engine) elementScreenshot(ctx context.Context, ids []string, _ []byte) (any, error) {
	if err := e.charge(ctx, ui.OpScreenshot); err != nil {
		return nil, err
	}
	n, err := e.element(ctx, ids[0])
	if err != nil {
		return nil, err
	}
	b := n.Bounds
	img := e.picture()
	crop := image.Rect(b.Left, b.Top, b.Right, b.Bottom).Add(img.Bounds().Min).Intersect(img.Bounds())
	if crop.Empty() {
		return nil, fail("unable to capture screen", "The cropping area is outside of the original bitmap. Bitmap rect: %v; Cropping area rect: %s", img.Bounds(), n.boundsText())
	}
	out := image.NewRGBA(image.Rect(0, 0, crop.Dx(), crop.Dy()))
	draw.Draw(out, out.Bounds(), img, crop.Min, draw.Src)
	return encode(out)
}

// Details are what the server says of its session: GET /session/:id.
func (e *Engine) Details() map[string]any {
	pkg, _ := e.h.Foreground()
	w, h, status, _ := e.h.Size()
	return map[string]any{
		"lastScrollData":     nil,
		"networkConnections": 0,
		"deviceScreenSize":   strconv.Itoa(w) + "x" + strconv.Itoa(h),
		"statBarHeight":      status,
		"pixelRatio":         float64(e.h.Density()) / 160,
		"package":            pkg,
	}
}
