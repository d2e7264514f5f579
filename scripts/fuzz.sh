#!/bin/sh
# fuzz.sh runs every fuzz target of the tree, one after another, for FUZZTIME each. The first that fails stops it.
# What is found is made smaller in a hundred tries: left alone, the tool spends a minute on it and the target stands still.
set -eu

targets=$(grep -roE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sort || true)
if [ -z "$targets" ]; then
	echo "There is no fuzz target yet."
	exit 0
fi
for line in $(echo "$targets" | sed 's/:func /:/'); do
	file=${line%%:*}
	name=${line##*:}
	echo "$name in $(dirname "$file"), ${FUZZTIME:=10s}"
	go test -run '^$' -fuzz "^$name\$" -fuzztime "$FUZZTIME" -fuzzminimizetime 100x "$(dirname "$file")"
done
