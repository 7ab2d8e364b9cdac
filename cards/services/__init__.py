"""Verbs: keyword-only functions, one transaction each. The way every change is made."""
