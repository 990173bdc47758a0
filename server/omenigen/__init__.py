"""Ωmenigen: a self-hosted world for a community."""

__version__ = "0.1.0"
