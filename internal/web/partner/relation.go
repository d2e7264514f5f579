package partner

import (
	"github.com/comptoir-dev/comptoir/internal/domain/party"
	"github.com/comptoir-dev/comptoir/internal/web/ui"
)

// relationPage is the address a partner sends a customer who is to take the relationship up (contract.md §6), with a letter
// around it.
type relationPage struct{ Link, Letter string }

func requestRelation(v *ui.Visit) error {
	if err := v.Actor.May(party.EditCustomer); err != nil {
		return err
	}
	own, err := v.App.OwnPartner(v.R.Context(), v.Actor)
	if err != nil {
		return err
	}
	link := v.URL + "/portal/access?partner=" + string(own.ID)
	p := ui.Page{Title: v.T("customers.request"), Area: "customers", Crumbs: []ui.Link{{Text: v.T("nav.customers"), Href: "/customers"}}}
	return v.Show("relation", p, relationPage{link, v.T("customers.request_letter", "partner", own.Name, "link", link)})
}
