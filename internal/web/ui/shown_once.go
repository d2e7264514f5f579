package ui

// ShownOnce is a password or a secret that was made: it is on this page and nowhere else.
type ShownOnce struct {
	Warning string
	Facts   Facts
	Next    []Button
}

// ShowOnce shows it; no store keeps the page.
func (v *Visit) ShowOnce(frame Page, once ShownOnce) error {
	v.Secret()
	return v.Show("shown-once", frame, once)
}
