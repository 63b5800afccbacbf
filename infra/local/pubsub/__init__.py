"""Pub/Sub on one machine: the wire protocol of the real one, its state in SQLite."""

from __future__ import annotations

from infra.local.pubsub.broker import BacklogStatus, PubSub

__all__ = ["BacklogStatus", "PubSub"]
