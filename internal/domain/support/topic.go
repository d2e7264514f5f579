package support

// Topic is what a request is about.
type Topic struct {
	ID          int
	Name        string
	Description string
	Refund      bool // asks for money back on behalf of a customer (F68, F69)
}

// RefundTopic is "CSP purchase/refund on behalf of customers" (F68).
const RefundTopic = 32444671

// OrdersTopic is questions about what is bought, and changes of it.
const OrdersTopic = 32444672

// BillingTopic is questions about invoices and payments.
const BillingTopic = 32444673

// MigrationTopic is help with moving from volume licensing (F51).
const MigrationTopic = 32444675

// Topics is what there is to choose from, in the order it is shown.
func Topics() []Topic {
	return []Topic{
		{
			RefundTopic, "CSP Purchase/Refund on behalf of customers",
			"A purchase or refund for a customer. The description says: customer tenant or domain, order or subscription, refund reason, amount.", true,
		},
		{OrdersTopic, "Orders and subscriptions", "Buying, changing, suspending and renewing.", false},
		{BillingTopic, "Invoices and payments", "Charges, credits, statements and payments.", false},
		{32444674, "Product keys and downloads", "Keys, download links and installation.", false},
		{MigrationTopic, "Moving from volume licensing", "Devices activated by KMS that need a MAK.", false},
		{32444676, "Something else", "Whatever fits none of the others.", false},
	}
}

// TopicOf finds a topic by its id.
func TopicOf(topic int) (Topic, bool) {
	for _, t := range Topics() {
		if t.ID == topic {
			return t, true
		}
	}
	return Topic{}, false
}
