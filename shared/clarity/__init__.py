"""Clarity Loop: wearable data in, honest health insights out."""

__version__ = "0.1.0"
