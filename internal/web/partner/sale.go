package partner

import "github.com/comptoir-dev/comptoir/internal/web/ui"

// saleRoutes are the pages on which something is bought for a customer, and what was bought is changed.
var saleRoutes = []ui.Route{
	{Pattern: "GET /customers/{customer}/products", Handle: products},
	{Pattern: "POST /customers/{customer}/carts", Handle: addToCart},
	{Pattern: "GET /customers/{customer}/carts/{cart}", Handle: review},
	{Pattern: "POST /customers/{customer}/carts/{cart}", Handle: editCart},
	{Pattern: "GET /customers/{customer}/carts/{cart}/bought", Handle: confirmation},
}
