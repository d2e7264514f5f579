package identity

import (
	"context"

	"github.com/comptoir-dev/comptoir/internal/domain/fault"
	"github.com/comptoir-dev/comptoir/internal/domain/party"
)

// Somebody is who has a user principal name, whosever they are, with their partner and the sessions that go on, for the operator
// (R15). Fault "user.unknown".
func (p *People) Somebody(ctx context.Context, who party.Actor, name string) (u party.Person, of party.Partner, sessions []party.Session, err error) {
	if err := who.May(party.OperateSystem); err != nil {
		return u, of, nil, err
	}
	upn, ok := party.ParseUPN(name)
	if !ok {
		return u, of, nil, fault.NotFound("user.unknown", nil)
	}
	if u, of, err = p.Store.PersonNamed(ctx, upn); err != nil {
		return u, of, nil, err
	}
	sessions, err = p.Sessions(ctx, Signed{Person: u})
	return u, of, sessions, err
}

// EndSession ends one session of somebody for the operator (R15), who has proved who they are; one that has ended already is no
// error. Faults: "proof.needed", "user.unknown".
func (p *People) EndSession(ctx context.Context, who party.Actor, name, session string) error {
	u, _, _, err := p.Somebody(ctx, who, name)
	if err != nil {
		return err
	}
	if err := who.Prove(); err != nil {
		return err
	}
	p.Log.InfoContext(ctx, "session ended by the operator", "person", u.ID, "by", who.User)
	return p.Revoke(ctx, Signed{Person: u}, session)
}
