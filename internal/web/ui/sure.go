package ui

// Sure is the dialog that asks before what cannot be taken back, or what many will notice: what follows stands before the
// button. Its template is "sure".
type Sure struct {
	Title string
	Rows  []Fact // what follows, in figures
	Form  Form   // what is done is in its address and its hidden values; a field only where a name is typed to confirm it
}
