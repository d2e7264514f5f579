package partnercenter

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/comptoir-dev/comptoir/internal/app"
	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// softwareOperations are our extension (product.md): what was bought, its keys and its downloads.
func (a *api) softwareOperations() []operation {
	const all = "/v1/customers/{customer}/software"
	const line = all + "/{order}/{line}"
	read, reveal := []party.Act{party.ReadCommerce}, []party.Act{party.RevealKey}
	return []operation{
		{method: http.MethodGet, path: all, acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.listSoftware},
		{method: http.MethodGet, path: line + "/options", acts: read, scope: scopeCustomer, status: http.StatusOK, handle: a.showSoftwareOptions},
		{method: http.MethodPost, path: line + "/keys", acts: reveal, scope: scopeCustomer, status: http.StatusOK, body: bodyOptional, secret: true, handle: a.revealKey},
		{method: http.MethodPost, path: line + "/downloads", acts: reveal, scope: scopeCustomer, status: http.StatusOK, body: bodyOptional, secret: true, handle: a.issueLink},
	}
}

type softwareItem struct {
	OrderID         string               `json:"orderId"`
	LineItemNumber  int                  `json:"lineItemNumber"`
	ProductID       string               `json:"productId"`
	SkuID           string               `json:"skuId"`
	Title           string               `json:"title"`
	Quantity        int64                `json:"quantity"`
	PurchasedAt     wireTime             `json:"purchasedAt"`
	State           string               `json:"state"` // active, cancelled, preparing
	HasKeys         bool                 `json:"hasKeys"`
	HasDownloads    bool                 `json:"hasDownloads"`
	InstructionsURI string               `json:"instructionsUri,omitempty"`
	Cancellation    softwareCancellation `json:"cancellation"`
	Attributes      *attributes          `json:"attributes"`
}

type softwareCancellation struct {
	Allowed bool     `json:"allowed"`
	Until   wireTime `json:"until,omitzero"`
	Policy  string   `json:"policy,omitempty"`
}

// softwareOf is one bought line. A cancelled one stays listed; its keys and downloads are gone (F64).
func softwareOf(i app.SoftwareItem) softwareItem {
	live := i.State != license.Cancelled
	return softwareItem{
		OrderID: string(i.Order.ID), LineItemNumber: i.Line.Number, ProductID: string(i.Line.Item.Product), SkuID: string(i.Line.Item.Sku),
		Title: i.Line.Title, Quantity: i.Line.Quantity, PurchasedAt: at(i.Order.At), State: string(i.State),
		HasKeys: live && i.Delivery.HasKeys, HasDownloads: live && i.Delivery.HasDownloads, InstructionsURI: i.Delivery.InstructionsURI,
		Cancellation: softwareCancellation{i.Open, at(i.Until), i.Policy}, Attributes: of("Software"),
	}
}

func (a *api) listSoftware(ctx context.Context, r *request) (answer, error) {
	items, err := a.app.Software(ctx, r.actor, r.customer)
	if err != nil {
		return answer{}, err
	}
	out := make([]softwareItem, len(items))
	for i, item := range items {
		out[i] = softwareOf(item)
	}
	c := collect(out)
	c.Links = &collectionLinks{Self: linkTo(r.uri(r.query))}
	return reply(c)
}

type softwareOptions struct {
	Versions   []string    `json:"versions,omitempty"`
	Languages  []string    `json:"languages,omitempty"`
	FileTypes  []string    `json:"fileTypes,omitempty"`
	Attributes *attributes `json:"attributes"`
}

func (a *api) showSoftwareOptions(ctx context.Context, r *request) (answer, error) {
	line, err := r.line()
	if err != nil {
		return answer{}, err
	}
	o, err := a.app.SoftwareOptions(ctx, r.actor, r.customer, string(r.order), line)
	if err != nil {
		return answer{}, err
	}
	return reply(softwareOptions{o.Versions, o.Languages, o.FileTypes, of("SoftwareOptions")})
}

