package consent

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/png"
	"strings"
	"sync"
	"testing"

	"ffscert/drivers/screen"
	"ffscert/drivers/virtual/paint"
	"ffscert/drivers/virtual/ui"
)

// The captures of the tests are made here: a believable partner app and
// Amazon's pages in a Custom Tab, in six languages, laid out and painted.

const (
	app     = "com.example.lumen"
	chrome  = "com.android.chrome"
	dpi     = 240
	width   = 540
	height  = 1230
	statusH = 36
)

func dp(n int) int { return n * dpi / 160 }

// item is a line of a screen.
type item struct {
	class, id, text, desc string
	clickable, checkable  bool
	checked, disabled     bool
	size                  int // sp
	bold                  bool
	fore, back            string
	high, wide            int // dp; 0 as large as it needs
	pkg                   string
}

// page is a screen to be laid out.
type page struct {
	file  string
	role  Role
	pkg   string
	dwell float64
	taps  int
	items []item
	back  string
	// above are further windows.
	above []item
	nopic bool
	gone  bool
	html  string
}

// world is everything that a capture is made of; faults change it.
type world struct {
	lang     string
	locale   string
	journey  Journey
	pages    []page
	declared []string
	url      string
	data     string
	name     string
	scale    float64
}

func (w *world) page(role Role) *page {
	for i := range w.pages {
		if w.pages[i].role == role {
			return &w.pages[i]
		}
	}
	panic("no page " + string(role))
}

func (p *page) item(text string) *item {
	for i := range p.items {
		if p.items[i].text == text || p.items[i].desc == text {
			return &p.items[i]
		}
	}
	panic("no item " + text)
}

func (p *page) drop(text string) {
	for i := range p.items {
		if p.items[i].text == text || p.items[i].desc == text {
			p.items = append(p.items[:i], p.items[i+1:]...)
			return
		}
	}
	panic("no item " + text)
}

func prose(text string) item {
	return item{class: "android.widget.TextView", text: text, size: 16, fore: "#4a4766"}
}

func title(text string) item {
	return item{class: "android.widget.TextView", text: text, size: 24, bold: true, fore: "#1d1a33"}
}

func button(text, back, fore string) item {
	return item{class: "android.widget.Button", text: text, clickable: true, size: 16, bold: true, back: back, fore: fore, high: 54}
}

func webText(text string) item {
	return item{class: "android.view.View", text: text, size: 16, fore: "#0f1111"}
}

// lwaButton is Amazon's button: a picture with alternative text.
func lwaButton() item {
	return item{class: "android.widget.ImageButton", id: app + ":id/login_with_amazon", desc: buttonText, clickable: true, size: 16, bold: true, back: "#ffd77a", fore: "#1f1a0c", high: 52}
}

var painter = paint.New()

// build lays a page out.
func (p *page) build(t testing.TB) Screen {
	t.Helper()
	key := fmt.Sprintf("%+v", *p)
	if s, ok := built.Load(key); ok {
		return s.(Screen)
	}
	s := p.draw(t)
	built.Store(key, s)
	return s
}

// built keeps the screens that were drawn: most tests change one of several.
var built sync.Map

func (p *page) draw(t testing.TB) Screen {
	t.Helper()
	root := p.window(p.items, 0, height, p.pkg)
	windows := []*ui.Node{root}
	if len(p.above) > 0 {
		windows = append(windows, p.window(p.above, dp(300), dp(300)+dp(60)*len(p.above)+dp(40), p.above[0].pkg))
	}
	dwell, taps := p.dwell, p.taps
	s := Screen{File: p.file, Role: p.role, Package: p.pkg, Dwell: &dwell, Taps: &taps, HTML: p.html, Gone: p.gone}
	source := dump(windows)
	tree, err := screen.Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	s.Tree = tree
	if !p.nopic {
		sc := paint.Screen{Width: width, Height: height, StatusBar: statusH, Density: dpi, Clock: "12:00"}
		for _, w := range windows {
			sc.Windows = append(sc.Windows, paint.Window{Root: w, Background: p.back})
		}
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, painter.Paint(sc)); err != nil {
			t.Fatal(err)
		}
		s.Picture = b.Bytes()
	}
	return s
}

