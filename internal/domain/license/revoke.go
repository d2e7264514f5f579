package license

import "time"

// Revocation is what changes when an order line is cancelled: saved in the cancellation's transaction, so that the
// next request is refused (F63).
type Revocation struct {
	Keys  []Key
	Links []Link
}

// Revoke ends all keys and links of a cancelled line, of both sides, one-time and used-up ones too: a transfer in
// progress may end, resuming it is refused (E24). What is revoked or replaced already is left out, so a second call
// changes nothing.
func Revoke(keys []Key, links []Link, now time.Time) Revocation {
	var out Revocation
	for _, k := range keys {
		if k.State != KeyRevoked {
			k.State, k.RevokedAt = KeyRevoked, now
			out.Keys = append(out.Keys, k)
		}
	}
	for _, l := range links {
		if l.State == Live || l.State == Spent {
			l.State = LinkRevoked
			out.Links = append(out.Links, l)
		}
	}
	return out
}
