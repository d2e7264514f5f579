package party

// Person tells two people apart who act, whatever they act with: the person where there is one, else the client.
func (a Actor) Person() string {
	if a.User != "" {
		return string(a.User)
	}
	return string(a.Client)
}

// Attending is the actor at work for the operator in another tenant's scope (R16): with its roles of the operator's side
// and no others.
func (a Actor) Attending(s Scope) Actor {
	a.Scope, a.Kind, a.Customer, a.Publisher, a.Sandbox = s, "", "", "", false
	held := a.Roles
	a.Roles = Roles{}
	for role, has := range held {
		if has && role.Side() == OperatorSide {
			a.Roles[role] = true
		}
	}
	return a
}
