"""Leadlight as a program of its own: no Python, no source tree beside it."""
