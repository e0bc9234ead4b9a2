"""Harbour Lane, an online shop for coffee and kitchen goods, in five services."""
