"""Thousands of recordings: read and written by worker processes, resumable. Qt-free."""
