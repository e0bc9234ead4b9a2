"""Gunicorn's configuration, the same for every service.

Gunicorn is process 1 of the container: at SIGTERM it takes no more requests,
finishes those it has, and ends.
"""

from __future__ import annotations

from apps.common.environment import setting

_service = setting("SERVICE")

wsgi_app = f"apps.{_service}.app:from_environment()"
bind = f"0.0.0.0:{setting('PORT', '8000')}"
worker_class = "gthread"
workers = 1
threads = 8
keepalive = 10  # seconds; longer than a peer keeps an idle connection
graceful_timeout = 8  # seconds; less than what Compose and Kubernetes wait
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the root file system is read only
control_socket_disable = True
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "apps.common.logs.JsonFormatter", "service": _service}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "stream": "ext://sys.stdout",
        }
    },
    "root": {"level": "INFO", "handlers": ["stdout"]},
    # One line a request is enough: the one of apps.common.web.
    "loggers": {
        "httpx": {"level": "WARNING"},
        "gunicorn.error": {"level": "INFO", "propagate": True},
        "gunicorn.access": {"level": "CRITICAL"},
    },
}
