"""The container that serves PAT on Vertex AI."""
