"""The services on their own, and the whole shop in one process."""
