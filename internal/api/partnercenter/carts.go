package partnercenter

import (
	"context"
	"net/http"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/order"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// cartOperations are contract.md §8.
func (a *api) cartOperations() []operation {
	const all, one = "/v1/customers/{customer}/carts", "/v1/customers/{customer}/carts/{cart}"
	buy := []party.Act{party.BuySoftware, party.ManageOnline}
	return []operation{
		{method: http.MethodPost, path: all, acts: buy, scope: scopeCustomer, status: http.StatusCreated, handle: a.createCart},
		{method: http.MethodGet, path: one, acts: buy, scope: scopeCustomer, status: http.StatusOK, handle: a.showCart},
		{method: http.MethodPut, path: one, acts: buy, scope: scopeCustomer, status: http.StatusCreated, handle: a.replaceCart},
		{method: http.MethodPost, path: one + "/checkout", acts: buy, scope: scopeCustomer, status: http.StatusCreated, body: bodyIgnored, handle: a.checkout},
	}
}

// sentCart is the cart of a body. Its id, if any, is not read: the path says which cart it is.
func (r *request) sentCart() (order.Cart, error) {
	in, err := read[cartBody](r)
	if err != nil {
		return order.Cart{}, err
	}
	lines, err := cartLines(in.value.LineItems)
	return order.Cart{ID: r.cart, Customer: r.customer, Attested: in.value.Attested, Lines: lines}, err
}

// createCart opens a cart: 201 also when lines have errors (F20).
func (a *api) createCart(ctx context.Context, r *request) (answer, error) {
	c, err := r.sentCart()
	if err != nil {
		return answer{}, err
	}
	d := r.dialect()
	return a.app.CreateCart(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		return reply(d.cart(outcome.(order.Cart)))
	}), r.customer, c)
}

func (a *api) showCart(ctx context.Context, r *request) (answer, error) {
	c, err := a.app.Cart(ctx, r.actor, r.customer, r.cart)
	if err != nil {
		return answer{}, err
	}
	return reply(r.dialect().cart(c))
}

// replaceCart writes the whole cart anew.
func (a *api) replaceCart(ctx context.Context, r *request) (answer, error) {
	c, err := r.sentCart()
	if err != nil {
		return answer{}, err
	}
	d := r.dialect()
	return a.app.ReplaceCart(ctx, r.actor, r.replay(false, func(outcome any) (answer, error) {
		c := outcome.(order.Cart)
		ans, err := reply(d.cart(c))
		ans.Version = c.Version + 1 // what the write leaves behind
		return ans, err
	}), r.customer, c)
}

// checkout buys what is in the cart. Groups of lines that fail are told beside the orders that were made. Its body means
// nothing, so another one does not make another request of it.
func (a *api) checkout(ctx context.Context, r *request) (answer, error) {
	asked, err := r.asked()
	if err != nil {
		return answer{}, err
	}
	d := r.dialect()
	return a.app.Checkout(ctx, r.actor, r.replay(false, func(outcome any) (answer, error) {
		p := outcome.(app.Purchase)
		ans, err := reply(d.checkoutResult(p))
		if p.Preview != nil {
			ans.Status = http.StatusOK // nothing was created
		}
		return ans, err
	}), r.customer, r.cart, asked)
}

// asked is how the caller wants an act that costs or returns money: only shown, or as it was shown before.
func (r *request) asked() (app.Asked, error) {
	preview, err := r.previews()
	return app.Asked{Preview: preview, Match: r.expectedPreview()}, err
}
