package partnercenter_test

import (
	"reflect"
	"testing"
)

// TestEchoChangesNothing: who sends back what was read, in the words of its SDK, changes nothing (contract.md §10, §20.18):
// every subscription and order of the demo.
func TestEchoChangesNothing(t *testing.T) {
	sessions(t, func(t *testing.T, w *wired) {
		for _, i := range idioms {
			if !i.whole {
				continue
			}
			t.Run(i.name, func(t *testing.T) {
				c := w.enter(t, i)
				echoed := 0
				for _, customer := range c.get("*Customer", "/v1/customers?size=0").items() {
					base := "/v1/customers/" + customer.text("id")
					for _, list := range []struct{ model, path string }{{"Subscription", "/subscriptions"}, {"Order", "/orders"}} {
						for _, o := range c.get("*"+list.model, base+list.path).items() {
							if o.text("status") == "deleted" || o.text("status") == "cancelled" { // a second cancellation is refused (E03)
								continue
							}
							uri := base + list.path + "/" + o.text("id")
							was := c.get(list.model, uri)
							c.change(list.model, uri, func(object) {})
							if is := c.get(list.model, uri); !reflect.DeepEqual(was, is) {
								t.Errorf("%s was\n%v\nand is\n%v", uri, was, is)
							}
							echoed++
						}
					}
				}
				if echoed < 20 {
					t.Errorf("%d resources", echoed)
				}
			})
		}
	})
}
