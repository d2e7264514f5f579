package partnercenter

import "slices"

// operations is the whole table: every route there is, by resource. What only a sandbox has comes last.
func (a *api) operations() []operation {
	return slices.Concat(
		a.customerOperations(),
		a.userOperations(),
		a.licenceOperations(),
		a.relationOperations(),
		a.profileOperations(),
		a.utilityOperations(),
		a.productOperations(),
		a.offerOperations(),
		a.promotionOperations(),
		a.cartOperations(),
		a.orderOperations(),
		a.subscriptionOperations(),
		a.useOperations(),
		a.softwareOperations(),
		a.deviceOperations(),
		a.keyPoolOperations(),
		a.keyRequestOperations(),
		a.deliveryOperations(),
		a.mediaOperations(),
		a.entitlementOperations(),
		a.verdictOperations(),
		a.policyOperations(),
		a.invoiceOperations(),
		a.billOperations(),
		a.auditOperations(),
		a.requestOperations(),
		a.operatorOperations(),
		a.partnerUserOperations(),
		a.partnerClientOperations(),
		a.sandboxOperations(),
	)
}
