"""What an image is: one visible table of products, and the protocols of ports.

A new product is one row in `PRODUCTS`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from groundplan.compose.model import Kind


@dataclass(frozen=True)
class Product:
    """A known piece of software.

    `images` are repository names, with spaces between: the last part of an image's path, or its
    last two parts where one alone says too little. `port` is the one that clients use, and speaks
    `protocol`; `more` holds its further ports.
    """

    name: str
    kind: Kind
    images: str
    port: int | None = None
    protocol: str = "tcp"
    more: Mapping[int, str] = field(default_factory=dict)

    def speaks(self, port: int | None) -> str | None:
        """The protocol that the product speaks on `port` (None: on its main one), if known."""
        return self.protocol if port in (None, self.port) else self.more.get(port)


PRODUCTS: tuple[Product, ...] = (
    # databases
    Product("mysql", "database",
            "mysql mysql-server percona"
            " percona-server aurora-mysql", 3306, "mysql", {33060: "mysql"}),
    Product("mariadb", "database", "mariadb mariadb-galera", 3306, "mysql", {33060: "mysql"}),
    Product("postgres", "database",
            "postgres postgresql postgis timescaledb"
            " timescaledb-ha pgvector postgresql-repmgr", 5432, "postgres"),
    Product("mssql", "database", "mssql/server azure-sql-edge mssql-server-linux", 1433, "mssql"),
    Product("oracle", "database",
            "oracle-xe oracle-free database/free"
            " database/express database/enterprise", 1521, "oracle"),
    Product("mongo", "database",
            "mongo mongodb mongodb-community-server percona-server-mongodb", 27017, "mongodb"),
    Product("cassandra", "database", "cassandra scylla", 9042, "cql"),
    Product("couchdb", "database", "couchdb", 5984, "http"),
    Product("couchbase", "database",
            "couchbase couchbase/server", 8091, "http", {11210: "couchbase"}),
    Product("cockroachdb", "database", "cockroach", 26257, "postgres", {8080: "http"}),
    Product("clickhouse", "database",
            "clickhouse clickhouse-server", 8123, "http", {9000: "clickhouse"}),
    Product("neo4j", "database", "neo4j", 7687, "bolt", {7474: "http"}),
    Product("influxdb", "database", "influxdb", 8086, "http"),
    Product("elasticsearch", "database", "elasticsearch", 9200, "http", {9300: "tcp"}),
    Product("opensearch", "database", "opensearch", 9200, "http", {9300: "tcp"}),
    Product("solr", "database", "solr", 8983, "http"),
    Product("dynamodb", "database", "dynamodb-local", 8000, "http"),
    Product("minio", "database", "minio", 9000, "s3", {9001: "http"}),
    Product("qdrant", "database", "qdrant", 6333, "http", {6334: "grpc"}),
    Product("etcd", "database", "etcd", 2379, "grpc", {2380: "grpc"}),
    # caches
    Product("redis", "cache",
            "redis redis-stack redis-stack-server redismod"
            " redis-cluster keydb dragonfly", 6379, "redis"),
    Product("valkey", "cache", "valkey valkey-cluster", 6379, "redis"),
    Product("memcached", "cache", "memcached", 11211, "memcached"),
    # queues
    Product("rabbitmq", "queue", "rabbitmq", 5672, "amqp", {5671: "amqp", 15672: "http"}),
    Product("kafka", "queue",
            "kafka cp-kafka cp-server kafka-native", 9092, "kafka",
            {29092: "kafka", 9093: "kafka", 9094: "kafka"}),
    Product("redpanda", "queue",
            "redpanda", 9092, "kafka", {29092: "kafka", 8081: "http", 8082: "http", 9644: "http"}),
    Product("nats", "queue", "nats nats-streaming", 4222, "nats", {8222: "http"}),
    Product("activemq", "queue",
            "activemq activemq-classic"
            " activemq-artemis", 61616, "tcp", {8161: "http", 5672: "amqp"}),
    Product("mosquitto", "queue",
            "eclipse-mosquitto mosquitto emqx", 1883, "mqtt", {9001: "http", 8083: "http"}),
    Product("pulsar", "queue", "pulsar", 6650, "pulsar", {8080: "http"}),
    Product("beanstalkd", "queue", "beanstalkd", 11300, "tcp"),
    # proxies and web servers
    Product("nginx", "service",
            "nginx nginx-unprivileged nginx-proxy openresty", 80, "http", {443: "https"}),
    Product("traefik", "service", "traefik", 80, "http", {443: "https", 8080: "http"}),
    Product("caddy", "service", "caddy caddy-docker-proxy", 80, "http", {443: "https"}),
    Product("haproxy", "service", "haproxy", 80, "http", {443: "https", 8404: "http"}),
    Product("envoy", "service", "envoy", 10000, "http", {9901: "http"}),
    Product("apache", "service", "httpd apache", 80, "http", {443: "https"}),
    Product("kong", "service", "kong", 8000, "http", {8443: "https", 8001: "http"}),
    # what stands beside an application
    Product("prometheus", "service", "prometheus", 9090, "http"),
    Product("grafana", "service", "grafana grafana-oss grafana-enterprise", 3000, "http"),
    Product("loki", "service", "loki", 3100, "http"),
    Product("jaeger", "service",
            "jaeger all-in-one", 16686, "http", {4317: "grpc", 4318: "http", 14268: "http"}),
    Product("otel-collector", "service",
            "opentelemetry-collector"
            " opentelemetry-collector-contrib", 4317, "grpc", {4318: "http"}),
    Product("kibana", "service", "kibana", 5601, "http"),
    Product("logstash", "service", "logstash", 5044, "beats", {9600: "http", 5000: "tcp"}),
    Product("fluentd", "service", "fluentd fluent-bit", 24224, "tcp"),
    Product("redis-sentinel", "service", "redis-sentinel", 26379, "redis"),
    Product("zookeeper", "service", "zookeeper cp-zookeeper", 2181, "zookeeper"),
    Product("consul", "service", "consul", 8500, "http", {8600: "dns"}),
    Product("vault", "service", "vault", 8200, "http"),
    Product("keycloak", "service", "keycloak", 8080, "http", {8443: "https"}),
    Product("phpmyadmin", "service", "phpmyadmin", 80, "http"),
    Product("pgadmin", "service", "pgadmin4", 80, "http"),
    Product("mailhog", "service",
            "mailhog mailpit mailcatcher", 1025, "smtp", {8025: "http", 1080: "http"}),
    Product("localstack", "service", "localstack localstack-pro", 4566, "http"),
    Product("wordpress", "service", "wordpress", 80, "http"),
    Product("nextcloud", "service", "nextcloud", 80, "http"),
    Product("gitea", "service", "gitea", 3000, "http", {22: "ssh"}),
    Product("portainer", "service",
            "portainer portainer-ce portainer-ee", 9000, "http", {9443: "https", 8000: "tcp"}),
)  # fmt: skip

# A port that an application of one's own opens, and what is usually spoken on it.
_HTTP_PORTS = {80, 81, 88, 3000, 3001, 4000, 4200, 5000, 5001, 5173, 8888, *range(8000, 8100)}
PORT_PROTOCOLS: Mapping[int, str] = {
    **dict.fromkeys(_HTTP_PORTS, "http"),
    21: "ftp", 22: "ssh", 25: "smtp", 53: "dns", 443: "https", 465: "smtp", 587: "smtp",
    1025: "smtp", 8443: "https", 50051: "grpc", 51820: "wireguard",
}  # fmt: skip

_LABELS = {
    "mysql": "MySQL", "postgres": "PostgreSQL", "mssql": "SQL Server", "oracle": "Oracle",
    "mongodb": "MongoDB", "redis": "Redis", "memcached": "Memcached", "kafka": "Kafka",
    "clickhouse": "ClickHouse", "couchbase": "Couchbase", "grpc": "gRPC", "bolt": "Bolt",
    "pulsar": "Pulsar", "zookeeper": "ZooKeeper", "beats": "Beats", "wireguard": "WireGuard",
}  # fmt: skip

# What a URL's scheme means, where that is not the protocol's own name.
_SCHEMES = {
    "postgresql": "postgres", "postgis": "postgres", "pgsql": "postgres", "mysql2": "mysql",
    "mariadb": "mysql", "mysqlx": "mysql", "sqlserver": "mssql", "mongo": "mongodb",
    "rediss": "redis", "valkey": "redis", "amqps": "amqp", "mqtts": "mqtt", "tls": "tcp",
    "plaintext": "kafka", "ws": "http", "wss": "https", "neo4j": "bolt", "elasticsearch": "http",
    "ssl": "tcp", "smtps": "smtp", "udp": "udp", "h2c": "http",
}  # fmt: skip
# Protocols that a URL can name, and the port that is meant where it gives none.
_PROTOCOLS: dict[str, int | None] = {
    **{product.protocol: product.port for product in reversed(PRODUCTS)},
    "http": 80, "https": 443, "grpc": None, "ftp": 21, "ssh": 22, "smtp": 25, "tcp": None,
    "udp": None,
}  # fmt: skip
del _PROTOCOLS["s3"]  # s3://bucket names no host

# A program at the start of a command line, or at the start of one inside a shell's.
_START = r"(?:^|[;&|({]\s*|-c\s+|\b(?:exec|until|while|do|then|if|!)\s+)[\"']?(?:\S*/)?"
_CLIENT = re.compile(
    rf"{_START}(?:mysql|mysqladmin|mysqldump|mysqlsh|mariadb|mariadb-dump|psql|pg_dump|pg_dumpall"
    r"|pg_restore|pg_isready|pg_basebackup|redis-cli|valkey-cli|mongo|mongosh|mongodump"
    r"|mongorestore|mongoimport|kafka-topics|kafka-topics\.sh|rpk|rabbitmqadmin|nats)(?![\w./-])"
)
_SERVER = re.compile(
    rf"{_START}(?:mysqld|mysqld_safe|mariadbd|postgres|redis-server|valkey-server|mongod|mongos"
    r"|rabbitmq-server|docker-entrypoint\.sh)(?![\w./-])"
)

# Ports that many applications use for themselves: they don't tell a store.
_AMBIGUOUS = {9000, 9001, 9093, *PORT_PROTOCOLS}
_BY_NAME = {product.name: product for product in PRODUCTS}
_BY_IMAGE = {image: product for product in PRODUCTS for image in product.images.split()}
_STORE_BY_PORT = {
    port: product
    for product in reversed(PRODUCTS)
    if product.kind != "service"
    for port in (product.port, *product.more)
    if port is not None and port not in _AMBIGUOUS
}


def repository(image: str) -> tuple[str, ...]:
    """The parts of an image's path, without registry, tag and digest: `("bitnami", "mysql")`."""
    path = re.sub(r":[^/:]*$", "", image.partition("@")[0])
    parts = path.lower().split("/")
    has_registry = len(parts) > 1 and (
        "." in parts[0] or ":" in parts[0] or parts[0] == "localhost"
    )
    return tuple(parts[1:] if has_registry else parts)


