"""What of a Compose file is not in its manifests is told, setting by setting."""

from __future__ import annotations

import pytest

from manifests import made_of, remarks, source_of


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("privileged: true", "privileged is left out"),
        ("domainname: shop", "domainname is left out"),
        ("init: true", "init is left out"),
        ("labels: {a: b}", "labels is left out"),
        ("gpus: all", "gpus is left out"),
        ("logging: {driver: syslog}", "logging is left out"),
        ("pre_stop: [{command: [x]}]", "pre_stop is left out"),
        ("restart: on-failure", "restart: on-failure is left out"),
        ("network_mode: host", "network_mode: host is left out"),
        ("security_opt: ['apparmor:x']", "security_opt: apparmor:x is left out"),
        ("deploy: {endpoint_mode: dnsrr}", "deploy.endpoint_mode is left out"),
        ("deploy: {placement: {constraints: [a==b]}}", "deploy.placement is left out"),
        ("deploy: {resources: {limits: {pids: 5}}}", "deploy.resources.limits.pids is left out"),
        ("networks: {default: {ipv4_address: 10.0.0.2}}",
         "networks.default.ipv4_address is left out"),
        ("volumes: [{type: volume, source: d, target: /d, volume: {nocopy: true}}]",
         "volumes.volume.nocopy is left out"),
        ("volumes: [nfs:/d]", "volumes.nfs.driver_opts is left out"),
        ("volumes: [out:/d]", "volumes.out.external is left out"),
        ("volumes: [/node_modules]",
         "the volume at /node_modules begins empty, whatever its image has there"),
        ("networks: [corp]", "networks.corp.external is left out"),
        ("secrets: [{source: key, uid: '5'}]", "secrets.uid is left out"),
        ("environment: {'A B': c}",
         "the variable 'A B' is left out: Kubernetes takes no such name"),
        ("healthcheck: {interval: 5s}",
         "the healthcheck of its image is left out: Kubernetes does not know it"),
        ("command: [redis-server, --requirepass, hunter2]",
         "its command holds a secret, which everybody can read in the manifests: --requirepass"),
    ],
)  # fmt: skip
def test_a_setting_without_equivalent_is_told(tmp_path, setting, told):
    source = source_of(
        f"services:\n  web:\n    image: example/web\n    {setting}\n"
        "volumes: {d: , nfs: {driver_opts: {type: nfs}}, out: {external: true, name: x}}\n"
        "networks: {corp: {external: true, name: y}}\n"
        "secrets: {key: {file: ./key}}\n",
        tmp_path,
    )
    assert remarks(source) == [told]
    assert [remark.service for remark in source.remarks] == ["web"] * len(source.remarks)


def test_what_has_an_equivalent_or_means_nothing_here_is_not_told(tmp_path):
    source = source_of(
        """
services:
  web:
    build: {context: .}
    x-mine: {a: b}
    restart: unless-stopped
    security_opt: ["no-new-privileges:true"]
    init: false
    tty: true
    depends_on: {db: {condition: service_started}}
    deploy: {mode: replicated, replicas: 1, restart_policy: {condition: any}}
    develop: {watch: [{path: ., action: rebuild}]}
    ports: ["80:80"]
    networks: {default: {aliases: [www]}}
  db: {image: postgres, container_name: shop-db, hostname: shop-db}
""",
        tmp_path,
    )
    assert remarks(source) == [
        f"{name} is called {here} here, also in the settings of others"
        for name, here in (("shop-db", "db"), ("www", "web"))
    ]


def test_an_odd_name_of_a_variable_is_in_no_manifest(tmp_path):
    source = source_of(
        "services: {web: {image: nginx, environment: {'A B': c, A.B-C: d}}}", tmp_path
    )
    assert made_of(source)["ConfigMap/web"]["data"] == {"A.B-C": "d"}
