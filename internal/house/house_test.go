package house

import (
	"slices"
	"strings"
	"testing"
)

// TestHouse holds every Go file of the tree to every check.
func TestHouse(t *testing.T) {
	tree := readTree(t)
	for name, check := range checks {
		t.Run(name, func(t *testing.T) {
			for _, f := range tree {
				for _, c := range complaints(check, f) {
					t.Error(c)
				}
			}
		})
	}
}

// TestTablePointsDown: a row names only rooms of the rows above it, so no circle can be allowed by mistake.
func TestTablePointsDown(t *testing.T) {
	var above []string
	for _, r := range rooms {
		for _, low := range strings.Fields(r.may) {
			if !slices.Contains(above, low) {
				t.Errorf("%s may import %s, which is not above it in the table", r.room, low)
			}
		}
		if slices.Contains(above, r.room) {
			t.Errorf("%s is in the table twice", r.room)
		}
		above = append(above, r.room)
	}
	for room, too := range testsToo {
		for _, r := range append(strings.Fields(too), room) {
			if !slices.Contains(above, r) {
				t.Errorf("testsToo names %s, which is not in the table", r)
			}
		}
	}
}

// TestChecksCatch feeds each check what it must report, and the nearest thing that it must let through.
func TestChecksCatch(t *testing.T) {
	const ours = module + "/internal/"
	caught := map[string]bool{}
	for _, c := range []struct {
		check, path, src string
		want             string // "" means no complaint
	}{
		{"imports", "internal/domain/money/x.go", `package money; import "` + ours + `domain/order"`, "money must not import order"},
		{"imports", "internal/domain/order/x.go", `package order; import "` + ours + `domain/money"`, ""},
		{"imports", "internal/domain/order/x.go", `package order; import "` + ours + `app"`, "order must not import app"},
		{"imports", "internal/app/x.go", `package app; import "` + ours + `store"`, "app must not import store"},
		{"imports", "internal/blobs/x_test.go", `package blobs_test; import "` + ours + `store"`, "blobs must not import store"},
		{"imports", "internal/store/x.go", `package store; import "` + ours + `vault"`, "store must not import vault"},
		{"imports", "internal/store/storetest/x_test.go", `package storetest; import ("` + ours + `vault"; "` + ours + `store")`, ""},
		{"imports", "internal/api/partnercenter/x.go", `package partnercenter; import "` + ours + `web"`, "api/partnercenter must not import web"},
		{"imports", "internal/api/partnercenter/x.go", `package partnercenter; import "` + ours + `store/storetest"`, "api/partnercenter must not import store"},
		{"imports", "internal/web/partner/x.go", `package partner; import "` + ours + `web/portal"`, "web/partner must not import web/portal"},
		{"imports", "internal/web/partner/x.go", `package partner; import "` + ours + `web/ui"`, ""},
		{"imports", "internal/sandbox/x.go", `package sandbox; import "` + ours + `store"`, "sandbox must not import store"},
		{"imports", "internal/jobs/x.go", `package jobs; import "` + module + `/cmd/comptoir"`, "jobs must not import cmd"},
		{"imports", "e2e/x.go", `package e2e; import "` + module + `/cmd/comptoir"`, "e2e must not import cmd"},
		{"imports", "e2e/x.go", `package e2e; import "` + ours + `store"`, ""},
		{"imports", "internal/attic/x.go", `package attic`, "attic is not a room"},
		{"imports", "internal/app/x.go", `package app; import "` + ours + `attic"`, "app must not import attic"},

		{"pure", "internal/domain/order/x.go", `package order; import "context"`, "order is a pure room: no context"},
		{"pure", "internal/domain/order/x.go", `package order; import r "math/rand/v2"`, "no math/rand/v2"},
		{"pure", "internal/domain/order/x.go", `package order; func f() { go f() }`, "no goroutines"},
		{"pure", "internal/domain/order/x.go", `package order; import "time"`, ""},
		{"pure", "internal/domain/order/x_test.go", `package order; import "os"`, ""},
		{"pure", "internal/app/x.go", `package app; import "context"`, ""},

		{"clock", "internal/app/x.go", `package app; import "time"; var t = time.Now()`, "app reads the machine's clock by time.Now"},
		{"clock", "internal/app/x.go", `package app; import "time"; var f = time.Now`, "time.Now"},
		{"clock", "internal/app/x.go", `package app; import c "time"; var d = c.Since(t)`, "time.Since"},
		{"clock", "internal/app/x.go", `package app; import . "time"; var d = Now()`, "hides its clock"},
		{"clock", "cmd/comptoir/x.go", `package main; import "time"; var d = time.Until(t)`, "time.Until"},
		{"clock", "internal/app/x.go", `package app; var now = clock.Now()`, ""},
		{"clock", "internal/app/x_test.go", `package app; import "time"; var t = time.Now()`, ""},
		{"clock", "internal/domain/when/x.go", `package when; import "time"; var t = time.Now()`, ""},
		{"clock", "bench/x.go", `package main; import "time"; var t = time.Now()`, ""},

		{"floats", "internal/domain/money/x.go", `package money; type rate float64`, "money counts in integers: no float64"},
		{"floats", "internal/domain/billing/x.go", `package billing; var x = []float32{}`, "no float32"},
		{"floats", "internal/domain/billing/x.go", `package billing; var x = 1.5`, "no 1.5"},
		{"floats", "internal/domain/policy/x.go", `package policy; var x, _ = strconv.ParseFloat(s, 64)`, "no ParseFloat"},
		{"floats", "internal/domain/money/x.go", `package money; const nano int64 = 1e9`, ""},
		{"floats", "internal/domain/support/x.go", `package support; var x float64`, ""},

		{"tags", "internal/domain/party/x.go", "package party; type p struct { A string `json:\"a\"` }", "no json tags"},
		{"tags", "internal/api/partnercenter/x.go", "package partnercenter; type p struct { A string `json:\"a\"` }", ""},

		{"length", "internal/app/x.go", "package app\n" + strings.Repeat("\n", maxLines), "601 lines"},
		{"length", "internal/app/x.go", "package app\n" + strings.Repeat("\n", maxLines-1), ""},
		{"length", "internal/app/x.go", "// Code generated by x. DO NOT EDIT.\npackage app\n" + strings.Repeat("\n", maxLines), ""},

		{"names", "internal/app/x.go", "package util", "package util says nothing"},
		{"names", "internal/app/x_test.go", "package helpers_test", "package helpers says nothing"},
		{"names", "internal/app/x.go", "package app", ""},

		{"cgo", "internal/store/x.go", `package store; import "C"`, "cgo is not used"},
		{"cgo", "internal/store/x.go", `package store; import "fmt"`, ""},
	} {
		f, err := parse(c.path, []byte(c.src))
		if err != nil {
			t.Fatalf("sample %s: %v", c.src, err)
		}
		got := strings.Join(complaints(checks[c.check], f), "\n")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s on %s %q:\n got %q\nwant %q", c.check, c.path, c.src, got, c.want)
		}
		caught[c.check] = caught[c.check] || c.want != ""
	}
	for name := range checks {
		if !caught[name] {
			t.Errorf("check %s has no sample that it must catch", name)
		}
	}
}
