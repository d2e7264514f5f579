package identity_test

import (
	"testing"

	"github.com/comptoir-dev/comptoir/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }
