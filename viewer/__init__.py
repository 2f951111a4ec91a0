"""The application: recordings, screens, commands."""

__version__ = "0.1.0"
