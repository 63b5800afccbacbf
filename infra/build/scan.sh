#!/usr/bin/env bash
# Scans both images, and fails on a critical vulnerability; hangs the bills of materials on them.
# Variables: KEPT (gs://..., where the bills are kept), SCANNED_IN (us, europe or asia).
set -euo pipefail

for variant in cpu gpu; do
  image=$(cat "dist/image-$variant")
  scan=$(gcloud artifacts docker images scan "$image" --remote --location="$SCANNED_IN" \
    --format='value(response.scan)')
  gcloud artifacts docker images list-vulnerabilities "$scan" --location="$SCANNED_IN" \
    --format='value(vulnerability.effectiveSeverity)' > "dist/severities-$variant"
  sort "dist/severities-$variant" | uniq -c
  if grep -qx CRITICAL "dist/severities-$variant"; then
    echo "$image has a critical vulnerability" >&2
    exit 1
  fi
  gcloud artifacts sbom load --source="dist/pat-$variant.cdx.json" --uri="$image" \
    --destination="$KEPT"
done
