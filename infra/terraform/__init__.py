"""Terraform's files checked without Google Cloud: schema, references, policy, the code's needs."""
