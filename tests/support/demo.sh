#!/bin/sh
# Starts the daemon, posts the textbook example to it, and prints the answer to lay beside the book.
set -eu
backpropd=$1
here=$(dirname "$0")
work=$(mktemp -d)
trap 'kill "$daemon" 2>/dev/null || true; rm -rf "$work"' EXIT

"$backpropd" --listen 127.0.0.1:0 --log-format off >"$work/ready" &
daemon=$!
until [ -s "$work/ready" ]; do
  kill -0 "$daemon"
  sleep 0.05
done
url=$(sed 's/.* on //' "$work/ready")

curl -sf "$url/examples/textbook" -o "$work/body.json"
curl -sf -d @"$work/body.json" "$url/backward" -o "$work/reply.json"
printf '$ curl -d @body.json %s/backward\n\n' "$url"
jq -rn --slurpfile body "$work/body.json" --slurpfile reply "$work/reply.json" \
  -f "$here/demo.jq"

cat <<'END'

Next:
  make run    # serves on 127.0.0.1:8080; then, in another terminal,
  curl -s localhost:8080/examples/textbook -o body.json
  curl -s -d @body.json localhost:8080/backward | jq .gradients
README.md has the rest.
END