def product_of(image: str | None, ports: Iterable[int]) -> Product | None:
    """The product that `image` is; where the image is not known, the store that `ports` tell.

    Ports tell only when every one of them is a port of the same store: an application that also
    opens 3306 is not a database.
    """
    parts = repository(image) if image else ()
    known = _BY_IMAGE.get("/".join(parts[-2:])) or _BY_IMAGE.get(parts[-1]) if parts else None
    if known:
        return known
    stores = {port: _STORE_BY_PORT.get(port) for port in ports}
    names = {store.name if store else None for store in stores.values()}
    return next(iter(stores.values())) if len(names) == 1 else None


def runs_a_client(command: str) -> bool:
    """Whether `command` uses a store's image only for its client: a backup, a job, a prompt."""
    return bool(_CLIENT.search(command)) and not _SERVER.search(command)


def named(name: str | None) -> Product | None:
    """The row of `PRODUCTS` of that name."""
    return _BY_NAME.get(name or "")


def kind_of(product: Product | None, *, published: bool) -> Kind:
    """A store's own kind; else `web` for what publishes a port, `service` for what does not."""
    if product and product.kind != "service":
        return product.kind
    return "web" if published else "service"


def protocol_of(product: Product | None, port: int | None, transport: str = "tcp") -> str:
    """What is spoken on `port` of a service: the product's protocol, the port's, or `tcp`/`udp`.

    A store that listens on a port of its owner's choice still speaks its own language there.
    """
    if product and (spoken := product.speaks(port)):
        return spoken
    well_known = PORT_PROTOCOLS.get(port or 0, transport)
    if product and product.kind != "service" and well_known == transport == "tcp":
        return product.protocol
    # A known product has its ports in its row: on another one, HTTP would be a guess.
    return transport if product and well_known == "http" and port != 80 else well_known  # noqa: PLR2004


def protocol_of_scheme(scheme: str) -> str | None:
    """The protocol that a URL's scheme means (`postgresql+psycopg2` → `postgres`), if known."""
    base = scheme.lower().partition("+")[0]
    name = _SCHEMES.get(base, base)
    return name if name in _PROTOCOLS else None


def default_port(protocol: str) -> int | None:
    """The port of a URL that gives none: 80 for `http`, 3306 for `mysql`."""
    return _PROTOCOLS.get(protocol)


def label(protocol: str) -> str:
    """The protocol as people write it: `HTTP`, `MySQL`."""
    return _LABELS.get(protocol, protocol.upper())
