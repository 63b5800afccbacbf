#!/bin/sh
# Runs a command in one stage of the build, and nothing in the other: only.sh STAGE COMMAND...
set -eu
case $STAGE in
  plan | apply) ;;
  *)
    echo "_STAGE: expected plan or apply, found '$STAGE'" >&2
    exit 1
    ;;
esac
[ "$STAGE" = "$1" ] || exit 0
shift
exec "$@"
