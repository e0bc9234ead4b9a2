"""The products, what they cost, and how many are in stock."""
