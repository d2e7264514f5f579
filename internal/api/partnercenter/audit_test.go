package partnercenter

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// The key read of the contract's own sample.
func keyRead() activity.Record {
	return activity.Record{
		ID: requestOne, At: utc("2026-11-20T10:00:00Z"), Customer: customerOne, CustomerName: "Atelier Nord", Actor: "ana@partner.example",
		Client: "comptoir-web", Operation: activity.GetSoftwareKey, Resource: activity.SoftwareKey, ResourceID: "k", Status: activity.Succeeded,
		Correlation: partnerTwo, Details: []activity.Detail{{Key: "OrderId", Value: orderOne}, {Key: "LineItemNumber", Value: "1"}},
	}
}

func TestAuditRecordGolden(t *testing.T) {
	w := dialect{}.record(partnerOne, keyRead())
	body, err := encode(w)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "audit_record", body)
	changed := keyRead()
	changed.Operation, changed.Resource, changed.ResourceID = activity.UpdateSubscription, activity.Subscription, requestOne
	changed.Changes = []activity.Change{{Member: "Status", Old: "active", New: "cancelled"}, {Member: "Quantity", Old: "5", New: "7"}, {Member: "FriendlyName", New: "Mail <7>"}}
	if body, err = encode(dialect{}.record(partnerOne, changed)); err != nil {
		t.Fatal(err)
	}
	golden(t, "audit_record_changed", body)
	for _, sent := range []string{w.ID, requestOne, "0B1C2D3E-2222-4A5B-8C9D-000000000002"} {
		if got, ok := recordOf(sent); !ok || got != requestOne {
			t.Errorf("%s: %s, %v", sent, got, ok)
		}
	}
	invoiced := keyRead()
	invoiced.Customer, invoiced.Operation = "", activity.ReadyInvoice
	if got, ok := recordOf(recordID(partnerOne, invoiced)); !ok || got != requestOne {
		t.Errorf("without a customer: %s, %v", got, ok)
	}
	for _, sent := range []string{"", "x", "a_b_c_d_e", "a_" + requestOne + "_c"} {
		if got, ok := recordOf(sent); ok {
			t.Errorf("%q is taken as %s", sent, got)
		}
	}
	if got := (dialect{java: true}).operation(activity.CreateCredit); got != "update_order" {
		t.Errorf("Java lacks %s", got)
	}
}

func TestRecordQuery(t *testing.T) {
	now := utc("2026-11-20T10:00:00Z")
	us := time.Microsecond
	for _, c := range []struct {
		name, query, code string
		staff             id.Customer
		want              app.RecordQuery
	}{
		{"the last 30 days", "", "", "", app.RecordQuery{From: utc("2026-10-21")}},
		{"docs", "startDate=2026-01-02&endDate=2026-01-31", "", "", app.RecordQuery{From: utc("2026-01-02"), Until: utc("2026-02-01")}},
		{".NET", "startDate=01/02/2026%2000:00:00&endDate=01/31/2026%2000:00:00", "", "", app.RecordQuery{From: utc("2026-01-02"), Until: utc("2026-02-01")}},
		{"US", "startDate=6%2F1%2F2017%2012%3A00%3A00%20AM", "", "", app.RecordQuery{From: utc("2017-06-01")}},
		{"an instant", "startdate=2026-01-02T03:04:05Z&enddate=2026-01-02T04:00:00Z", "", "", app.RecordQuery{From: utc("2026-01-02T03:04:05Z"), Until: utc("2026-01-02T04:00:00Z").Add(us)}},
		{"name", `startDate=2026-01-02&filter={"Field":"CompanyName","Value":"nor","Operator":"substring"}`, "", "", app.RecordQuery{From: utc("2026-01-02"), CustomerName: "nor"}},
		{"two", `startDate=2026-01-02&filter={"LeftFilter":{"Field":"CustomerId","Value":"` + customerOne + `","Operator":"equals"},"RightFilter":{"Field":"ResourceType","Value":"SoftwareKey","Operator":"Equals"},"Operator":"and"}`, "", "",
			app.RecordQuery{From: utc("2026-01-02"), Customer: customerOne, Resource: activity.SoftwareKey}},
		{"R06 customer staff: their own", "startDate=2026-01-02", "", customerOne, app.RecordQuery{From: utc("2026-01-02"), Customer: customerOne}},
		{"R06 customer staff: not another's", `filter={"Field":"CustomerId","Value":"` + customerOne + `","Operator":"equals"}`, "tenant.foreign", requestOne, app.RecordQuery{}},
		{"name as a whole", `filter={"Field":"CompanyName","Value":"x","Operator":"equals"}`, "filter.operator", "", app.RecordQuery{}},
		{"no resource", `filter={"Field":"ResourceType","Value":"Moon","Operator":"equals"}`, "filter.value", "", app.RecordQuery{}},
		{"no date", "startDate=soon", "query.value", "", app.RecordQuery{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, err := parseQuery(c.query)
			if err != nil {
				t.Fatal(err)
			}
			r := &request{http: httptest.NewRequest("GET", "/", nil), query: q, actor: party.Actor{Customer: c.staff}}
			got, _, err := r.recordQuery(now)
			if f := fault.Of(err); f != nil || c.code != "" {
				if f == nil || f.Code != c.code {
					t.Errorf("%v, want %s", err, c.code)
				}
				return
			}
			if got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}