func (p *page) window(items []item, top, bottom int, pkg string) *ui.Node {
	root := node("android.widget.FrameLayout", pkg, ui.Rect{Left: 0, Top: top, Right: width, Bottom: bottom})
	at, parent := top+statusH+dp(16), root
	if p.role != Explain && (p.pkg == chrome || strings.HasPrefix(p.pkg, "com.amazon")) && top == 0 {
		bar := node("android.widget.FrameLayout", p.pkg, ui.Rect{Left: 0, Top: statusH, Right: width, Bottom: statusH + dp(56)})
		bar.ResourceID = p.pkg + ":id/toolbar"
		url := node("android.widget.TextView", p.pkg, ui.Rect{Left: dp(80), Top: statusH, Right: width, Bottom: statusH + dp(56)})
		url.ResourceID, url.Text, url.Clickable = p.pkg+":id/url_bar", "www.amazon.com", true
		url.Look = &ui.Look{TextSize: 16, Foreground: "#202124"}
		closer := node("android.widget.ImageButton", p.pkg, ui.Rect{Left: 0, Top: statusH + dp(8), Right: dp(40), Bottom: statusH + dp(48)})
		closer.ResourceID, closer.ContentDesc, closer.Clickable = p.pkg+":id/close_button", "Close tab", true
		bar.Children = []*ui.Node{closer, url}
		web := node("android.webkit.WebView", p.pkg, ui.Rect{Left: 0, Top: statusH + dp(56), Right: width, Bottom: bottom})
		web.Text = "Amazon Sign-In"
		root.Children = []*ui.Node{bar, web}
		at, parent = statusH+dp(56+16), web
	}
	for _, it := range items {
		size := it.size
		if size == 0 {
			size = 16
		}
		w := width - 2*dp(24)
		if it.wide > 0 {
			w = dp(it.wide)
		}
		says := it.text
		_, _, line := painter.Measure(says, float64(dp(size)), it.bold, w)
		lines, _, _ := painter.Measure(says, float64(dp(size)), it.bold, w)
		h := line*len(lines) + dp(4)
		if it.high > 0 {
			h = dp(it.high)
		}
		of := it.pkg
		if of == "" {
			of = pkg
		}
		n := node(it.class, of, ui.Rect{Left: dp(24), Top: at, Right: dp(24) + w, Bottom: at + h})
		n.Text, n.ContentDesc, n.ResourceID = it.text, it.desc, it.id
		n.Clickable, n.Checkable, n.Checked, n.Enabled = it.clickable, it.checkable, it.checked, !it.disabled
		n.Look = &ui.Look{TextSize: size, Bold: it.bold, Foreground: it.fore, Background: it.back}
		if it.clickable {
			n.Look.Align, n.Look.Radius = "center", 20
		}
		if it.desc == buttonText {
			n.Look.Caption = buttonText
		}
		parent.Children = append(parent.Children, n)
		at += h + dp(12)
	}
	return root
}

func node(class, pkg string, b ui.Rect) *ui.Node {
	return &ui.Node{Class: class, Package: pkg, Bounds: b, Enabled: true, Displayed: true}
}

// dump writes windows as `uiautomator dump` does.
func dump(windows []*ui.Node) string {
	var b strings.Builder
	b.WriteString(`<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation="0">`)
	for _, w := range windows {
		dumpNode(&b, w)
	}
	b.WriteString("</hierarchy>")
	return b.String()
}

