// Package e2e plays the product from outside: the real binary on both engines, over HTTP.
package e2e

import (
	"testing"

	"github.com/comptoir-dev/comptoir/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }
