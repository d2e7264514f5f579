package statement

import (
	"strings"

	"github.com/comptoir-dev/comptoir/internal/domain/billing"
)

// words are those of a statement in one language; a test sees that no language lacks one. Numbers stand apart from the
// nouns they count ("days kept: 3 of 365"), so that no form depends on them.
type words struct {
	lang     string // BCP 47
	numbers  numbers
	document map[billing.Document]string
	standing map[billing.Standing]string
	kind     map[billing.Kind]string

	Page, Partner, Issued, Period, Due, Currency      string // Page has two holes
	ToPay, ToPayOut, Nothing                          string
	Replaces, VoidedBy, TakesBack                     string
	Description, Quantity, UnitPrice, Net, Tax, Gross string
	Order, Policy, Part, Days, Charged, Kept, Credits string // Part, Days and Kept have two holes
	FurtherLines, Subtotal, TaxAt, TaxInside          string // TaxAt and TaxInside have one hole, the rate
	Sum, CarriedIn, CarriedOut, Total, Paid, Open     string
	Payment, PaidOut                                  string // one hole, the day
	Seller, Customer                                  string
	Rounding, Reconcile                               string
}

// languageOf picks the words for a culture such as "fr-FR"; English for those that are not here.
func languageOf(culture string) *words {
	switch lang, _, _ := strings.Cut(strings.ToLower(culture), "-"); lang {
	case "fr":
		return &french
	case "ru":
		return &russian
	}
	return &english
}

var english = words{
	lang:    "en",
	numbers: numbers{decimal: ".", group: ",", before: true, percent: "%", date: "2 Jan 2006"},
	document: map[billing.Document]string{
		billing.Bill: "Invoice", billing.CreditNote: "Credit note", billing.VoidNote: "Void note",
	},
	standing: map[billing.Standing]string{
		billing.Settled: "Paid", billing.Unpaid: "Unpaid", billing.Overdue: "Overdue", billing.Voided: "Voided",
	},
	kind: map[billing.Kind]string{
		billing.New: "Purchase", billing.Cycle: "Recurring charge", billing.Renew: "Renewal", billing.AddQuantity: "Added quantity",
		billing.Convert: "After the trial", billing.Cancel: "Cancellation", billing.RemoveSeats: "Removed quantity",
	},
	Page: "Page %s of %s", Partner: "Partner", Issued: "Date of issue", Period: "Billing period", Due: "Due date", Currency: "Currency",
	ToPay: "To be paid by %s", ToPayOut: "To be paid out to you", Nothing: "Nothing is to be paid",
	Replaces: "Replaces", VoidedBy: "Voided by", TakesBack: "Takes back",
	Description: "Description", Quantity: "Quantity", UnitPrice: "Unit price", Net: "Net", Tax: "Tax", Gross: "Total",
	Order: "order %s", Policy: "rule %s", Part: "part %s of %s", Days: "days: %s of %s", Charged: "still charged %s", Kept: "days kept: %s of %s",
	Credits: "gives back a charge of %s", FurtherLines: "Further lines: %s", Subtotal: "Net", TaxAt: "Tax, %s of %s", TaxInside: "Tax included, %s of %s",
	Sum: "Sum of the lines", CarriedIn: "Carried over from the last period", CarriedOut: "Carried to the next invoice", Total: "Total",
	Paid: "Paid", Open: "Open balance", Payment: "Payment of %s", PaidOut: "Paid out on %s",
	Rounding:  "Each line is rounded once, half away from zero. The unit price is that of the whole term.",
	Reconcile: "All lines are in the reconciliation of this document.",
	Seller:    "Seller", Customer: "Customer",
}

