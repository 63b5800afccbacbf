#!/usr/bin/env bash
# Puts an image behind the endpoint: a canary first, tried, then all requests. What fails a trial is
# withdrawn again, what was live gets its requests back, and the exit status is 1.
#   release.sh REGISTRY/NAME@sha256:DIGEST COMMIT
# Variables: GOOGLE_CLOUD_PROJECT, REGION, PAT_ENDPOINT (projects/P/locations/L/endpoints/E),
# PAT_MODEL_ID (who must answer), WEIGHTS (small, medium). Optional: PAT_ENDPOINT_HOST (a dedicated
# endpoint's own name), MACHINE (options of `clarity model deploy` that say on what it runs),
# SMOKE_ACCOUNT (whom the synthetic person is), VERTEX_EMULATOR_HOST (the embedded cloud).
set -euo pipefail

image=$1 commit=$2
at=(--project "$GOOGLE_CLOUD_PROJECT" --region "$REGION")
read -ra machine <<< "${MACHINE:-}"

# Each deployed model answers as it should, and a person's week comes through the whole chain.
tried() {
  python -m infra.probe --endpoint "$PAT_ENDPOINT" --expect-model "$PAT_MODEL_ID" \
    ${PAT_ENDPOINT_HOST:+--host "$PAT_ENDPOINT_HOST"} \
    ${VERTEX_EMULATOR_HOST:+--emulator "$VERTEX_EMULATOR_HOST"} &&
    python -m infra.smoke --project "$GOOGLE_CLOUD_PROJECT" --expect-model "$PAT_MODEL_ID" \
      ${SMOKE_ACCOUNT:+--impersonate "$SMOKE_ACCOUNT"}
}

withdraw() {
  echo "withdrawing version $version" >&2
  clarity model rollback "$version" "${at[@]}" ||
    echo "not withdrawn; clarity model status says what is, clarity model park ends its cost" >&2
  exit 1
}

version=$(clarity model register "$image" --weights "$WEIGHTS" --commit "$commit" "${at[@]}" |
  tee >(cat >&2) | sed -n 's/^version //p')
if clarity model promote "$version" --dry-run "${at[@]}" 2>&1 | grep -q "is live already"; then
  echo "version $version is live already: it is tried, and stays"
  clarity model unpark "${machine[@]}" "${at[@]}"
  tried
  exit
fi

trap withdraw ERR INT TERM
clarity model deploy "$version" "${machine[@]}" "${at[@]}"
tried
clarity model promote "$version" --keep "${at[@]}"
tried # with all requests, while the former version still stands beside it
clarity model promote "$version" "${at[@]}"
