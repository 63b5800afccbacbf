#!/usr/bin/env bash
# Builds and pushes both variants of the endpoint's image, and writes their digests: what is scanned,
# approved and deployed is named by these alone.
# Variables: IMAGES (REGION-docker.pkg.dev/PROJECT/REPOSITORY), COMMIT, SOURCE, TAG (a git tag or '').
set -euo pipefail

mkdir -p dist
for variant in cpu gpu; do
  image="$IMAGES/pat:$COMMIT-$variant"
  docker build --file infra/endpoint/Dockerfile --tag "$image" --build-arg VARIANT="$variant" \
    --build-arg VERSION="${TAG:-$COMMIT}" --build-arg REVISION="$COMMIT" \
    --build-arg SOURCE="$SOURCE" .
  docker push "$image"
  docker inspect --format '{{index .RepoDigests 0}}' "$image" > "dist/image-$variant"
  if [ -n "$TAG" ]; then
    docker tag "$image" "$IMAGES/pat:$TAG-$variant"
    docker push "$IMAGES/pat:$TAG-$variant"
  fi
done
