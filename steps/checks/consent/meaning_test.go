package consent

import (
	"strings"
	"testing"
)

// TestThePacksKnowWhatMakersSay holds sentences that a maker or Amazon may write
// against the packs: what they mean, what they do not mean, and that each is
// taken for its own language.
func TestThePacksKnowWhatMakersSay(t *testing.T) {
	a := auditor(t)
	corpus := map[string][]string{}
	try := func(code, what string, list func(p *pack) phrases, texts ...string) {
		corpus[code] = append(corpus[code], texts...)
		for _, s := range texts {
			if !list(a.packs[code]).in(normal(s)) {
				t.Errorf("%s %s misses %q", code, what, s)
			}
		}
	}
	not := func(code, what string, list func(p *pack) phrases, texts ...string) {
		corpus[code] = append(corpus[code], texts...)
		for _, s := range texts {
			if src, ok := list(a.packs[code]).find(normal(s)); ok {
				t.Errorf("%s %s hits %q by %s", code, what, s, src)
			}
		}
	}
	setup := func(p *pack) phrases { return p.Meaning.DeviceSetup }
	benefit := func(p *pack) phrases { return p.Meaning.Benefit }
	undo := func(p *pack) phrases { return p.Meaning.Undo }
	neg := func(p *pack) phrases { return p.Unclear.DoubleNegative }
	shame := func(p *pack) phrases { return p.Unclear.Shaming }
	failing := func(code string, want bool, texts ...string) {
		corpus[code] = append(corpus[code], texts...)
		for _, x := range texts {
			s := &subject{a: a, pack: a.packs[code]}
			if s.saysFailure(normal(x)) != want {
				t.Errorf("%s failing %q is not %t", code, x, want)
			}
		}
	}
	priv := func(p *pack) phrases { return p.Privacy }
	ffs := func(p *pack) phrases { return p.Scopes.FFS }
	link := func(p *pack) phrases { return p.Scopes.Linking }
	prof := func(p *pack) phrases { return p.Scopes.Profile }

	try("en", "setup", setup, "Allow Amazon to pass your saved Wi-Fi details to your new bulb.", "This lets us get your new bulb online.", "Amazon helps your plug join your home network.", "We can bring new devices online for you.", "to provision your device", "so your lamp can connect to Wi-Fi", "Add new devices with one tap", "Your device will be connected to your Wi-Fi.", "to complete device setup")
	try("en", "benefit", benefit, "Alexa gets your camera online without extra steps.", "You won't need to enter your Wi-Fi password again.", "No more typing long passwords.", "Setup takes only a minute.", "Plug it in and it just works.", "without having to enter your password", "This saves you time.", "You don't need to do anything else.", "so you can skip entering your password", "It connects on its own.")
	try("en", "undo", undo, "You can change this any time in Settings.", "You can remove this permission later.", "You may withdraw your consent whenever you like.", "Manage or remove access in your Amazon account.", "You can disconnect at any time.", "To stop sharing, unlink your account.", "You can turn this off later.", "You can always undo this in the app.", "You can opt out at any time.", "Access can be revoked from your account.")
	not("en", "undo", undo, "Your new lamps join by themselves.", "You need not type a password.", "Amazon asks for your permission.", "Set up your devices")
	not("en", "benefit", benefit, "Amazon will ask for your permission.", "We need access to your Amazon account.", "You can unlink the accounts at any time.", "This app uses Login with Amazon.")
	not("en", "setup", setup, "We share your Wi-Fi with Amazon.", "Amazon will ask for your permission.", "You can unlink the accounts at any time.", "We need your name and your Wi-Fi.")

	try("de", "setup", setup, "Amazon überträgt Ihre gespeicherten WLAN-Daten an die neue Lampe.", "Alexa bringt deine Kamera ins WLAN.", "Damit bringen wir Ihre neue Lampe online.", "Amazon hilft Ihrer Steckdose, sich mit Ihrem Heimnetz zu verbinden.", "Wir nehmen neue Geräte für Sie in Betrieb.", "damit sich Ihre Lampe mit dem WLAN verbindet", "Fügen Sie neue Geräte mit einem Tippen hinzu", "Ihr Gerät wird mit Ihrem WLAN verbunden.", "um die Einrichtung abzuschließen", "Ihre Geräte werden eingerichtet", "Lumen richtet Ihre Geräte ein.")
	try("de", "benefit", benefit, "Sie müssen Ihr WLAN-Passwort nicht noch einmal eingeben.", "Nie wieder lange Passwörter tippen.", "Das dauert nur eine Minute.", "ohne dass Sie Ihr Passwort eingeben", "So sparen Sie Zeit.", "Du musst nichts weiter tun.", "ganz automatisch", "von allein", "So geht es schneller.")
	try("de", "undo", undo, "Entfernen Sie das Amazon-Konto in den Einstellungen.", "Sie können das jederzeit in den Einstellungen ändern.", "Sie können diese Erlaubnis später entfernen.", "Ihre Einwilligung können Sie jederzeit widerrufen.", "Verwalten oder entfernen Sie den Zugriff in Ihrem Amazon-Konto.", "Sie können die Verbindung jederzeit trennen.", "Du kannst die Verknüpfung jederzeit lösen.", "Sie können das später ausschalten.", "Das lässt sich jederzeit rückgängig machen.", "Sie können Ihre Zustimmung jederzeit zurückziehen.", "Sie können diese Freigabe jederzeit beenden.")
	not("de", "undo", undo, "Neue Lampen verbinden sich von selbst.", "Sie müssen kein Passwort eintippen.", "Amazon fragt Sie um Erlaubnis.", "Ihre Geräte einrichten", "Melden Sie sich bei Amazon an.")
	not("de", "benefit", benefit, "Amazon fragt Sie um Erlaubnis.", "Wir brauchen Zugriff auf Ihr Amazon-Konto.", "Sie können die Verknüpfung jederzeit aufheben.", "Diese App nutzt Login with Amazon.")
	not("de", "setup", setup, "Wir teilen Ihr WLAN mit Amazon.", "Amazon fragt Sie um Erlaubnis.", "Sie können die Verknüpfung jederzeit aufheben.", "Wir brauchen Ihren Namen und Ihr WLAN.")

	try("fr", "setup", setup, "Amazon transmet vos codes Wi-Fi à votre nouvelle ampoule.", "Votre réseau est transmis, et la prise s'y connecte par le Wi-Fi.", "Cela nous permet de mettre votre nouvelle ampoule en ligne.", "Amazon aide votre prise à rejoindre votre réseau.", "pour que votre lampe se connecte au Wi-Fi", "Ajoutez de nouveaux appareils en un geste", "Votre appareil sera connecté à votre Wi-Fi.", "pour terminer la configuration", "Vos appareils seront configurés", "Lumen installe vos appareils.", "la mise en route de vos appareils")
	try("fr", "benefit", benefit, "Alexa connecte votre caméra sans étape supplémentaire.", "Vous n'aurez pas à saisir à nouveau votre mot de passe Wi-Fi.", "Plus besoin de taper de longs mots de passe.", "Cela ne prend qu'une minute.", "Il suffit de brancher.", "sans que vous ayez à saisir votre mot de passe", "Vous gagnez du temps.", "Vous n'avez rien d'autre à faire.", "automatiquement", "C'est plus rapide.")
	try("fr", "undo", undo, "Pour arrêter, supprimez le compte Amazon dans les réglages.", "Vous pouvez modifier ce choix à tout moment dans les paramètres.", "Vous pouvez supprimer cette autorisation plus tard.", "Vous pouvez retirer votre consentement à tout moment.", "Gérez ou supprimez l'accès dans votre compte Amazon.", "Vous pouvez vous déconnecter à tout moment.", "Vous pouvez dissocier les comptes quand vous voulez.", "Vous pouvez désactiver cette option plus tard.", "Vous pourrez annuler ce choix à tout moment.", "Vous pouvez révoquer l'accès à tout moment.", "Vous pouvez mettre fin à l'association à tout moment.")
	not("fr", "undo", undo, "Vos nouvelles lampes se connectent toutes seules.", "Vous n'avez pas à saisir de mot de passe.", "Amazon vous demande votre autorisation.", "Configurer vos appareils")
	not("fr", "benefit", benefit, "Amazon vous demande votre autorisation.", "Nous avons besoin d'accéder à votre compte Amazon.", "Vous pouvez dissocier les comptes à tout moment.", "Cette application utilise Login with Amazon.")
	not("fr", "setup", setup, "Nous partageons votre Wi-Fi avec Amazon.", "Amazon vous demande votre autorisation.", "Vous pouvez dissocier les comptes à tout moment.")

	try("es", "setup", setup, "Alexa conecta tu cámara a la wifi.", "Amazon envía tus datos de wifi a la nueva bombilla.", "Así podemos poner en línea tu bombilla nueva.", "Amazon ayuda a tu enchufe a unirse a tu red.", "para que tu lámpara se conecte a la red Wi-Fi", "Añade dispositivos nuevos con un toque", "Tu dispositivo se conectará a tu red Wi-Fi.", "para terminar la configuración", "Tus dispositivos se configuran", "Lumen instala tus dispositivos.", "la puesta en marcha de tus dispositivos")
	try("es", "benefit", benefit, "No tendrás que volver a escribir la contraseña de tu red Wi-Fi.", "Olvídate de escribir contraseñas largas.", "Solo se tarda un minuto.", "Basta con enchufarlo.", "sin que tengas que escribir tu contraseña", "Ahorras tiempo.", "No tienes que hacer nada más.", "de forma automática", "Es más rápido.")
	try("es", "undo", undo, "Puedes cambiarlo en cualquier momento en los ajustes.", "Puedes eliminar este permiso más tarde.", "Puedes retirar tu consentimiento en cualquier momento.", "Gestiona o elimina el acceso en tu cuenta de Amazon.", "Puedes desconectarte en cualquier momento.", "Puedes desvincular las cuentas cuando quieras.", "Puedes desactivarlo más tarde.", "Puedes deshacerlo en cualquier momento.", "Puedes revocar el acceso en cualquier momento.", "Puedes cancelar la vinculación en cualquier momento.")
	not("es", "undo", undo, "Tus lámparas nuevas se conectan solas.", "No tienes que escribir ninguna contraseña.", "Amazon te pide permiso.", "Configurar tus dispositivos")
	not("es", "benefit", benefit, "Amazon te pide permiso.", "Necesitamos acceso a tu cuenta de Amazon.", "Puedes desvincular las cuentas en cualquier momento.", "Esta aplicación usa Login with Amazon.")
	not("es", "setup", setup, "Compartimos tu wifi con Amazon.", "Amazon te pide permiso.", "Puedes desvincular las cuentas en cualquier momento.")

	try("it", "setup", setup, "Amazon invia i dati del Wi-Fi alla nuova lampadina.", "Per mettere in funzione il termostato", "Così possiamo mettere online la tua nuova lampadina.", "Amazon aiuta la tua presa a unirsi alla tua rete.", "per far connettere la lampada al Wi-Fi", "Aggiungi nuovi dispositivi con un tocco", "Il tuo dispositivo si collegherà al tuo Wi-Fi.", "per completare la configurazione", "I tuoi dispositivi vengono configurati", "Lumen installa i tuoi dispositivi.", "la messa in funzione dei dispositivi", "impostare i dispositivi")
	try("it", "benefit", benefit, "Alexa connette la videocamera senza altri passaggi.", "Non dovrai reinserire la password del Wi-Fi.", "Basta con le password lunghe da digitare.", "Ci vuole solo un minuto.", "Basta collegarlo alla presa.", "senza che tu debba inserire la password", "Risparmi tempo.", "Non devi fare altro.", "in modo automatico", "È più veloce.")
	try("it", "undo", undo, "Puoi modificare questa scelta in qualsiasi momento nelle impostazioni.", "Puoi rimuovere questa autorizzazione più tardi.", "Puoi revocare il consenso in qualsiasi momento.", "Gestisci o rimuovi l'accesso nel tuo account Amazon.", "Puoi disconnetterti in qualsiasi momento.", "Puoi scollegare gli account quando vuoi.", "Puoi disattivarlo più tardi.", "Puoi annullare questa scelta in qualsiasi momento.", "Puoi ritirare il consenso.", "Puoi interrompere il collegamento in qualsiasi momento.")
	not("it", "undo", undo, "Le nuove lampade si collegano da sole.", "Non devi digitare la password.", "Amazon ti chiede il permesso.", "Configurare i dispositivi")
	not("it", "benefit", benefit, "Amazon ti chiede il permesso.", "Abbiamo bisogno di accedere al tuo account Amazon.", "Puoi scollegare gli account in qualsiasi momento.", "Questa app usa Login with Amazon.")
	not("it", "setup", setup, "Condividiamo il tuo Wi-Fi con Amazon.", "Amazon ti chiede il permesso.", "Puoi scollegare gli account in qualsiasi momento.")

	try("ja", "setup", setup, "保存済みのWi-Fi情報をAmazonから新しい電球に送ります。", "新しい電球をオンラインにします。", "プラグをご自宅のネットワークに接続します。", "照明がWi-Fiに接続できるようにするためです。", "新しいデバイスをワンタップで追加", "デバイスがWi-Fiに接続されます。", "設定を完了するため", "デバイスが設定されます", "機器をセットアップします", "デバイスを登録します")
	try("ja", "benefit", benefit, "Wi-Fiのパスワードを再度入力する必要はありません。", "長いパスワードを入力しなくても大丈夫です。", "1分で完了します。", "電源を入れるだけで使えます。", "パスワードの入力なしで", "時間の節約になります。", "ほかに操作は必要ありません。", "自動的に", "より速く設定できます。", "パスワード入力が不要になります")
	try("ja", "undo", undo, "設定からいつでも変更できます。", "この許可は後で削除できます。", "同意はいつでも撤回できます。", "Amazonアカウントでアクセスを管理または削除できます。", "いつでも接続を切断できます。", "いつでも連携を解除できます。", "あとでオフにできます。", "いつでも元に戻せます。", "いつでも取り消すことができます。", "アクセス権はいつでも取り消せます。")
	not("ja", "undo", undo, "新しい照明は自動で接続されます。", "パスワードを入力する必要はありません。", "Amazonが許可を求めます。", "デバイスを設定する")
	not("ja", "benefit", benefit, "Amazonが許可を求めます。", "Amazonアカウントへのアクセスが必要です。", "連携はいつでも解除できます。", "このアプリはLogin with Amazonを使います。")
	not("ja", "setup", setup, "Wi-Fi情報をAmazonに送ります。", "Amazonが許可を求めます。", "連携はいつでも解除できます。")

	try("en", "neg", neg, "Don't not allow", "Do not refuse access", "Don't cancel the linking", "Don't deny access", "No, don't stop")
	try("de", "neg", neg, "Zugriff nicht verweigern", "Nicht verbieten", "Nicht ablehnen", "Nicht nicht erlauben", "Vorgang nicht abbrechen")
	try("fr", "neg", neg, "Ne pas refuser l'accès", "Ne pas annuler", "Ne pas interdire", "Ne pas ne pas autoriser")
	try("es", "neg", neg, "No denegar el acceso", "No cancelar", "No prohibir", "No no permitir", "No rechazar")
	try("it", "neg", neg, "Non negare l'accesso", "Non annullare", "Non vietare", "Non non consentire", "Non rifiutare")
	try("ja", "neg", neg, "拒否しない", "キャンセルしない", "許可しないことにしない", "アクセスを拒否しません", "キャンセルしません", "断りません")
	try("en", "shame", shame, "No, I like doing it the hard way", "No, I'd rather set up everything manually", "I don't want an easy setup", "No thanks, I like typing passwords", "I don't care about my smart home", "No, make it complicated", "I'm happy to waste my time")
	try("de", "shame", shame, "Nein, ich mag es kompliziert", "Nein, ich mache lieber alles selbst", "Ich möchte keine einfache Einrichtung", "Nein danke, ich tippe gern Passwörter", "Mir ist mein Zuhause egal", "Nein, ich habe zu viel Zeit", "Ich verzichte auf Komfort", "Nein, lieber umständlich")
	try("fr", "shame", shame, "Non, j'aime me compliquer la vie", "Non, je préfère tout configurer moi-même", "Je ne veux pas d'une configuration facile", "Non merci, j'aime taper des mots de passe", "Je me fiche de ma maison", "Je renonce au confort", "Tant pis pour moi")
	try("es", "shame", shame, "No, me gusta complicarme la vida", "No, prefiero configurarlo todo yo", "No quiero una configuración fácil", "No gracias, me gusta escribir contraseñas", "No me importa mi casa", "Renuncio a la comodidad", "No, prefiero perder el tiempo")
	try("it", "shame", shame, "No, mi piace complicarmi la vita", "No, preferisco configurare tutto da solo", "Non voglio una configurazione facile", "No grazie, mi piace digitare password", "Non mi importa della mia casa", "Rinuncio alla comodità", "No, preferisco perdere tempo")
	try("ja", "shame", shame, "いいえ、面倒なほうが好きです", "いいえ、全部自分で設定します", "簡単な設定はいりません", "いいえ、パスワードを入力するのが好きです", "便利さをあきらめる", "いいえ、不便なままでいい", "家のことはどうでもいい")

	failing("en", true, "Setup failed.", "We couldn't set up your device.", "Set-up is only possible with Amazon.", "Something went wrong. Please try again.", "You need an Amazon account to go on.", "Manual setup is not available.")
	failing("de", true, "Einrichtung fehlgeschlagen.", "Ihr Gerät konnte nicht eingerichtet werden.", "Die Einrichtung ist nur mit Amazon möglich.", "Da ist etwas schiefgelaufen.", "Sie brauchen ein Amazon-Konto, um fortzufahren.", "Die manuelle Einrichtung ist nicht verfügbar.", "Das hat leider nicht funktioniert.")
	failing("fr", true, "La configuration a échoué.", "Votre appareil n'a pas pu être configuré.", "La configuration n'est possible qu'avec Amazon.", "Un problème est survenu.", "Vous avez besoin d'un compte Amazon pour continuer.", "La configuration manuelle n'est pas disponible.", "Une erreur s'est produite.")
	failing("es", true, "La configuración ha fallado.", "No se pudo configurar el dispositivo.", "La configuración solo es posible con Amazon.", "Se ha producido un problema.", "Necesitas una cuenta de Amazon para continuar.", "La configuración manual no está disponible.", "Algo salió mal.")
	failing("it", true, "La configurazione non è riuscita.", "Impossibile configurare il dispositivo.", "La configurazione è possibile solo con Amazon.", "Si è verificato un problema.", "Ti serve un account Amazon per continuare.", "La configurazione manuale non è disponibile.", "Qualcosa è andato storto.", "Configurazione fallita.")
	failing("ja", true, "設定に失敗しました。", "デバイスを設定できませんでした。", "設定はAmazonでのみ可能です。", "問題が発生しました。", "続けるにはAmazonアカウントが必要です。", "手動設定は利用できません。", "エラーが発生しました。", "うまくいきませんでした。")

	try("en", "priv", priv, "Privacy policy", "Privacy notice", "Data protection")
	try("de", "priv", priv, "Datenschutzerklärung", "Datenschutz", "Hinweise zum Datenschutz", "Datenschutzrichtlinie")
	try("fr", "priv", priv, "Politique de confidentialité", "Protection des données", "Protection de vos informations personnelles", "Vie privée", "Avis de confidentialité")
	try("es", "priv", priv, "Política de privacidad", "Protección de datos", "Aviso de privacidad")
	try("it", "priv", priv, "Informativa sulla privacy", "Protezione dei dati", "Norme sulla privacy")
	try("ja", "priv", priv, "プライバシーポリシー", "個人情報保護方針", "プライバシー規約", "プライバシーに関する通知")

	try("en", "ffs", ffs, "Set up devices for you", "Frustration-Free Setup", "Set up your smart home devices", "Automatically set up new devices", "Use your Wi-Fi to set up devices")
	try("de", "ffs", ffs, "Geräte für Sie einrichten", "Neue Geräte automatisch einrichten", "Ihre Smart-Home-Geräte einrichten", "Einrichtung Ihrer Geräte", "Geräte mit Ihrem WLAN einrichten", "Frustfreie Einrichtung")
	try("fr", "ffs", ffs, "Configurer des appareils pour vous", "Configuration automatique de vos appareils", "Configurer automatiquement de nouveaux appareils", "Installer vos appareils connectés")
	try("es", "ffs", ffs, "Configurar dispositivos por ti", "Configuración automática de dispositivos", "Configurar automáticamente dispositivos nuevos", "Instalar tus dispositivos")
	try("it", "ffs", ffs, "Configurare dispositivi per te", "Configurazione automatica dei dispositivi", "Configurare automaticamente nuovi dispositivi", "Installare i tuoi dispositivi")
	try("ja", "ffs", ffs, "デバイスを自動的に設定する", "新しいデバイスの自動設定", "デバイスを設定", "デバイスのセットアップを行う", "スマートホームデバイスの設定")
	try("en", "link", link, "Link your account with Alexa", "Enable the skill", "Access your Alexa account", "Connect to Alexa")
	try("de", "link", link, "Ihr Konto mit Alexa verknüpfen", "Den Skill aktivieren", "Auf Ihr Alexa-Konto zugreifen", "Mit Alexa verbinden", "Alexa Skill verknüpfen")
	try("fr", "link", link, "Associer votre compte à Alexa", "Activer la skill", "Accéder à votre compte Alexa", "Lier votre compte Alexa")
	try("es", "link", link, "Vincular tu cuenta con Alexa", "Activar la skill", "Acceder a tu cuenta de Alexa")
	try("it", "link", link, "Collegare il tuo account ad Alexa", "Attivare la skill", "Accedere al tuo account Alexa")
	try("ja", "link", link, "アカウントをAlexaにリンク", "スキルを有効にする", "Alexaアカウントにアクセス", "Alexaと連携")
	try("en", "prof", prof, "Your profile", "Name and email address", "View your name", "Your email address")
	try("de", "prof", prof, "Ihr Profil", "Name und E-Mail-Adresse", "Ihren Namen ansehen", "Ihre E-Mail-Adresse")
	try("fr", "prof", prof, "Votre profil", "Nom et adresse e-mail", "Voir votre nom", "Votre adresse e-mail")
	try("es", "prof", prof, "Tu perfil", "Nombre y dirección de correo electrónico", "Ver tu nombre", "Tu correo electrónico")
	try("it", "prof", prof, "Il tuo profilo", "Nome e indirizzo e-mail", "Vedere il tuo nome", "Il tuo indirizzo email")
	try("ja", "prof", prof, "プロフィール", "名前とメールアドレス", "お名前の表示", "メールアドレス", "氏名とEメールアドレス")

	failing("en", false, "You do not need Amazon for this.", "Linking with Amazon failed. You can set up your lamp here.", "If something goes wrong, hold the button.", "If setup failed, try again later.", "No Amazon account is needed.", "Stay near the lamp. This takes about a minute.", "Something went wrong with Amazon. Set up by hand.")
	failing("de", false, "Dafür brauchen Sie kein Amazon-Konto.", "Die Verknüpfung mit Amazon ist fehlgeschlagen. Richten Sie die Lampe hier ein.", "Wenn etwas nicht klappt, halten Sie die Taste gedrückt.", "Falls die Einrichtung fehlgeschlagen ist, versuchen Sie es erneut.", "Amazon ist dafür nicht erforderlich.", "Bleiben Sie in der Nähe.")
	failing("fr", false, "Vous n'avez pas besoin d'un compte Amazon.", "L'association avec Amazon a échoué. Configurez la lampe ici.", "Si une erreur se produit, appuyez sur le bouton.", "Restez près de la lampe.")
	failing("es", false, "No necesitas una cuenta de Amazon.", "La vinculación con Amazon ha fallado. Configura la lámpara aquí.", "Si se produce un error, pulsa el botón.", "Quédate cerca.")
	failing("it", false, "Non serve un account Amazon.", "Il collegamento ad Amazon non è riuscito. Configura la lampada qui.", "Se si verifica un errore, premi il pulsante.", "Resta vicino.")
	failing("ja", false, "Amazonアカウントは必要ありません。", "Amazonとの連携に失敗しました。ここで照明を設定できます。", "エラーが発生した場合は、ボタンを押してください。", "照明の近くにいてください。")

	texts, missed := 0, 0
	for code, said := range corpus {
		for _, text := range said {
			plain := (&subject{a: a}).withoutNames(text)
			if other, ok := a.foreign(plain, code); ok {
				t.Errorf("%q, which is %s, is taken for %s", text, code, other)
			}
			if len(strings.Fields(text)) < 4 && code != "ja" {
				continue // too little to tell
			}
			for _, own := range languages {
				if own == code || plain == "" {
					continue
				}
				if texts++; !func() bool { _, ok := a.foreign(plain, own); return ok }() {
					missed++
				}
			}
		}
	}
	if texts < 1000 || missed*50 > texts {
		t.Errorf("%d of %d texts in another language are not noticed", missed, texts)
	}
}

