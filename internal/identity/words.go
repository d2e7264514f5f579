package identity

import (
	"fmt"
	"net/http"
	"slices"

	"golang.org/x/text/language"
)

var (
	languages = []string{"en", "fr", "ru"}
	matcher   = language.NewMatcher([]language.Tag{language.English, language.French, language.Russian})
)

// LanguageCookie is the language that a reader chose on this browser: "en", "fr" or "ru".
const LanguageCookie = "comptoir-language"

// languageOf is the language that the reader chose, or else likes best of ours.
func languageOf(r *http.Request) string {
	if c, err := r.Cookie(LanguageCookie); err == nil && slices.Contains(languages, c.Value) {
		return c.Value
	}
	header := r.Header.Get("Accept-Language")
	if len(header) > 200 {
		return languages[0]
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return languages[0]
	}
	_, i, _ := matcher.Match(tags...)
	return languages[i]
}

// phrases are the texts of the pages, in the order of languages.
var phrases = map[string][3]string{
	"problem.title": {"There is a problem", "Il y a un problème", "Возникла проблема"},

	"signin.title":    {"Sign in", "Se connecter", "Вход"},
	"signin.name":     {"User name", "Nom d'utilisateur", "Имя пользователя"},
	"signin.password": {"Password", "Mot de passe", "Пароль"},
	"signin.with":     {"Sign in with %s", "Se connecter avec %s", "Войти через %s"},
	"signin.wrong":    {"The user name or the password is wrong.", "Le nom d'utilisateur ou le mot de passe est incorrect.", "Неверное имя пользователя или пароль."},
	"signin.inactive": {"This account is switched off. Ask an administrator.", "Ce compte est désactivé. Adressez-vous à un administrateur.", "Эта учётная запись отключена. Обратитесь к администратору."},
	"signin.stale":    {"The sign-in took too long or was overtaken. Begin again.", "La connexion a pris trop de temps ou a été dépassée. Recommencez.", "Вход занял слишком много времени или был прерван. Начните заново."},
	"signin.wait":     {"Too many wrong tries. Try again in %d minutes.", "Trop d'essais erronés. Réessayez dans %d minutes.", "Слишком много неверных попыток. Повторите через %d мин."},
	"signin.unknown":  {"Nobody here has the account that you signed in with elsewhere. Ask an administrator.", "Personne ici n'a le compte avec lequel vous vous êtes connecté ailleurs. Adressez-vous à un administrateur.", "Здесь нет пользователя с той внешней учётной записью. Обратитесь к администратору."},
	"signin.outside":  {"The sign-in elsewhere did not come to an end. Try again.", "La connexion externe n'a pas abouti. Réessayez.", "Внешний вход не завершён. Повторите попытку."},

	"code.text":   {"Open your authenticator app and type the code it shows.", "Ouvrez votre application d'authentification et saisissez le code affiché.", "Откройте приложение для проверки подлинности и введите код."},
	"code.label":  {"Code of 6 digits", "Code à 6 chiffres", "Код из 6 цифр"},
	"code.submit": {"Continue", "Continuer", "Продолжить"},
	"code.back":   {"Use another account", "Utiliser un autre compte", "Другая учётная запись"},
	"signin.code": {"The code is wrong or was used before. Wait for the next one.", "Le code est incorrect ou déjà utilisé. Attendez le suivant.", "Код неверен или уже использован. Дождитесь следующего."},

	"change.title":  {"Choose a new password", "Choisissez un nouveau mot de passe", "Выберите новый пароль"},
	"change.text":   {"Your password was set by somebody else. Choose one that only you know.", "Votre mot de passe a été défini par quelqu'un d'autre. Choisissez-en un que vous seul connaissez.", "Ваш пароль задал другой человек. Выберите тот, который знаете только вы."},
	"change.new":    {"New password", "Nouveau mot de passe", "Новый пароль"},
	"change.again":  {"New password, once more", "Nouveau mot de passe, encore une fois", "Новый пароль ещё раз"},
	"change.rule":   {"At least 8 characters, 5 different ones, without your name.", "Au moins 8 caractères, dont 5 différents, sans votre nom.", "Не менее 8 знаков, 5 разных, без вашего имени."},
	"change.submit": {"Save and sign in", "Enregistrer et se connecter", "Сохранить и войти"},
	"change.differ": {"The two passwords differ.", "Les deux mots de passe diffèrent.", "Пароли не совпадают."},
	"password.weak": {"The password is too easy to guess.", "Le mot de passe est trop facile à deviner.", "Пароль слишком лёгкий."},
	"password.same": {"That is the password you have already.", "C'est le mot de passe que vous avez déjà.", "Этот пароль у вас уже есть."},

	"stepup.title": {"Confirm that it is you", "Confirmez que c'est bien vous", "Подтвердите, что это вы"},
	"stepup.text":  {"%s, type your password once more to go on.", "%s, saisissez à nouveau votre mot de passe pour continuer.", "%s, введите пароль ещё раз, чтобы продолжить."},

	"passkey.use":      {"Use a passkey", "Utiliser une clé d'accès", "Использовать ключ доступа"},
	"passkey.not_used": {"No passkey was used. Try again, or type your password.", "Aucune clé d'accès n'a été utilisée. Réessayez ou saisissez votre mot de passe.", "Ключ доступа не использован. Повторите или введите пароль."},
	"passkey.wrong":    {"The passkey was not accepted: it is not known here. Try another, or type your password.", "La clé d'accès n'a pas été acceptée : elle n'est pas connue ici. Essayez-en une autre ou saisissez votre mot de passe.", "Ключ доступа не принят: здесь он неизвестен. Попробуйте другой или введите пароль."},
	"passkey.stale":    {"That took too long, or was sent twice. Try again.", "Cela a pris trop de temps ou a été envoyé deux fois. Réessayez.", "Прошло слишком много времени, или запрос отправлен дважды. Повторите."},
	"passkey.copied":   {"This passkey may have been copied: its counter went back. It signs nobody in any more. Type your password, remove the passkey in your profile and add it anew.", "Cette clé d'accès a peut-être été copiée : son compteur a reculé. Elle ne connecte plus personne. Saisissez votre mot de passe, supprimez la clé dans votre profil et ajoutez-la de nouveau.", "Этот ключ доступа, возможно, скопирован: его счётчик уменьшился. Вход с ним закрыт. Введите пароль, удалите ключ в профиле и добавьте его заново."},

	"device.title":   {"Sign in a device", "Connecter un appareil", "Вход на устройстве"},
	"device.text":    {"Type the code that the device or program shows.", "Saisissez le code affiché par l'appareil ou le programme.", "Введите код, который показывает устройство или программа."},
	"device.label":   {"Code", "Code", "Код"},
	"device.who":     {"You are signed in as %s.", "Vous êtes connecté en tant que %s.", "Вы вошли как %s."},
	"device.unknown": {"No device waits for this code. Codes work for 15 minutes.", "Aucun appareil n'attend ce code. Les codes sont valables 15 minutes.", "Ни одно устройство не ждёт этого кода. Код действует 15 минут."},
	"allow.text":     {"%s asks to act in your name, %s, with the roles that you both have.", "%s demande à agir en votre nom, %s, avec les rôles que vous avez tous deux.", "%s просит действовать от вашего имени, %s, с общими для вас ролями."},
	"allow.warning":  {"Only allow it if you have just started it yourself. Nobody may ask you to type a code for them.", "N'autorisez que si vous venez de le lancer vous-même. Personne ne doit vous demander de saisir un code.", "Разрешайте, только если вы сами его сейчас запустили. Никто не должен просить вас ввести код."},
	"allow.yes":      {"Allow", "Autoriser", "Разрешить"},
	"allow.no":       {"Refuse", "Refuser", "Отклонить"},
	"allowed.text":   {"%s is signed in. You can close this page.", "%s est connecté. Vous pouvez fermer cette page.", "%s: вход выполнен. Эту страницу можно закрыть."},
	"denied.text":    {"%s was refused. You can close this page.", "%s a été refusé. Vous pouvez fermer cette page.", "%s: отказано. Эту страницу можно закрыть."},

	"other.title":   {"Another account is needed", "Un autre compte est nécessaire", "Нужна другая учётная запись"},
	"other.text":    {"You are signed in as %s, who may not use %s.", "Vous êtes connecté en tant que %s, qui ne peut pas utiliser %s.", "Вы вошли как %s; эта учётная запись не может использовать %s."},
	"other.switch":  {"Sign in with another account", "Se connecter avec un autre compte", "Войти с другой учётной записью"},
	"signout.title": {"Sign out", "Se déconnecter", "Выйти"},
	"out.title":     {"You are signed out", "Vous êtes déconnecté", "Вы вышли"},
	"out.text":      {"This browser is signed out.", "Ce navigateur est déconnecté.", "В этом браузере выполнен выход."},
	"post.title":    {"Back to the application", "Retour à l'application", "Назад в приложение"},
	"post.text":     {"You are signed in. Go on to %s.", "Vous êtes connecté. Continuez vers %s.", "Вы вошли. Перейдите в %s."},

	"error.title":      {"This did not work", "Cela n'a pas fonctionné", "Не получилось"},
	"error.cross_site": {"The form came from another site. Open this page yourself and try again.", "Le formulaire vient d'un autre site. Ouvrez cette page vous-même et réessayez.", "Форма пришла с другого сайта. Откройте эту страницу сами и повторите."},
	"error.form":       {"The form could not be read. Go back and try again.", "Le formulaire n'a pas pu être lu. Revenez en arrière et réessayez.", "Форму не удалось прочитать. Вернитесь и повторите."},
	"error.ours":       {"Something went wrong on our side. Try again in a moment.", "Une erreur est survenue de notre côté. Réessayez dans un instant.", "Ошибка на нашей стороне. Повторите через минуту."},
	"error.request":    {"The application sent you here with an address that is not right. Tell whoever runs it: %s", "L'application vous a envoyé ici avec une adresse incorrecte. Prévenez son responsable : %s", "Приложение направило вас по неверному адресу. Сообщите его владельцу: %s"},
}

// text is a word in a language, with its values put in.
func text(lang, key string, values ...any) string {
	all, ok := phrases[key]
	if !ok {
		return key
	}
	for i, l := range languages {
		if l == lang {
			return fmt.Sprintf(all[i], values...)
		}
	}
	return fmt.Sprintf(all[0], values...)
}
