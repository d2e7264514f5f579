package store

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/comptoir-dev/comptoir/internal/domain/id"
)

// TestBodiesReadAsWritten: whatever a shape holds is read back as encoding/json would, and a damaged text is an error or
// some value, never a panic.
func TestBodiesReadAsWritten(t *testing.T) {
	bodyReads[agreementShape](t)
	bodyReads[billShape](t)
	bodyReads[cartShape](t)
	bodyReads[chargeShape](t)
	bodyReads[clientShape](t)
	bodyReads[customerShape](t)
	bodyReads[itemShape](t)
	bodyReads[lineShape](t)
	bodyReads[nextTermShape](t)
	bodyReads[partnerShape](t)
	bodyReads[personShape](t)
	bodyReads[profilesShape](t)
	bodyReads[recordShape](t)
	bodyReads[requestShape](t)
	bodyReads[subscriptionShape](t)
	bodyReads[tariffShape](t)
	bodyReads[taxShape](t)
	bodyReads[ticketShape](t)
	bodyReads[availabilityBody](t)
	bodyReads[priceBody](t)
	bodyReads[productBody](t)
	bodyReads[skuBody](t)
	bodyReads[[]id.Product](t)
}

func bodyReads[T any](t *testing.T) {
	addOns := rapid.SampledFrom([][]cartLineShape{nil, {{ID: 1, Quantity: 2, Item: itemShape{"P", "1", "A"}}, {ID: 2}}}).AsAny()
	shapes := rapid.MakeCustom[T](rapid.MakeConfig{ // the one shape that holds its own kind
		Fields: map[reflect.Type]map[string]*rapid.Generator[any]{reflect.TypeFor[cartLineShape](): {"AddOns": addOns}},
	})
	name := reflect.TypeFor[T]().String()
	t.Run(name, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			text := []byte(toBody(shapes.Draw(t, "shape")))
			var want, got T
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			if err := fromBody(text, &got); err != nil {
				t.Fatalf("%v in %s", err, text)
			}
			if d := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmp.Exporter(func(reflect.Type) bool { return true })); d != "" {
				t.Fatalf("read otherwise (-encoding/json +ours): %s\n%s", d, text)
			}
			damaged := bytes.Clone(text)
			damaged[rand.IntN(len(damaged))] ^= 1 << rand.IntN(8)
			_ = fromBody(damaged, new(T))
			_ = fromBody(text[:rand.IntN(len(text))], new(T))
		})
	})
}
