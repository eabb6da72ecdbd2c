#!/bin/sh
# Prints the worked solution of the textbook example, to lay beside the book; and, apart, what to do next.
set -eu
"$1" call /explain --accept text/plain <"$(dirname "$0")/../../src/examples/textbook.json"
cat >&2 <<'END'

Next:
  make run    # serves on 127.0.0.1:8080; then, in another terminal,
  curl -s localhost:8080/examples/textbook -o body.json
  curl -s -H 'Accept: text/plain' -d @body.json localhost:8080/explain
README.md has the rest.
END
