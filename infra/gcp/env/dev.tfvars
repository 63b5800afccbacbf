environment    = "dev"
retention_days = 120
park           = { enabled = true }
instances = {
  ingest     = { min = 0, max = 5 }
  preprocess = { min = 0, max = 5 }
  insights   = { min = 0, max = 5 }
  park       = { min = 0, max = 1 }
  sweep      = { min = 0, max = 1 }
  monitor    = { min = 0, max = 1 }
  privacy    = { min = 0, max = 5 }
}
