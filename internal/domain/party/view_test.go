package party

import (
	"strconv"
	"strings"
	"testing"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
)

func TestViewsAreBounded(t *testing.T) {
	var all []View
	for i := range MaxViews {
		var err error
		if all, err = KeepView(all, View{"v" + strconv.Itoa(i), "/customers?q=" + strconv.Itoa(i)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		view View
		code string
	}{
		{"one too many", View{"more", "/customers"}, "view.too_many"},
		{"of the same page and name", View{" v3 ", "/customers?q=new"}, ""},
		{"of the same name on another page", View{"v3", "/orders"}, "view.too_many"},
		{"no name", View{" ", "/x"}, "view.name"},
		{"a long name", View{strings.Repeat("é", 61), "/x"}, "view.name"},
		{"a line break", View{"a\nb", "/x"}, "view.name"},
		{"another site", View{"a", "https://x.example/"}, "view.address"},
		{"another site without its scheme", View{"a", "//x.example/"}, "view.address"},
		{"a backslash", View{"a", `/\x.example`}, "view.address"},
		{"a long address", View{"a", "/" + strings.Repeat("x", 1000)}, "view.address"},
	} {
		got, err := KeepView(all, c.view)
		code := ""
		if f := fault.Of(err); f != nil {
			code = f.Code
		}
		if code != c.code {
			t.Errorf("%s: %q, want %q", c.name, code, c.code)
		}
		if c.code == "" && (len(got) != MaxViews || got[MaxViews-1] != View{"v3", "/customers?q=new"}) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if all[3].At != "/customers?q=3" {
		t.Error("the views were changed in place")
	}
	if left := DropView(all, View{"v3", "/customers"}); len(left) != MaxViews-1 {
		t.Errorf("%d are left", len(left))
	}
}
