package consent

import "slices"

// rule is one of the rules of DOMAIN's table.
type rule struct {
	ID string
	// Checks says what is checked, Worst the worst outcome, Source where the
	// rule comes from.
	Checks string
	Worst  string
	Source string
	// required are the journeys that are not finished without a judgement.
	required []Journey
	judge    func(*subject, *judgement)
}

func (r rule) requiredIn(j Journey) bool { return slices.Contains(r.required, j) }

// Sets of journeys.
func everyJourney() []Journey { return Journeys() }

// asking are the journeys in which Amazon asks for the permission.
func asking() []Journey {
	return slices.DeleteFunc(Journeys(), func(j Journey) bool { return !j.asks() })
}

// breaking are the journeys that end without a permission.
func breaking() []Journey {
	return slices.DeleteFunc(Journeys(), func(j Journey) bool { return !j.broken() })
}

// rules are all rules, in the order in which they are reported.
func rules() []rule {
	return []rule{
		{"LWA-OFFERED", "“Login with Amazon” is offered where signing in or linking is, and gone or a log-out once linked", "fail if it is missing, warn if it is still there afterwards",
			"Provisionee Certification Guide, “Device Details” (the app supports Login with Amazon); LWA documentation, button (hidden or a log-out once signed in)", everyJourney(), judgeOffered},
		{"LWA-BUTTON", "the text or alternative text of the button is “Login with Amazon”", "warn",
			"LWA documentation, button guidelines (Amazon's images, unmodified; alternative text)", nil, judgeButton},
		{"LWA-FLOW", "the flow is recognised: single sign-on in the Shopping app, browser or Custom Tab, app-to-app, embedded", "review",
			"LWA documentation for Android (ways of signing in); Alexa app-to-app account linking", asking(), judgeFlow},
		{"LWA-WEBVIEW", "while Amazon's pages are up, the package in front is a browser, the Alexa app or the Shopping app, never the partner app with a web view", "fail",
			"LWA documentation, “Risks for Using WebView for Mobile Applications”; RFC 8252, section 8.12; the guide: the app does not obfuscate the flow", asking(), judgeWebView},
		{"LWA-REASON", "a screen of the app comes before the hand-over, and says what for: device set-up, Wi-Fi or Amazon, the benefit, how to undo it", "fail if there is no such screen, review for its words",
			"Provisionee Certification Guide, “Device Details” (all messaging, and the explanation why, is clear)", asking(), judgeReason},
		{"LWA-OVERLAY", "nothing of the partner app lies above the consent; it is not dismissed by itself, and is seen for more than 0 s", "fail",
			"Provisionee Certification Guide, “Device Details” (the app does not obfuscate the flow); RFC 9700, section 4.16 (clickjacking)", asking(), judgeOverlay},
		{"LWA-SCOPE", "scopes requested = shown = declared in the profile, the scope of Frustration-Free Setup among them", "fail",
			"Provisionee Certification Guide, “Device Details” (including the FFS scope); LWA documentation, scope", asking(), judgeScope},
		{"LWA-ESSENTIAL", "only declared scopes are essential; voluntary ones are not ticked in advance", "fail",
			"LWA documentation, scope_data; Regulation (EU) 2016/679, recital 32 (pre-ticked boxes are no consent)", asking(), judgeEssential},
		{"LWA-IDENTITY", "the consent names the app as the profile does, and the privacy notice can be reached", "fail",
			"LWA documentation, consent page (name and privacy notice of the security profile)", asking(), judgeIdentity},
		{"LWA-REFUSE", "refusing exists on the consent page, and costs no more taps than allowing", "fail",
			"Data-protection authorities on dark patterns (EDPB Guidelines 03/2022; CNIL on refusing as easily as accepting)", asking(), judgeRefuse},
		{"LWA-PROMINENCE", "refusing has at least 0.6 times the area of allowing, a text contrast of at least 4.5:1, and is a button rather than a faint link", "warn",
			"Data-protection authorities on dark patterns (EDPB Guidelines 03/2022, “hidden in plain sight”); WCAG 2.2, 1.4.3; the factor 0.6 is ours", nil, judgeProminence},
		{"LWA-LABEL", "the label of refusing is unambiguous: no double negative, no shaming", "review",
			"Data-protection authorities on dark patterns (EDPB Guidelines 03/2022, “emotional steering”, “conflicting information”)", asking(), judgeLabel},
		{"LWA-FALLBACK", "after refusal, cancel, time-out or without network the maker's own set-up is reachable and works", "fail",
			"Provisionee Certification Guide, “Device Details” (the existing non-FFS set up flow starts up and attempts to set up the device)", breaking(), judgeFallback},
		{"LWA-URL", "response_type is code; the redirect is https or the app's own scheme; state is there, and PKCE with S256", "fail for the flow and the redirect, warn for state and PKCE",
			"LWA documentation, authorization request; RFC 9700, section 2.1; RFC 8252, sections 6 to 8; RFC 7636", asking(), judgeURL},
		{"LWA-BASELINE", "the texts equal the approved baseline", "review",
			"ours: what was approved once is not approved after a change", nil, judgeBaseline},
		{"LWA-LOCALE", "all text is in the phone's language; names and brands excepted", "review",
			"Provisionee Certification Guide, “Device Details” (messaging is clear); WCAG 2.2, 3.1.1 and 3.1.2", everyJourney(), judgeLocale},
		{"LWA-CONTRAST", "text has a contrast of at least 4.5:1, or 3:1 from 18 pt, or from 14 pt if bold", "warn",
			"WCAG 2.2, 1.4.3 Contrast (Minimum)", nil, judgeContrast},
		{"LWA-TARGET", "what can be tapped measures at least 48 dp each way, 32 dp at the screen's edge; below 24 dp is said to be so", "warn",
			"Android accessibility guidance, touch targets; WCAG 2.2, 2.5.8 Target Size (Minimum)", nil, judgeTarget},
		{"LWA-CLIPPED", "no text is cut or ellipsised, at font scale 1.0 and 2.0", "warn",
			"WCAG 2.2, 1.4.4 Resize Text; Android accessibility guidance, font scale", nil, judgeClipped},
		{"LWA-READABLE", "English, per screen with at least 25 words of prose: Flesch ≥ 60 and sentences ≤ 25 words; Flesch < 30 is for a person to judge", "warn, review below 30",
			"R. Flesch, “A new readability yardstick”, Journal of Applied Psychology 32 (1948); the guide: messaging is clear", nil, judgeReadable},
	}
}

// Rule describes a rule to people.
type Rule struct {
	ID, Checks, Worst, Source string
	// Required are the journeys that need its judgement.
	Required []Journey
}

// Rules describes all rules, in the order in which they are reported.
func Rules() []Rule {
	var all []Rule
	for _, r := range rules() {
		all = append(all, Rule{r.ID, r.Checks, r.Worst, r.Source, r.required})
	}
	return all
}
