"""Charges cards, through a provider that is simulated."""
