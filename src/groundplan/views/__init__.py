"""Views: pure functions from the design, the application and the facts to a `Graph`."""
