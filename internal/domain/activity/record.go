// Package activity says what is worth recording and how a record looks. Records are written in the transaction of the
// act they tell of and never changed (F53).
package activity

import (
	"slices"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// Operation is what was done; the words are those of the public contract (contract.md §13).
type Operation string

// The operations recorded so far.
const (
	AddCustomer         Operation = "add_customer"
	CreateOrder         Operation = "create_order"
	UpdateOrder         Operation = "update_order"
	UpdateSubscription  Operation = "update_subscription"
	GetSoftwareKey      Operation = "get_software_key"
	GetDownloadLink     Operation = "get_software_download_link"
	ReadyInvoice        Operation = "ready_invoice"
	CreateCredit        Operation = "create_credit"
	UpdateBilling       Operation = "update_customer_billing_profile"
	UpdateBudget        Operation = "update_customer_spending_budget"
	UpgradeSubscription Operation = "upgrade_subscription"
	ConvertTrial        Operation = "convert_trial_subscription"
	CreateServiceTicket Operation = "create_service_request"
	UpdateServiceTicket Operation = "update_service_request"
	ProposeRefund       Operation = "propose_refund"
	RefuseRefund        Operation = "refuse_refund"
	ApproveRefund       Operation = "approve_refund"
	DeleteCustomer      Operation = "delete_customer"
	RemoveRelationship  Operation = "remove_partner_customer_relationship"
	CreateRelationship  Operation = "create_partner_relationship"
	UpdateQualification Operation = "update_customer_qualification"
	CreateAgreement     Operation = "create_agreement"

	CreateCustomerUser  Operation = "create_customer_user"
	UpdateCustomerUser  Operation = "update_customer_user"
	DeleteCustomerUser  Operation = "delete_customer_user"
	RestoreCustomerUser Operation = "restore_customer_user"
	ResetUserPassword   Operation = "reset_customer_user_password"
	UpdateUserLicences  Operation = "update_customer_user_licenses"
	AddUserMember       Operation = "add_user_member"
	RemoveUserMember    Operation = "remove_user_member"

	CreatePartnerUser     Operation = "create_partner_user"
	UpdatePartnerUser     Operation = "update_partner_user"
	RemovePartnerUser     Operation = "remove_partner_user"
	EraseUser             Operation = "erase_user" // ours
	RegisterApplication   Operation = "register_application"
	UnregisterApplication Operation = "unregister_application"
	AddCredential         Operation = "add_application_credential"
	RemoveCredential      Operation = "remove_application_credential"
	// UpdateApplication is ours: the public contract knows no change of one.
	UpdateApplication Operation = "update_application"
	// RecordPayment is ours: the public contract knows no payments. Nor does it know of a partner's own profiles.
	RecordPayment Operation = "record_payment"
	// UpdateResale is ours too: the mark-up and the own prices of a partner.
	UpdateResale  Operation = "update_resale"
	UpdatePartner Operation = "update_partner_profile"
	// ImportKeys and UpdateKeyPool are ours as well.
	ImportKeys    Operation = "import_software_keys"
	UpdateKeyPool Operation = "update_software_key_pool"
	// The migration planner's are, too.
	ImportActivations Operation = "import_activations"
	UpdateActivation  Operation = "update_activation"
	RemoveActivation  Operation = "remove_activation"
	// So are those on what products deliver.
	AddMedia       Operation = "add_software_media"
	RemoveMedia    Operation = "remove_software_media"
	ReplaceMedia   Operation = "replace_software_media"
	UpdateDelivery Operation = "update_software_delivery"

	// And what the operator does on its console.
	AddPolicy   Operation = "add_policy_row"
	ClosePolicy Operation = "close_policy_row"
	AddPartner  Operation = "add_partner"

	RotateKeyset Operation = "rotate_keyset"
	RetryJob     Operation = "retry_job"
	DiscardJob   Operation = "discard_job"
	SetMode      Operation = "set_server_mode"
	// FetchBackup takes a copy of the whole database away.
	FetchBackup Operation = "download_backup"
)

// Security tells whether only the roles of R06 may read records of this kind, whatever it was done to.
func (o Operation) Security() bool {
	return o == GetSoftwareKey || o == GetDownloadLink || o == FetchBackup
}

// Resource is what it was done to.
type Resource string

// The resources.
const (
	Customer             Resource = "customer"
	Order                Resource = "order"
	Subscription         Resource = "subscription"
	SoftwareKey          Resource = "software_key"
	SoftwareDownloadLink Resource = "software_download_link"
	SoftwarePage         Resource = "software_page"
	Invoice              Resource = "invoice"
	Credit               Resource = "credit"
	Agreement            Resource = "agreement"
	Relationship         Resource = "partner_relationship"
	CustomerUser         Resource = "customer_user"
	PartnerUser          Resource = "partner_user"
	Application          Resource = "application"
	PartnerProfile       Resource = "partner_profile" // ours
	ServiceRequest       Resource = "service_request"
	KeyPool              Resource = "software_key_pool"
	Activation           Resource = "activation" // ours: a device in the migration planner
	SoftwareMedia        Resource = "software_media"
	Software             Resource = "software"
	Policy               Resource = "policy"
	Work                 Resource = "job"   // what happens by itself
	Vault                Resource = "vault" // the keys that product keys are sealed with
	Database             Resource = "database"

	CustomerDirectoryRole Resource = "customer_directory_role"
)

// Status is how it ended.
type Status string

// The statuses.
const (
	Succeeded Status = "succeeded"
	Failed    Status = "failed"
)

// Detail is one named value of a record. Never a secret. A value that is a person's name has its alias: the name itself is
// kept apart from the record, and read with it.
type Detail struct {
	Key, Value string
	Who        id.Alias
}

// Change is a member of what a record is about: what it was and what it is now, empty where there was or is none. Never a
// secret, what something was sold for, or anything of a person: what is in the log stays there.
type Change struct{ Member, Old, New string }

// Changed are those of all that differ.
func Changed(all ...Change) []Change {
	return slices.DeleteFunc(all, func(c Change) bool { return c.Old == c.New })
}

// Erased is what the log shows in place of the name of a person who was erased.
const Erased = "erased"

// Record is one row of the activity log.
type Record struct {
	ID           id.Record
	At           time.Time
	Customer     id.Customer
	CustomerName string
	Who          id.Alias // of the person; empty: the actor is a client, or a part of the program
	Actor        string   // user principal name or client name: what the log shows. A person's is kept apart from the record
	Client       id.Client
	Operation    Operation
	Resource     Resource
	ResourceID   string
	Status       Status
	Correlation  string
	Details      []Detail
	Changes      []Change // none: what was and is is not kept
}

// Security tells whether only the roles of R06 may read the record: what was done to keys, links, downloads and software
// pages.
func (r Record) Security() bool {
	switch r.Resource {
	case SoftwareKey, SoftwareDownloadLink, SoftwarePage, KeyPool:
		return true
	}
	return r.Operation.Security()
}
