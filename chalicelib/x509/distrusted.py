"""Roots that browsers trusted once, so that their customers are told what happened."""

from __future__ import annotations

DISTRUSTED: frozenset[str] = frozenset()
