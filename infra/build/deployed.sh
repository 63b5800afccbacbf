#!/usr/bin/env bash
# Releases the built image to what Terraform deployed: deployed.sh VARIANT (cpu, gpu).
# Variables: COMMIT, and those of release.sh that dist/outputs.json does not give.
set -euo pipefail

output() {
  python - "$@" << 'READ'
import json, sys

found = json.load(open("dist/outputs.json"))[sys.argv[1]]["value"]
for key in sys.argv[2:]:
    found = found[key]
print(found)
READ
}
PAT_ENDPOINT=$(output endpoint)
PAT_ENDPOINT_HOST=$(output endpoint_host)
PAT_MODEL_ID=$(output pat_model_id)
SMOKE_ACCOUNT=$(output accounts smoke)
VARIANT=$1
export PAT_ENDPOINT PAT_ENDPOINT_HOST PAT_MODEL_ID SMOKE_ACCOUNT VARIANT
exec "$(dirname "$0")/release.sh" "$(cat "dist/image-$VARIANT")" "$COMMIT"