func dumpNode(b *strings.Builder, n *ui.Node) {
	b.WriteString("<node")
	for _, a := range [][2]string{{"text", n.Text}, {"resource-id", n.ResourceID}, {"class", n.Class}, {"package", n.Package}, {"content-desc", n.ContentDesc},
		{"checkable", fmt.Sprint(n.Checkable)}, {"checked", fmt.Sprint(n.Checked)}, {"clickable", fmt.Sprint(n.Clickable)}, {"enabled", fmt.Sprint(n.Enabled)},
		{"bounds", fmt.Sprintf("[%d,%d][%d,%d]", n.Bounds.Left, n.Bounds.Top, n.Bounds.Right, n.Bounds.Bottom)}} {
		b.WriteString(" " + a[0] + `="`)
		_ = xml.EscapeText(b, []byte(a[1]))
		b.WriteString(`"`)
	}
	b.WriteString(">")
	for _, c := range n.Children {
		dumpNode(b, c)
	}
	b.WriteString("</node>")
}

func (w *world) withoutPictures() *world {
	for i := range w.pages {
		w.pages[i].nopic = true
	}
	return w
}

// capture makes the capture.
func (w *world) capture(t testing.TB) Capture {
	t.Helper()
	c := Capture{Locale: w.locale, Density: dpi, FontScale: w.scale, Journey: w.journey, DeclaredScopes: w.declared, RequestedURL: w.url,
		AppName: w.name, AppPackage: app}
	if w.data != "" {
		c.ScopeData = []byte(w.data)
	}
	for i := range w.pages {
		c.Screens = append(c.Screens, w.pages[i].build(t))
	}
	return c
}

const goodURL = "https://www.amazon.com/ap/oa?client_id=amzn1.application-oa2-client.0a1b&scope=frustration_free_setup%3A%3Adevice%3Asetup+alexa%3A%3Askills%3Aaccount_linking" +
	"&response_type=code&redirect_uri=https%3A%2F%2Flumen.example.com%2Flwa&state=af0ifjsldkj&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"

// faultless is a journey in which everything is right.
func faultless(lang string, j Journey) *world {
	x := wordsOf(lang)
	w := &world{lang: lang, locale: x.locale, journey: j, declared: []string{FFSScope, linkingScope}, url: goodURL, name: "Lumen", scale: 1}
	host := chrome
	switch j {
	case SSO:
		host = "com.amazon.mShop.android.shopping"
	case AppToApp:
		host = "com.amazon.dee.app"
	}
	explain := page{file: "01-explain", role: Explain, pkg: app, dwell: 6, taps: 1, back: "#f5f4fb", items: []item{
		title(x.explainTitle), prose(x.purpose), prose(x.benefit), prose(x.undo), lwaButton(), button(x.notNow, "#e7e4fa", "#4b3fb5")}}
	signin := page{file: "02-signin", role: SignIn, pkg: host, dwell: 9, taps: 1, back: "#ffffff", items: []item{
		{class: "android.view.View", text: x.signIn, size: 24, fore: "#0f1111"},
		webText(x.email), {class: "android.widget.EditText", id: "ap_email", text: "jane@example.com", clickable: true, high: 48, size: 16, fore: "#0f1111"},
		webText(x.password), {class: "android.widget.EditText", id: "ap_password", clickable: true, high: 48, size: 16, fore: "#0f1111"},
		{class: "android.widget.Button", id: "signInSubmit", text: x.signIn, clickable: true, size: 16, back: "#ffd814", fore: "#0f1111", high: 48}}}
	consent := page{file: "03-consent", role: Consent, pkg: host, dwell: 4, taps: 1, back: "#ffffff", items: []item{
		{class: "android.view.View", text: "Lumen", size: 24, fore: "#0f1111"}, webText(x.wants), webText(x.ffs), webText(x.linking),
		{class: "android.view.View", text: x.note, size: 14, fore: "#565959"},
		{class: "android.widget.Button", text: x.allow, clickable: true, size: 16, back: "#ffd814", fore: "#0f1111", high: 48},
		{class: "android.widget.Button", text: x.refuse, clickable: true, size: 16, back: "#f3f5f5", fore: "#0f1111", high: 48},
		{class: "android.view.View", text: x.privacy, desc: "Lumen " + x.privacy, clickable: true, size: 14, fore: "#00566a", high: 48}}}
	refused := page{file: "04-refused", role: Refused, pkg: app, dwell: 3, taps: 1, back: "#f5f4fb", items: []item{
		title(x.refusedTitle), prose(x.refusedText), button(x.manual, "#4b3fb5", "#ffffff")}}
	fallback := page{file: "05-fallback", role: Fallback, pkg: app, dwell: 30, taps: 1, back: "#f5f4fb", items: []item{
		title(x.fallbackTitle), prose(x.fallbackText), button(x.start, "#4b3fb5", "#ffffff")}}
	linked := page{file: "04-linked", role: Other, pkg: app, dwell: 3, taps: 0, back: "#f5f4fb", items: []item{
		title(x.linkedTitle), prose(x.linkedText), button(x.unlink, "#e7e4fa", "#4b3fb5")}}
	switch j {
	case Allow, Browser, Revoked:
		w.pages = []page{explain, signin, consent, linked}
	case SSO, AppToApp:
		w.pages = []page{explain, consent, linked}
	case Refuse:
		w.pages = []page{explain, signin, consent, refused, fallback}
	case Cancel, Timeout:
		consent.taps = 0
		w.pages = []page{explain, signin, consent, refused, fallback}
	case Offline:
		w.pages = []page{explain, refused, fallback}
	case Returning:
		w.pages = []page{explain, linked}
	}
	return w
}