var french = words{
	lang:    "fr",
	numbers: numbers{decimal: ",", group: nbsp, percent: nbsp + "%", date: "02/01/2006"},
	document: map[billing.Document]string{
		billing.Bill: "Facture", billing.CreditNote: "Avoir", billing.VoidNote: "Note d’annulation",
	},
	standing: map[billing.Standing]string{
		billing.Settled: "Règlement effectué", billing.Unpaid: "En attente de règlement", billing.Overdue: "En retard de règlement", billing.Voided: "Document annulé",
	},
	kind: map[billing.Kind]string{
		billing.New: "Achat", billing.Cycle: "Échéance", billing.Renew: "Renouvellement", billing.AddQuantity: "Quantité ajoutée",
		billing.Convert: "Fin de l’essai", billing.Cancel: "Annulation", billing.RemoveSeats: "Quantité retirée",
	},
	Page: "Page %s sur %s", Partner: "Partenaire", Issued: "Date d’émission", Period: "Période de facturation", Due: "Échéance", Currency: "Devise",
	ToPay: "À payer au plus tard le %s", ToPayOut: "À vous rembourser", Nothing: "Rien à payer",
	Replaces: "En remplacement de", VoidedBy: "Annulation par", TakesBack: "Document annulé",
	Description: "Description", Quantity: "Quantité", UnitPrice: "Prix unitaire", Net: "HT", Tax: "Taxe", Gross: "TTC",
	Order: "commande %s", Policy: "règle %s", Part: "part %s sur %s", Days: "jours : %s sur %s", Charged: "encore facturé %s", Kept: "jours conservés : %s sur %s",
	Credits: "crédite un montant facturé de %s", FurtherLines: "Autres lignes : %s", Subtotal: "Total HT", TaxAt: "Taxe, %s de %s", TaxInside: "Taxe comprise, %s de %s",
	Sum: "Somme des lignes", CarriedIn: "Report de la période précédente", CarriedOut: "Report sur la facture suivante", Total: "Total",
	Paid: "Payé", Open: "Solde dû", Payment: "Paiement du %s", PaidOut: "Remboursé le %s",
	Rounding:  "Chaque ligne est arrondie une fois, au plus loin de zéro. Le prix unitaire est celui de toute la durée.",
	Reconcile: "Toutes les lignes figurent dans le rapprochement de ce document.",
	Seller:    "Vendeur", Customer: "Client",
}

var russian = words{
	lang:    "ru",
	numbers: numbers{decimal: ",", group: nbsp, percent: nbsp + "%", date: "02.01.2006"},
	document: map[billing.Document]string{
		billing.Bill: "Счёт", billing.CreditNote: "Кредит-нота", billing.VoidNote: "Аннулирование",
	},
	standing: map[billing.Standing]string{
		billing.Settled: "Оплачено", billing.Unpaid: "Не оплачено", billing.Overdue: "Просрочено", billing.Voided: "Аннулировано",
	},
	kind: map[billing.Kind]string{
		billing.New: "Покупка", billing.Cycle: "Очередной платёж", billing.Renew: "Продление", billing.AddQuantity: "Увеличение количества",
		billing.Convert: "После пробного периода", billing.Cancel: "Отмена", billing.RemoveSeats: "Уменьшение количества",
	},
	Page: "Страница %s из %s", Partner: "Партнёр", Issued: "Дата выставления", Period: "Расчётный период", Due: "Срок оплаты", Currency: "Валюта",
	ToPay: "К оплате до %s", ToPayOut: "К возврату вам", Nothing: "К оплате ничего нет",
	Replaces: "Взамен документа", VoidedBy: "Аннулирующий документ", TakesBack: "Аннулируемый документ",
	Description: "Описание", Quantity: "Кол-во", UnitPrice: "Цена за ед.", Net: "Без налога", Tax: "Налог", Gross: "Итого",
	Order: "заказ %s", Policy: "правило %s", Part: "часть %s из %s", Days: "дней: %s из %s", Charged: "ещё начислено %s", Kept: "сохранено дней: %s из %s",
	Credits: "возврат по начислению %s", FurtherLines: "Прочие строки: %s", Subtotal: "Без налога", TaxAt: "Налог, %s от %s", TaxInside: "Налог в цене, %s от %s",
	Sum: "Сумма строк", CarriedIn: "Перенос с прошлого периода", CarriedOut: "Перенос на следующий счёт", Total: "Всего",
	Paid: "Оплачено", Open: "Остаток", Payment: "Платёж от %s", PaidOut: "Возвращено %s",
	Rounding:  "Каждая строка округляется один раз, от нуля. Цена за единицу указана за весь срок.",
	Reconcile: "Все строки есть в сверке по этому документу.",
	Seller:    "Продавец", Customer: "Покупатель",
}
