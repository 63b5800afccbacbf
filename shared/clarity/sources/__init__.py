"""Where HealthKit samples come from on a laptop: generated people, Apple exports, Fitbit."""
