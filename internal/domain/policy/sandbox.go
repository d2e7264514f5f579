package policy

// What a sandbox tenant may hold (product.md, contract.md §20.45): customers of the partner, subscriptions of a customer
// that live, seats of a subscription.
const (
	SandboxCustomers     = 75
	SandboxSubscriptions = 5
	SandboxSeats         = 25
)
