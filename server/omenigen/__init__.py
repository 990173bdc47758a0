"""Ωmenigen: a self-hosted world for a community."""
