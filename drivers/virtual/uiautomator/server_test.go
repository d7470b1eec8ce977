package uiautomator

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"ffscert/drivers/virtual/uiautomator/uitest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// reply is what the server answers.
type reply struct {
	status    int
	SessionID any             `json:"sessionId"`
	Value     json.RawMessage `json:"value"`
}

func (r reply) failed() (code string) {
	var e struct {
		Error, Message string
		Stacktrace     *string
	}
	_ = json.Unmarshal(r.Value, &e)
	if e.Message == "" || e.Stacktrace == nil {
		return ""
	}
	return e.Error
}

func request(t *testing.T, h http.Handler, method, path, body string) reply {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	var r reply
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &r), w.Body.String())
	r.status = w.Code
	return r
}

func TestServerSession(t *testing.T) {
	s := NewServer(uitest.New())
	st := request(t, s, "GET", "/status", "")
	assert.Equal(t, 200, st.status)
	assert.Contains(t, string(st.Value), `"ready":true`)
	assert.JSONEq(t, "[]", string(request(t, s, "GET", "/sessions", "").Value))
	assert.Equal(t, codeInvalidSession, request(t, s, "GET", "/session/none/source", "").failed())

	opened := request(t, s, "POST", "/session", `{"capabilities":{"firstMatch":[{}],"alwaysMatch":{"appium:appPackage":"com.amazon.dee.app"}}}`)
	id, _ := opened.SessionID.(string)
	require.NotEmpty(t, id)
	assert.Contains(t, string(opened.Value), id, "also inside the value")
	assert.Contains(t, string(request(t, s, "GET", "/sessions", "").Value), id)
	src := request(t, s, "GET", "/wd/hub/session/"+id+"/source", "")
	assert.Contains(t, string(src.Value), "<hierarchy", "markup is not escaped")
	found := request(t, s, "POST", "/session/"+id+"/element", `{"strategy":"id","selector":"home_header_quick_add","context":"","multiple":false}`)
	assert.Contains(t, string(found.Value), elementKey)
	assert.Contains(t, string(found.Value), `"ELEMENT"`)
	none := request(t, s, "POST", "/session/"+id+"/element", `{"strategy":"id","selector":"nothing"}`)
	assert.Equal(t, 404, none.status)
	assert.Equal(t, codeNoSuchElement, none.failed())
	bad := request(t, s, "POST", "/session/"+id+"/element", `{"strategy":`)
	assert.Equal(t, 400, bad.status)
	assert.Equal(t, codeInvalidArgument, bad.failed())
	assert.Equal(t, codeUnknownCommand, request(t, s, "POST", "/session/"+id+"/frobnicate", "").failed())
	assert.Equal(t, codeUnknownCommand, request(t, s, "GET", "/", "").failed())
	assert.Contains(t, string(request(t, s, "GET", "/session/"+id, "").Value), "appPackage")

	second := request(t, s, "POST", "/session", `{"desiredCapabilities":{}}`).SessionID.(string)
	assert.Equal(t, codeInvalidSession, request(t, s, "GET", "/session/"+id+"/source", "").failed(), "a new session ends the old one")
	assert.Equal(t, 200, request(t, s, "DELETE", "/session/"+second, "").status)
	assert.Equal(t, codeInvalidSession, request(t, s, "DELETE", "/session/"+second, "").failed())
	assert.Equal(t, codeNotCreated, request(t, s, "POST", "/session", `{}`).failed())
	assert.Equal(t, codeInvalidArgument, request(t, s, "POST", "/session", "["+strings.Repeat(" ", maxBody)).failed())
}

func TestServerTakesCommandsInParallel(t *testing.T) {
	s := NewServer(uitest.New())
	id := request(t, s, "POST", "/session", `{"capabilities":{"alwaysMatch":{}}}`).SessionID.(string)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				assert.Equal(t, 200, request(t, s, "GET", "/session/"+id+"/source", "").status)
				assert.Equal(t, 200, request(t, s, "POST", "/session/"+id+"/elements", `{"strategy":"xpath","selector":"//*"}`).status)
				assert.Equal(t, 200, request(t, s, "POST", "/session/"+id+"/appium/settings", `{"settings":{"allowInvisibleElements":true}}`).status)
				request(t, s, "GET", "/sessions", "")
			}
		})
	}
	wg.Wait()
}

func TestScreenshots(t *testing.T) {
	r := newRig(t)
	picture := func(path string) (w, h int, blue uint32) {
		raw, err := base64.StdEncoding.DecodeString(r.must("GET", path, nil).(string))
		require.NoError(t, err)
		img, err := png.Decode(bytes.NewReader(raw))
		require.NoError(t, err)
		_, _, b, _ := img.At(5, 5).RGBA()
		return img.Bounds().Dx(), img.Bounds().Dy(), b
	}
	w, h, _ := picture("/screenshot")
	assert.Equal(t, []int{1080, 2160}, []int{w, h})
	w, h, blue := picture("/element/" + r.find("id", "devicePageHeader") + "/screenshot")
	assert.Equal(t, []int{1080, 120}, []int{w, h})
	assert.Equal(t, uint32(0xffff), blue)
	r.h.Secure = true
	w, h, blue = picture("/screenshot")
	assert.Equal(t, []int{1080, 2160, 0}, []int{w, h, int(blue)}, "a secure screen comes out black")
}

func FuzzServer(f *testing.F) {
	for _, c := range [][3]string{
		{"POST", "element", `{"strategy":"xpath","selector":"//*[1]"}`},
		{"POST", "actions", `{"actions":[{"type":"pointer","id":"a","actions":[{"type":"pointerMove","x":1,"y":2},{"type":"pointerDown"},{"type":"pointerUp"}]}]}`},
		{"POST", "appium/settings", `{"settings":{"snapshotMaxDepth":3}}`},
		{"POST", "appium/gestures/swipe", `{"area":{"left":1,"top":1,"width":9,"height":9},"direction":"up","percent":1}`},
		{"POST", "rotation", `{"x":0,"y":0,"z":90}`},
		{"GET", "element/active", ""},
	} {
		f.Add(c[0], c[1], c[2])
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		if method != "GET" && method != "POST" && method != "DELETE" {
			t.Skip()
		}
		e := NewEngine(uitest.New(), uitest.App)
		v, err := e.Command(t.Context(), method, "/"+path, []byte(body))
		if err != nil {
			var we *Error
			require.ErrorAs(t, err, &we)
			require.GreaterOrEqual(t, we.Status, 400)
			return
		}
		_, err = json.Marshal(v)
		require.NoError(t, err)
	})
}
