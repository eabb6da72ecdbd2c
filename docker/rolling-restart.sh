#!/bin/sh
# Replaces the replicas of compose.yaml one after the other: the next goes when HAProxy has both again.
set -eu
cd "$(dirname "$0")"

if docker compose version >/dev/null 2>&1; then
  compose() { docker compose -f compose.yaml "$@"; }
else
  compose() { docker-compose -f compose.yaml "$@"; }
fi

until_both_are_up() {
  tries=0
  until [ "$(curl -fs "http://127.0.0.1:${BACKPROPD_STATUS_PORT:-8404}/up" || true)" = 2 ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ]; then
      echo 'rolling-restart: HAProxy does not see two replicas; the rest stays as it is' >&2
      exit 1
    fi
    sleep 0.1
  done
}

until_both_are_up
for replica in backpropd-1 backpropd-2; do
  compose up -d --no-deps --no-build --force-recreate "$replica"
  until_both_are_up
done
