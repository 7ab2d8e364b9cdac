"""Reads: one file a page or feed. Every read of a person's thing starts from that person."""
