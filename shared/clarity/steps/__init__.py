"""The application: what happens to an event, over ports that adapters fill."""
