#!/usr/bin/env bash
# kept.sh keep: copies what the plan stage made to where the apply stage fetches it.
# kept.sh fetch: brings it back.
# Variables: KEPT (gs://...).
set -euo pipefail

mkdir -p dist
case $1 in
  keep) gcloud storage cp dist/tfplan dist/plan.txt dist/image-* dist/*.cdx.json "$KEPT/" ;;
  fetch) gcloud storage cp "$KEPT/tfplan" "$KEPT/image-*" dist/ ;;
esac
