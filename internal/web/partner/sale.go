package partner

import "github.com/comptoir-dev/comptoir/internal/web/ui"

// saleRoutes are the pages on which something is bought for a customer, and what was bought is changed.
var saleRoutes = []ui.Route{
	{Pattern: "GET /customers/{customer}/products", Handle: products},
	{Pattern: "POST /customers/{customer}/carts", Handle: addToCart},
	{Pattern: "GET /customers/{customer}/carts/{cart}", Handle: review},
	{Pattern: "POST /customers/{customer}/carts/{cart}", Handle: editCart},
	{Pattern: "GET /customers/{customer}/carts/{cart}/bought", Handle: confirmation},
	{Pattern: "GET /customers/{customer}/subscriptions", Handle: subscriptions},
	{Pattern: "POST /customers/{customer}/subscriptions", Handle: renewOff},
	{Pattern: "GET /customers/{customer}/subscriptions/{subscription}", Handle: showSubscription},
	{Pattern: "POST /customers/{customer}/subscriptions/{subscription}/activate", Handle: activate},
	{Pattern: "GET /customers/{customer}/subscriptions/{subscription}/support", Handle: askSupportContact},
	{Pattern: "POST /customers/{customer}/subscriptions/{subscription}/support", Handle: setSupportContact},
	{Pattern: "GET /customers/{customer}/subscriptions/{subscription}/{act}", Handle: askAct},
	{Pattern: "POST /customers/{customer}/subscriptions/{subscription}/{act}", Handle: doAct},
	{Pattern: "GET /customers/{customer}/reservations", Handle: reservations},
	{Pattern: "POST /customers/{customer}/reservations/renew", Handle: renewReservation},
	{Pattern: "GET /customers/{customer}/orders", Handle: orders},
	{Pattern: "GET /customers/{customer}/orders/{order}", Handle: showOrder},
	{Pattern: "GET /customers/{customer}/users", Handle: customerUsers},
	{Pattern: "POST /customers/{customer}/users", Handle: addUser},
}