// TestLabelsOfTheChoice: the labels that makers and Amazon may give the choice.
func TestLabelsOfTheChoice(t *testing.T) {
	a := auditor(t)
	for code, x := range map[string]struct{ refuse, allow []string }{
		"en": {[]string{"Cancel", "Don't allow", "No thanks", "Deny", "Decline", "Not now", "I don't agree", "No, cancel"}, []string{"Allow", "Continue", "Agree", "Yes", "Accept & continue", "Allow access", "Agree and link"}},
		"de": {[]string{"Abbrechen", "Nicht zulassen", "Nein danke", "Ablehnen", "Jetzt nicht", "Ich stimme nicht zu", "Nicht erlauben", "Nein"}, []string{"Zulassen", "Weiter", "Zustimmen", "Ja", "Akzeptieren und fortfahren", "Zustimmen und verknüpfen", "Erlauben"}},
		"fr": {[]string{"Annuler", "Ne pas autoriser", "Non merci", "Refuser", "Pas maintenant", "Je n'accepte pas", "Non"}, []string{"Autoriser", "Continuer", "Accepter", "Oui", "Accepter et continuer", "J'accepte", "Accepter et associer"}},
		"es": {[]string{"Cancelar", "No permitir", "No, gracias", "Rechazar", "Ahora no", "No acepto", "No"}, []string{"Permitir", "Continuar", "Aceptar", "Sí", "Aceptar y continuar", "Acepto", "Aceptar y vincular"}},
		"it": {[]string{"Annulla", "Non consentire", "No, grazie", "Rifiuta", "Non ora", "Non accetto", "No", "Nega"}, []string{"Consenti", "Continua", "Accetta", "Sì", "Accetta e continua", "Accetto", "Accetta e collega"}},
		"ja": {[]string{"キャンセル", "許可しない", "いいえ", "拒否", "今はしない", "同意しない", "拒否する"}, []string{"許可", "許可する", "続ける", "同意する", "はい", "同意して続行", "同意して連携", "承認する"}},
	} {
		for _, l := range x.refuse {
			if p := a.packs[code]; !p.Refuse.whole(label(l)) || p.Unclear.DoubleNegative.in(label(l)) || p.Unclear.Shaming.in(label(l)) || p.Unclear.Postponing.in(label(l)) && !p.Refuse.whole(label(l)) {
				t.Errorf("%s: %q is no plain refusal", code, l)
			}
		}
		for _, l := range x.allow {
			if !a.packs[code].Allow.whole(label(l)) {
				t.Errorf("%s: %q does not allow", code, l)
			}
		}
	}
}

// TestNamesInJapanese: what looks like a name is in no language.
func TestNamesInJapanese(t *testing.T) {
	for text, want := range map[string]bool{"Philips Hue White": true, "Living Room Lamp 2": true, "Set up your device": false, "All Of These Are Five": false} {
		if titled(text) != want {
			t.Errorf("%q", text)
		}
	}
}
