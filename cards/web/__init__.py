"""Edges around the pages: middleware, context, system checks, Django's mail interface."""
