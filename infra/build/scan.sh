#!/usr/bin/env bash
# Scans both images, and fails on a critical vulnerability that accepted.txt does not accept; hangs
# the bills of materials on them.
# Variables: KEPT (gs://..., where the bills are kept), SCANNED_IN (us, europe or asia).
set -euo pipefail

for variant in cpu gpu; do
  image=$(cat "dist/image-$variant")
  scan=$(gcloud artifacts docker images scan "$image" --remote --location="$SCANNED_IN" \
    --format='value(response.scan)')
  gcloud artifacts docker images list-vulnerabilities "$scan" --location="$SCANNED_IN" \
    --format='value(noteName.basename(), vulnerability.effectiveSeverity)' > "dist/found-$variant"
  cut -f 2 "dist/found-$variant" | sort | uniq -c
  echo "$image"
  infra/build/verdict.sh "dist/found-$variant" "$(date -u +%F)"
  gcloud artifacts sbom load --source="dist/pat-$variant.cdx.json" --uri="$image" \
    --destination="$KEPT"
done
