#!/usr/bin/env bash
# Puts an image behind the endpoint: a canary first, tried, then all requests. What fails a trial is
# withdrawn again, what was live gets its requests back, and the exit status is 1. A parked endpoint
# is started for it, with what is live; the park function takes it down again when it is idle.
#   release.sh REGISTRY/NAME@sha256:DIGEST COMMIT
# Variables: GOOGLE_CLOUD_PROJECT, REGION, PAT_ENDPOINT (projects/P/locations/L/endpoints/E),
# PAT_MODEL_ID (who must answer), WEIGHTS (small, medium), VARIANT (cpu, gpu: as it was built).
# Optional: PAT_ENDPOINT_HOST (a dedicated endpoint's own name), MACHINE (options of `clarity model
# deploy` that say on what it runs), SMOKE_ACCOUNT (whom the synthetic person is),
# VERTEX_EMULATOR_HOST (the embedded cloud).
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
    echo "not withdrawn; clarity model status says what is, again: clarity model" \
      "rollback $version; clarity model park ends all cost" >&2
  exit 1
}

version=$(clarity model register "$image" --weights "$WEIGHTS" --variant "$VARIANT" \
  --commit "$commit" "${at[@]}" | tee >(cat >&2) | sed -n 's/^version //p')
live=$(clarity model status --live "${at[@]}")
if [ -n "$live" ] && ! clarity model unpark "${machine[@]}" "${at[@]}"; then
  echo "the live version $live does not start, and nothing new is tried without it:" \
    "clarity model unpark, on another machine if there is none of this, then this again" >&2
  exit 1
fi
if [ "$version" = "$live" ]; then
  unfinished=$(clarity model promote "$version" --dry-run "${at[@]}")
  if [ -z "$unfinished" ]; then
    echo "version $version is live already: it is tried, and stays"
    tried
    exit
  fi
fi

trap withdraw ERR INT TERM
clarity model deploy "$version" "${machine[@]}" "${at[@]}"
tried
if [ -n "$live" ]; then
  clarity model promote "$version" --keep "${at[@]}"
  tried # with all requests, while the former version still stands beside it
fi
trap - ERR INT TERM # it has passed: what is left is the former version's end
clarity model promote "$version" "${at[@]}"
