"""From a graph to a picture: where things stand, which way lines go, and how all of it looks."""
