package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/comptoir-dev/comptoir/internal/domain/activity"
	"github.com/comptoir-dev/comptoir/internal/domain/id"
	"github.com/comptoir-dev/comptoir/internal/domain/license"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// IssuedLink is a download address with its token, on its way to the one who asked (R04).
type IssuedLink struct {
	license.Link
	File  license.File
	Token Clear
}

// IssueLink answers with a line's live download link, a new one in its place, or a one-time address (F45, F46, R04).
// A retry is answered from the replay record only where each run makes another address; else it is decided and recorded
// again. Faults: those of license.Issue.
func (a *App) IssueLink(ctx context.Context, who party.Actor, req Request, c id.Customer, orderID string, line int, ask license.LinkRequest) (Reply, error) {
	if !ask.Renew && !ask.OneTime {
		req.ID = ""
	}
	g := guarded{a, who, req, c, orderID, line, activity.GetDownloadLink, activity.SoftwareDownloadLink}
	return g.run(ctx, func(tx Tx, item SoftwareItem, now time.Time) (told, error) {
		out, err := a.issue(tx, who, item, ask, now)
		return told{outcome: out, row: string(out.ID), what: out.File.Name}, err
	})
}

func (a *App) issue(tx Tx, who party.Actor, item SoftwareItem, ask license.LinkRequest, now time.Time) (IssuedLink, error) {
	rules, err := tx.LinkRules()
	if err != nil {
		return IssuedLink{}, err
	}
	rule, _ := license.LinkRuleAt(rules, now)
	var live *license.Link
	if file, err := item.Delivery.File(ask.File); err == nil && !ask.OneTime {
		if live, err = tx.LiveLink(who.Scope, item.Order.ID, item.Line.Number, file.Choice(), ask.Side); err != nil {
			return IssuedLink{}, err
		}
	}
	issued, err := license.Issue(rule, item.Delivery, item.licensed(who.Scope), live, ask, id.Link(a.IDs.GUID()), now)
	if err != nil {
		return IssuedLink{}, err
	}
	out := IssuedLink{Link: issued.Link, File: issued.File}
	if !issued.New {
		token, err := a.Vault.OpenSealed(out.Binding(), out.Sealed)
		out.Token = Clear(token)
		return out, err
	}
	out.Token = Clear(a.IDs.Opaque(43)) // 258 bits
	out.TokenHash = TokenHash(string(out.Token))
	if out.Sealed, err = a.Vault.Seal(out.Binding(), []byte(out.Token)); err != nil {
		return out, err
	}
	if issued.Retired != nil {
		if err := tx.SaveLink(*issued.Retired); err != nil {
			return out, err
		}
	}
	if err := tx.AddLink(out.Link); err != nil || out.OneTime {
		return out, err
	}
	return out, tx.CountUse(out.File.SHA256, out.ID, LinkUse{Links: 1})
}

// LinkUse is what became of the links to one file, of all partners.
type LinkUse struct {
	Links     int64     // handed out (F46); one-time addresses (F45) are not among them
	Downloads int64     // that counted (E24), by one-time addresses too
	Last      time.Time // of the last one; zero: there was none
}

// LinkUse tells what became of the links to some files, by SHA-256 (R15); the files follow each other in that order, as those of
// a page do. What was never handed out is left out.
func (a *App) LinkUse(ctx context.Context, who party.Actor, files []MediaFile) (map[string]LinkUse, error) {
	if err := who.May(party.OperateSystem); err != nil {
		return nil, err
	}
	sums := make([]string, len(files))
	for i, f := range files {
		sums[i] = f.SHA256
	}
	return read(ctx, a.Store, func(r Reader) (map[string]LinkUse, error) { return r.LinkUse(sums) })
}

// TokenHash is what a link is found by: SHA-256 of its token, in hex. The token itself is random, 258 bits.
func TokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
