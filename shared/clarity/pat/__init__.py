"""The Pretrained Actigraphy Transformer: for the endpoint and the CLI, never for a function."""
