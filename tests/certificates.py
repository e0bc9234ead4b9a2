"""Certificates for tests in which servers have to prove who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan import process

if TYPE_CHECKING:
    from pathlib import Path


def make(folder: Path, names: str) -> None:
    """An authority (`ca.pem`), and a server's `key.pem` and `cert.pem`, which any user may read.

    `names` are whom the certificate is for: `IP:127.0.0.1`, `DNS:mysql,DNS:redis`.
    """
    folder.chmod(0o755)
    new = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    ca = ("-keyout", "ca-key.pem", "-out", "ca.pem", "-subj", "/CN=A test's authority")
    process.run([*new, *ca], cwd=folder)
    server = (
        "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=server", "-CA", "ca.pem",
        "-CAkey", "ca-key.pem", "-addext", f"subjectAltName={names}",
        "-addext", "basicConstraints=critical,CA:FALSE",
    )  # fmt: skip
    process.run([*new, *server], cwd=folder)
    (folder / "key.pem").chmod(0o644)
