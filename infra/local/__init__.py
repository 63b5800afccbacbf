"""The embedded cloud: the same system on one machine, over the real wire protocols."""
