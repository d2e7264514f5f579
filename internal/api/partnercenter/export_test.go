package partnercenter

// Strict reads an answer as the strictest SDK does; for tests from outside, which run on real stores.
var Strict = strict
