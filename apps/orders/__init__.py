"""Turns a basket into an order: priced, reserved, paid."""
