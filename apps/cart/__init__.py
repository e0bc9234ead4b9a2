"""What each visitor has in the basket."""
