"""What runs on an edge machine: the engine that serves, and the follower that makes it equal to the record."""
