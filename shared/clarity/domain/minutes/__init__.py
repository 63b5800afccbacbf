"""Samples become a minute grid: clock, devices, wear, quality, imputation."""
