"""What the five services share: logs, requests, the database, the cache and each other."""

VERSION = "1.0.0"
