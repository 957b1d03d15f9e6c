"""Real servers on loopback, started for the tests that talk to them."""
