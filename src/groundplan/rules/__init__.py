"""The rules of `groundplan check`, by what they look at first."""
