#!/usr/bin/env bash
# Writes a CycloneDX bill of materials of each image's and each function's packages, from the lock
# that they are installed from by hash: dist/NAME.cdx.json.
set -euo pipefail

mkdir -p dist
bill() {
  cyclonedx-py requirements "$2" --spec-version 1.6 --output-format JSON --output-reproducible \
    --no-validate --output-file "dist/$1.cdx.json"
}
for variant in cpu gpu; do
  bill "pat-$variant" "infra/endpoint/requirements-$variant.txt"
done
for requirements in functions/*/requirements.txt; do
  bill "$(basename "$(dirname "$requirements")")" "$requirements"
done
