#!/bin/sh
# Installs the packages of package-lock.json where that was not done since it last changed.
# Plain sh, since the Node that can run TypeScript is itself one of these packages.
set -eu
cd "$(dirname "$0")/../.."

installed=node_modules/.package-lock.json
if [ -f "$installed" ] && [ -z "$(find package-lock.json -newer "$installed")" ]; then
  exit 0
fi

# npm must not run on the Node that it is about to replace.
PATH=$(printf '%s' "$PATH" | tr ':' '\n' | grep -v '/node_modules/\.bin$' | paste -sd ':' -)
export PATH
echo 'installing packages (npm ci)' >&2
# Its warnings are of the Node that it runs on, which is replaced by one of the packages.
npm ci --no-audit --no-fund --loglevel=error >&2
# npm leaves the old time on an unchanged file, and the next start would install again.
touch "$installed"
