terraform {
  required_version = ">= 1.9"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "= 8.7.0" # the version whose schema `python -m infra.terraform` checks against
    }
  }
  # terraform init -backend-config="bucket=$PROJECT-terraform"
  backend "gcs" {
    prefix = "clarity"
  }
}

provider "google" {
  project = var.project_id
  region  = var.region
  # A person's own credentials name no project to count calls to: budgets and rules ask for one.
  billing_project       = var.project_id
  user_project_override = true
  default_labels        = { system = "clarity", environment = var.environment }
}

data "google_project" "project" {
  project_id = var.project_id
}
