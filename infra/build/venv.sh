#!/bin/sh
# Runs a command in the project's environment, which `make` has made: venv.sh COMMAND...
set -eu
PATH=$PWD/.venv/bin:$PATH
export PATH
exec "$@"
