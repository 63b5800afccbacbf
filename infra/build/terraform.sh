#!/bin/sh
# terraform.sh plan: writes dist/tfplan, and dist/plan.txt for who approves it.
# terraform.sh apply: applies exactly dist/tfplan, and writes dist/outputs.json.
# Variables: PROJECT, REGION, ENVIRONMENT.
set -eu

tf() { terraform -chdir=infra/gcp "$@"; }
dist=$PWD/dist
tf init -input=false -backend-config="bucket=$PROJECT-terraform"
case $1 in
  plan) # without the lock: who plans may not write the state
    tf plan -input=false -lock=false -var project_id="$PROJECT" -var region="$REGION" \
      -var-file="env/$ENVIRONMENT.tfvars" -out="$dist/tfplan"
    tf show -no-color "$dist/tfplan" > "$dist/plan.txt"
    ;;
  apply)
    tf apply -input=false "$dist/tfplan"
    tf output -json > "$dist/outputs.json"
    ;;
esac
