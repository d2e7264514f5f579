package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Many small shares are drawn as one, with what they come to, and no current is lost.
func TestFlowDrawsTheRestAsOne(t *testing.T) {
	one := Station{Name: "order", Parts: make([]StationPart, 8)}
	var currents []Current
	for i := range one.Parts {
		one.Parts[i] = StationPart{Name: fmt.Sprint("line ", i), Label: "€", Size: int64(i + 1)}
		currents = append(currents, Current{From: i, Size: int64(i + 1)})
	}
	c := FlowOf(Chart{ID: "f"}, "title", []Station{one, {Name: "credit", Parts: []StationPart{{Name: "kept", Label: "36", Size: 36, Kind: PartPlanned}}}}, [][]Current{currents}, func(n int, size int64) (string, string) {
		return fmt.Sprint(n, " more"), fmt.Sprint(size)
	})
	wide, narrow := string(c.Wide), string(c.Narrow)
	if n := strings.Count(wide, `class="f-tint`); n != 8 {
		t.Errorf("%d currents are drawn", n)
	}
	for _, svg := range []string{wide, narrow} {
		for text, n := range map[string]int{"line 3<": 1, "line 4<": 0, ">4 more<": 1, ">26<": 1, ">kept<": 1, ">credit<": 1} {
			if strings.Count(svg, text) != n {
				t.Errorf("%q does not stand %d times in %s", text, n, svg)
			}
		}
	}
	if len(one.Parts) != 8 || one.Parts[4].Name != "line 4" {
		t.Error("what was given was changed")
	}
}

func TestNamesInTwoLines(t *testing.T) {
	for name, want := range map[string][]string{
		"Mail Suite":                       {"Mail Suite"},
		"Windows Server Standard, 8 cores": {"Windows Server", "Standard, 8 cores"},
		"Очередное начисление за месяц":          {"Очередное начисление", "за месяц"},
		"Onewordthatislongerthanalineofthebox":   {"Onewordthatislongert…"},
		"Short Onewordthatislongerthanalineofit": {"Short", "Onewordthatislongert…"},
	} {
		if got := twoLines(name, flowRoom); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
