"""The ways to tell people something: one module a kind of channel, and `registry`, which has them all."""
