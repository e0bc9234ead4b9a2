"""The pages that a customer sees."""
