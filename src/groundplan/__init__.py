"""Groundplan: a phased infrastructure design that cannot lie.

Pictures, tables and figures are computed from, or checked against, the real Terraform plan
and the real Compose file.
"""

__version__ = "0.1.0"
