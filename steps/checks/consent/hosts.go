package consent

import "strings"

// host is what shows Amazon's pages.
type host string

const (
	hostUnknown  host = ""
	hostBrowser  host = "a browser or Custom Tab"
	hostAlexa    host = "the Alexa app"
	hostShopping host = "the Amazon Shopping app"
	hostEmbedded host = "the partner app itself"
)

// hostOf names the host by its package. [O] The packages are those of published
// apps; a browser that is not listed is unknown, and said to be so.
func hostOf(pkg, app string) host {
	switch {
	case pkg == "":
		return hostUnknown
	case pkg == app:
		return hostEmbedded
	case pkg == "com.amazon.dee.app":
		return hostAlexa
	case strings.HasPrefix(pkg, "com.amazon.mShop.android"), strings.HasSuffix(pkg, ".amazon.mShop.android.shopping"):
		return hostShopping
	}
	for _, b := range browsers() {
		if pkg == b || strings.HasPrefix(pkg, b+".") || strings.HasPrefix(pkg, b+"_") {
			return hostBrowser
		}
	}
	return hostUnknown
}

func browsers() []string {
	return []string{"com.android.chrome", "com.chrome", "org.chromium", "com.google.android.apps.chrome", "org.mozilla", "com.sec.android.app.sbrowser",
		"com.microsoft.emmx", "com.opera", "com.brave.browser", "com.duckduckgo.mobile.android", "com.vivaldi.browser", "com.android.browser",
		"com.huawei.browser", "com.mi.globalbrowser", "com.mi.browser", "com.heytap.browser", "com.coloros.browser", "com.vivo.browser", "com.UCMobile", "com.uc.browser",
		"com.yandex.browser", "com.kiwibrowser.browser", "com.ecosia.android", "com.amazon.cloud9", "com.naver.whale", "jp.co.yahoo.android.ybrowser"}
}

// systemPackage tells whether a window belongs to the system or a keyboard: it
// is not what the customer is asked.
func systemPackage(pkg string) bool {
	return pkg == "com.android.systemui" || strings.Contains(pkg, "inputmethod") || strings.Contains(pkg, ".keyboard")
}
