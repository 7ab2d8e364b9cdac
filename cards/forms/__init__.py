"""Forms parse into typed values; they decide nothing."""
