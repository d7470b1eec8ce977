package drivers

import "context"

// Web is what a [Phone] may do beside: look into pages of the web that an app
// shows, in a Custom Tab or in a WebView of its own. It is optional. Nothing of
// it changes the page.
type Web interface {
	// WebPages are those of the pages that an app of that package has open whose
	// address is wanted; others, which may be the owner's private ones, are not
	// looked at. Afterwards the session is in the native context again, or there is
	// none.
	//
	// With an error, what was learnt in spite of it is returned, too: addresses
	// without documents. A page that cannot be entered is a
	// [certification.RigWebContext]; nothing else of the session suffers from it.
	WebPages(ctx context.Context, pkg string, wanted func(url string) bool) ([]WebPage, error)
}

// WebPage is a page of the web. Texts that hold an e-mail address are masked, and
// nothing that was typed is in it.
type WebPage struct {
	Context string // the name under which it was entered, such as WEBVIEW_chrome
	URL     string
	// HTML is the document as it is, with what is known of its computed styles in
	// attributes data-computed-NAME; "" if the page was not entered.
	HTML string
	// Visible says that the page says of itself that it is seen.
	Visible bool
}
