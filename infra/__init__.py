"""Infrastructure: Google Cloud, the serving container, the embedded cloud, the bundles."""