// line is the line item number in the path.
func (r *request) line() (int, error) {
	n, err := strconv.ParseUint(r.path("line"), 10, 16)
	if err != nil {
		return 0, fault.NotFound("line.unknown", nil)
	}
	return int(n), nil
}

type keyRequest struct {
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

type revealedKeys struct {
	Keys       []revealedKey `json:"keys"`
	State      string        `json:"state,omitempty"` // preparing: no key yet
	Attributes *attributes   `json:"attributes"`
}

type revealedKey struct {
	ProductKey string `json:"productKey"`
	Kind       string `json:"kind"`
	Version    string `json:"version,omitempty"`
	State      string `json:"state"`
}

// revealKey shows a line's product key (F44); every reveal is in the log, a refused one too. While the key is being prepared
// there is none in the answer.
func (a *api) revealKey(ctx context.Context, r *request) (answer, error) {
	line, err := r.line()
	if err != nil {
		return answer{}, err
	}
	in, err := read[keyRequest](r)
	if err != nil {
		return answer{}, err
	}
	ask := license.KeyRequest{Version: strings.TrimSpace(in.value.Version), Kind: in.value.Kind}
	return a.app.RevealKey(ctx, r.actor, r.replay(true, keysAnswer), r.customer, string(r.order), line, ask)
}

func keysAnswer(outcome any) (answer, error) {
	k := outcome.(app.RevealedKey)
	if k.Preparing {
		return reply(revealedKeys{[]revealedKey{}, string(license.Preparing), of("SoftwareKeys")})
	}
	return reply(revealedKeys{Keys: []revealedKey{{string(k.Plain), k.Kind, k.Version, "active"}}, Attributes: of("SoftwareKeys")})
}

type linkRequest struct {
	Version  string `json:"version"`
	Language string `json:"language"`
	FileType string `json:"fileType"`
	Renew    bool   `json:"renew"`
	OneTime  bool   `json:"oneTime"`
}

type downloadLink struct {
	URI                string      `json:"uri"`
	FileName           string      `json:"fileName"`
	Size               int64       `json:"size"` // bytes
	SHA256             string      `json:"sha256"`
	ExpiresAt          wireTime    `json:"expiresAt"`
	RemainingDownloads int         `json:"remainingDownloads"`
	Attributes         *attributes `json:"attributes"`
}

// issueLink answers with a download address: the live one, a new one in its place, or one for a single use (F45, F46).
func (a *api) issueLink(ctx context.Context, r *request) (answer, error) {
	line, err := r.line()
	if err != nil {
		return answer{}, err
	}
	in, err := read[linkRequest](r)
	if err != nil {
		return answer{}, err
	}
	ask := license.LinkRequest{
		File: license.FileChoice{
			Version: strings.TrimSpace(in.value.Version), Language: strings.TrimSpace(in.value.Language), FileType: strings.TrimSpace(in.value.FileType),
		},
		Side: license.PartnerSide, Renew: in.value.Renew, OneTime: in.value.OneTime,
	}
	if r.actor.Customer != "" {
		ask.Side = license.CustomerSide
	}
	base := r.base()
	return a.app.IssueLink(ctx, r.actor, r.replay(true, func(outcome any) (answer, error) {
		return linkAnswer(base, outcome.(app.IssuedLink))
	}), r.customer, string(r.order), line, ask)
}

func linkAnswer(base string, l app.IssuedLink) (answer, error) {
	return reply(downloadLink{
		base + "/downloads/" + string(l.Token), l.File.Name, l.File.Size, l.File.SHA256, at(l.ExpiresAt), l.Remaining(), of("SoftwareDownload"),
	})
}

// base starts an absolute address: the public one when it is set, else scheme and host of this call. Behind a proxy that
// ends TLS only the first is right.
func (r *request) base() string {
	if r.api.PublicURL != "" {
		return strings.TrimSuffix(r.api.PublicURL, "/")
	}
	scheme := "http://"
	if r.http.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.http.Host
}
