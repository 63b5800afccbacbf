environment    = "prod"
retention_days = 400
park           = { enabled = true }
pat_machine    = { max_replicas = 4 }
instances = {
  ingest     = { min = 1, max = 100 }
  preprocess = { min = 1, max = 100 }
  insights   = { min = 1, max = 50 }
  park       = { min = 0, max = 1 }
  sweep      = { min = 0, max = 1 }
  monitor    = { min = 0, max = 1 }
  privacy    = { min = 0, max = 20 }
}