type fixtureWords struct {
	locale                                                    string
	explainTitle, purpose, benefit, undo, notNow              string
	signIn, email, password                                   string
	wants, ffs, linking, note, allow, refuse, privacy         string
	refusedTitle, refusedText, manual                         string
	fallbackTitle, fallbackText, start                        string
	linkedTitle, linkedText, unlink                           string
	foreign, profile, postal, doubleNegative, shaming, broken string
}

var languages = []string{"en", "de", "fr", "es", "it", "ja"}

func wordsOf(lang string) fixtureWords {
	switch lang {
	case "de":
		return fixtureWords{locale: "de-DE",
			explainTitle: "Mit Amazon verbinden", purpose: "Amazon fragt Sie gleich, ob Lumen Ihre Geräte mit Ihrem WLAN einrichten darf.",
			benefit: "Neue Lampen verbinden sich dann von selbst, und Sie müssen kein Passwort eintippen.", undo: "Sie können die Verknüpfung jederzeit auf der Seite Konto aufheben.", notNow: "Jetzt nicht",
			signIn: "Anmelden", email: "E-Mail-Adresse oder Telefonnummer", password: "Passwort",
			wants: "möchte:", ffs: "Ihre Geräte mit Frustration-Free Setup einrichten", linking: "Den Skill mit Ihrem Alexa-Konto verknüpfen",
			note: "Sie können dies jederzeit unter Mein Konto widerrufen.", allow: "Zulassen", refuse: "Abbrechen", privacy: "Datenschutzhinweis",
			refusedTitle: "Nicht verknüpft", refusedText: "Ihr Amazon-Konto wurde nicht verknüpft. Sie können Ihre Geräte mit Lumen selbst einrichten.", manual: "Manuell einrichten",
			fallbackTitle: "Gerät einrichten", fallbackText: "Bleiben Sie in der Nähe der Lampe. Das dauert etwa eine Minute.", start: "Einrichtung starten",
			linkedTitle: "Verknüpft", linkedText: "Neue Geräte richten sich jetzt von selbst ein.", unlink: "Verknüpfung aufheben",
			foreign: "We will let you know when the set-up is done.", profile: "Ihren Namen und Ihre E-Mail-Adresse sehen", postal: "Ihre Postleitzahl sehen",
			doubleNegative: "Nicht ablehnen", shaming: "Nein, ich tippe lieber alles von Hand", broken: "Die Einrichtung ist fehlgeschlagen."}
	case "fr":
		return fixtureWords{locale: "fr-FR",
			explainTitle: "Associer à Amazon", purpose: "Amazon va vous demander si Lumen peut configurer vos appareils avec votre Wi-Fi.",
			benefit: "Vos nouvelles lampes se connectent alors toutes seules, sans mot de passe à saisir.", undo: "Vous pouvez dissocier les comptes à tout moment sur la page Compte.", notNow: "Pas maintenant",
			signIn: "S'identifier", email: "Adresse e-mail ou numéro de téléphone", password: "Mot de passe",
			wants: "souhaite :", ffs: "Configurer vos appareils avec Frustration-Free Setup", linking: "Associer sa skill à votre compte Alexa",
			note: "Vous pouvez retirer cette autorisation à tout moment dans votre compte.", allow: "Autoriser", refuse: "Annuler", privacy: "Déclaration de confidentialité",
			refusedTitle: "Non associé", refusedText: "Votre compte Amazon n'a pas été associé. Vous pouvez configurer vos appareils avec Lumen.", manual: "Configurer manuellement",
			fallbackTitle: "Configurer un appareil", fallbackText: "Restez près de la lampe. Cela prend environ une minute.", start: "Commencer",
			linkedTitle: "Associé", linkedText: "Les nouveaux appareils se configurent maintenant tout seuls.", unlink: "Dissocier",
			foreign: "We will let you know when the set-up is done.", profile: "Voir votre nom et votre adresse e-mail", postal: "Voir votre code postal",
			doubleNegative: "Ne pas refuser", shaming: "Non, je préfère tout taper à la main", broken: "La configuration a échoué."}
	case "es":
		return fixtureWords{locale: "es-ES",
			explainTitle: "Vincular con Amazon", purpose: "Amazon te va a preguntar si Lumen puede configurar tus dispositivos con tu red Wi-Fi.",
			benefit: "Tus lámparas nuevas se conectan entonces solas, sin escribir ninguna contraseña.", undo: "Puedes desvincular las cuentas en cualquier momento en la página Cuenta.", notNow: "Ahora no",
			signIn: "Iniciar sesión", email: "Correo electrónico o número de teléfono", password: "Contraseña",
			wants: "desea:", ffs: "Configurar tus dispositivos con Frustration-Free Setup", linking: "Vincular su skill con tu cuenta de Alexa",
			note: "Puedes retirar este permiso en cualquier momento en tu cuenta.", allow: "Permitir", refuse: "Cancelar", privacy: "Aviso de privacidad",
			refusedTitle: "No vinculado", refusedText: "Tu cuenta de Amazon no se ha vinculado. Puedes configurar tus dispositivos con Lumen.", manual: "Configurar manualmente",
			fallbackTitle: "Configurar un dispositivo", fallbackText: "Quédate cerca de la lámpara. Esto tarda más o menos un minuto.", start: "Empezar",
			linkedTitle: "Vinculado", linkedText: "Los dispositivos nuevos ya se configuran solos.", unlink: "Desvincular",
			foreign: "We will let you know when the set-up is done.", profile: "Ver tu nombre y tu correo electrónico", postal: "Ver tu código postal",
			doubleNegative: "No rechazar", shaming: "No, prefiero escribirlo todo a mano", broken: "La configuración ha fallado."}
	case "it":
		return fixtureWords{locale: "it-IT",
			explainTitle: "Collega ad Amazon", purpose: "Amazon ti chiederà se Lumen può configurare i tuoi dispositivi con il tuo Wi-Fi.",
			benefit: "Le nuove lampade si collegano allora da sole, senza digitare la password.", undo: "Puoi scollegare gli account in qualsiasi momento nella pagina Account.", notNow: "Non ora",
			signIn: "Accedi", email: "Indirizzo e-mail o numero di telefono", password: "Password",
			wants: "desidera:", ffs: "Configurare i tuoi dispositivi con Frustration-Free Setup", linking: "Collegare la sua skill al tuo account Alexa",
			note: "Puoi revocare questa autorizzazione in qualsiasi momento nel tuo account.", allow: "Consenti", refuse: "Annulla", privacy: "Informativa sulla privacy",
			refusedTitle: "Non collegato", refusedText: "Il tuo account Amazon non è stato collegato. Puoi configurare i tuoi dispositivi con Lumen.", manual: "Configura manualmente",
			fallbackTitle: "Configura un dispositivo", fallbackText: "Resta vicino alla lampada. Ci vuole circa un minuto.", start: "Inizia",
			linkedTitle: "Collegato", linkedText: "I nuovi dispositivi ora si configurano da soli.", unlink: "Scollega",
			foreign: "We will let you know when the set-up is done.", profile: "Vedere il tuo nome e il tuo indirizzo e-mail", postal: "Vedere il tuo codice postale",
			doubleNegative: "Non rifiutare", shaming: "No, preferisco scrivere tutto a mano", broken: "La configurazione non è riuscita. Errore."}
	case "ja":
		return fixtureWords{locale: "ja-JP",
			explainTitle: "Amazonと連携", purpose: "LumenがWi-Fiを使ってデバイスを設定してよいか、Amazonが確認します。",
			benefit: "新しい照明は自動で接続され、パスワードを入力する必要はありません。", undo: "連携はアカウントのページでいつでも解除できます。", notNow: "今はしない",
			signIn: "サインイン", email: "Eメールまたは携帯電話番号", password: "パスワード",
			wants: "次の許可を求めています：", ffs: "Frustration-Free Setupでデバイスを設定する", linking: "スキルをAlexaアカウントにリンクする",
			note: "この許可はアカウントサービスでいつでも取り消せます。", allow: "許可する", refuse: "キャンセル", privacy: "プライバシー規約",
			refusedTitle: "連携していません", refusedText: "Amazonアカウントは連携されませんでした。デバイスはLumenで設定できます。", manual: "手動で設定",
			fallbackTitle: "デバイスの設定", fallbackText: "照明の近くにいてください。約一分かかります。", start: "設定を開始",
			linkedTitle: "連携しました", linkedText: "新しいデバイスは自動で設定されます。", unlink: "連携を解除",
			foreign: "We will let you know when the set-up is done.", profile: "お名前とメールアドレスを見る", postal: "郵便番号を見る",
			doubleNegative: "拒否しない", shaming: "いいえ、手入力が好きです", broken: "設定に失敗しました。"}
	}
	return fixtureWords{locale: "en-US",
		explainTitle: "Link with Amazon", purpose: "Amazon will ask if Lumen may set up your devices with your Wi-Fi.",
		benefit: "New lamps then join by themselves, and you need not type a password.", undo: "You can unlink the accounts at any time on the page Account.", notNow: "Not now",
		signIn: "Sign in", email: "Email or mobile phone number", password: "Password",
		wants: "would like to:", ffs: "Set up your devices with Frustration-Free Setup", linking: "Link its skill with your Alexa account",
		note: "You can take this back at any time in Your Account.", allow: "Allow", refuse: "Cancel", privacy: "Privacy Notice",
		refusedTitle: "Not linked", refusedText: "Your Amazon account was not linked. You can set up your devices with Lumen.", manual: "Set up manually",
		fallbackTitle: "Set up a device", fallbackText: "Stay near the lamp. This takes about a minute.", start: "Start set-up",
		linkedTitle: "Linked", linkedText: "New devices now set themselves up.", unlink: "Unlink",
		foreign: "Wir sagen Ihnen Bescheid, wenn die Lampe bereit ist und das Licht brennt.", profile: "See your name and your email address", postal: "See your postal code",
		doubleNegative: "Don't refuse", shaming: "No, I'd rather type everything by hand", broken: "Something went wrong."}
}
