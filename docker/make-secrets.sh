#!/bin/sh
# Draws the secrets of docker-compose.yml at the first start, and keeps them: nothing secret is
# written in this repository, and nobody has to think of a password. Each is kept once, for root,
# and handed to each service in a folder of its own, readable by that service's user alone.
set -eu
umask 077
secrets=${1:-/secrets}

# draw NAME: 32 random bytes, in letters that no program takes for anything else.
draw() {
  [ -s "$secrets/kept/$1" ] && return 0
  head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n' >"$secrets/kept/.new"
  mv "$secrets/kept/.new" "$secrets/kept/$1"
}

# hand NAME SERVICE USER: whoever reads it meanwhile finds the old file or the new one.
hand() {
  mkdir -p "$secrets/$2"
  chmod 755 "$secrets/$2"
  cp "$secrets/kept/$1" "$secrets/$2/.new"
  chmod 400 "$secrets/$2/.new"
  chown "$3" "$secrets/$2/.new"
  mv "$secrets/$2/.new" "$secrets/$2/$1"
}

mkdir -p "$secrets/kept"
draw admin-token
draw postgres-password
hand admin-token aether 10001
hand postgres-password aether 10001
hand admin-token prometheus 65534
hand postgres-password postgres 999
