"""Encryption at rest, random ids, outbound addresses; knows no card."""
