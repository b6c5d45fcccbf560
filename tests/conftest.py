"""What holds for all tests."""

from __future__ import annotations

import gc

# A cloud in memory is millions of objects that stay: to look for cycles among them less often saves a tenth.
gc.set_threshold(100_000, 50, 100)
