"""What the schemas of Kubernetes leave open, and a cluster does not: by definition, and field.

The published schemas say of `protocol` that it is text. The values are those of the API's reference
and of its validation, as JSON Schema that is added to each definition of that name.
"""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]


def _of(*required: str, **properties: Schema) -> Schema:
    return {"required": list(required), "properties": properties}


def _one(values: str) -> Schema:
    return {"enum": ["", *values.split()]}  # an empty text is as if the field were not there


def _is(name: str) -> Schema:
    return {"format": name}


def _may(name: str) -> Schema:
    """As `_is`, where an empty text and 0 are as if the field were not there."""
    return {"if": {"not": {"enum": ["", 0]}}, "then": _is(name)}


def _least(number: int) -> Schema:
    return {"minimum": number}


def _each(schema: Schema, least: int = 0) -> Schema:
    return {"items": schema, "minItems": least}


def _map(key: str, value: str | None = None) -> Schema:
    return {"propertyNames": _is(key), "additionalProperties": _is(value) if value else {}}


def _unless(given: str, required: str) -> Schema:
    return {"if": {"not": {"required": [given]}}, "then": {"required": [required]}}


_ONE_KEY: Final[Schema] = {"minProperties": 1, "maxProperties": 1}
_LABELS: Final = _map("label key", "label value")
_AMOUNTS: Final = _map("resource", "quantity")
_TRANSPORT: Final = _one("TCP UDP SCTP")
_MODES: Final = _each(_one("ReadWriteOnce ReadOnlyMany ReadWriteMany ReadWriteOncePod"), 1)
_SELECTION: Final = {
    "if": {"properties": {"operator": _one("In NotIn")}},
    "then": {"required": ["values"]},
}
_PROBE: Final = _of(
    initialDelaySeconds=_least(0), periodSeconds=_least(0), timeoutSeconds=_least(0),
    successThreshold=_least(0), failureThreshold=_least(0),
)  # fmt: skip

FIELDS: Final[dict[str, Schema]] = {
    # of everything
    "ObjectMeta": _of(
        labels=_LABELS, annotations=_map("annotation key"), namespace=_may("DNS label")
    ),
    "LabelSelector": _of(matchLabels=_LABELS),
    "LabelSelectorRequirement": (
        _of(operator=_one("In NotIn Exists DoesNotExist")) | _SELECTION
    ),
    "Quantity": _is("quantity"),
    "ConfigMap": _of(data=_map("key"), binaryData=_map("key", "base64")),
    "Secret": _of(data=_map("key", "base64"), stringData=_map("key")),
    # of pods
    "PodTemplateSpec": _of("spec"),
    "PodSpec": _of(
        containers={"minItems": 1},
        restartPolicy=_one("Always OnFailure Never"),
        dnsPolicy=_one("ClusterFirst ClusterFirstWithHostNet Default None"),
        preemptionPolicy=_one("Never PreemptLowerPriority"),
        hostname=_may("DNS label"), nodeSelector=_LABELS, terminationGracePeriodSeconds=_least(0),
    ),
    "Container": _of(
        "image",
        name=_is("DNS label"), image=_is("image"),
        imagePullPolicy=_one("Always IfNotPresent Never"),
        restartPolicy=_one("Always OnFailure Never"),
        terminationMessagePolicy=_one("File FallbackToLogsOnError"),
    ),
    "ContainerPort": _of(
        containerPort=_is("port"), hostPort=_may("port"), name=_may("port name"),
        protocol=_TRANSPORT,
    ),
    "EnvVar": _of(name=_is("name of a variable")),
    "EnvVarSource": _ONE_KEY,
    "ConfigMapKeySelector": _of("name"),
    "SecretKeySelector": _of("name"),
    "ConfigMapEnvSource": _of("name"),
    "SecretEnvSource": _of("name"),
    "LocalObjectReference": _of("name"),
    "ResourceRequirements": _of(requests=_AMOUNTS, limits=_AMOUNTS),
    "Probe": _PROBE,
    "HTTPGetAction": _of(port=_is("port or port name"), scheme=_one("HTTP HTTPS")),
    "TCPSocketAction": _of(port=_is("port or port name")),
    "GRPCAction": _of(port=_is("port")),
    "LifecycleHandler": _ONE_KEY,
    "Capabilities": _of(add=_each(_is("capability")), drop=_each(_is("capability"))),
    "SecurityContext": _of(procMount=_one("Default Unmasked")),
    "PodSecurityContext": _of(
        fsGroupChangePolicy=_one("Always OnRootMismatch"),
        supplementalGroupsPolicy=_one("Merge Strict"),
    ),
    "SeccompProfile": _of(type=_one("Localhost RuntimeDefault Unconfined")),
    "AppArmorProfile": _of(type=_one("Localhost RuntimeDefault Unconfined")),
    "TopologySpreadConstraint": _of(
        maxSkew=_least(1), topologyKey=_is("label key"),
        whenUnsatisfiable=_one("DoNotSchedule ScheduleAnyway"),
        nodeAffinityPolicy=_one("Honor Ignore"), nodeTaintsPolicy=_one("Honor Ignore"),
    ),
    "Toleration": _of(
        operator=_one("Exists Equal Lt Gt"), effect=_one("NoSchedule PreferNoSchedule NoExecute")
    ),
    "NodeSelectorRequirement": (
        _of(operator=_one("In NotIn Exists DoesNotExist Gt Lt")) | _SELECTION
    ),
    # of volumes
    "Volume": _of(name=_is("DNS label")),
    "VolumeMount": _of(
        mountPath={"minLength": 1}, subPath=_is("relative path"),
        mountPropagation=_one("None HostToContainer Bidirectional"),
    ),
    "ConfigMapVolumeSource": _of("name"),
    "ConfigMapProjection": _of("name"),
    "SecretVolumeSource": _of("secretName"),
    "SecretProjection": _of("name"),
    "EmptyDirVolumeSource": _of(
        medium=_one("Memory HugePages HugePages-2Mi HugePages-1Gi")
    ),
    "HostPathVolumeSource": _of(
        type=_one("DirectoryOrCreate Directory FileOrCreate File Socket CharDevice BlockDevice")
    ),
    "PersistentVolumeClaimSpec": _of(
        "accessModes", "resources",
        accessModes=_MODES, volumeMode=_one("Filesystem Block"),
        resources=_of("requests", requests=_of("storage")),
    ),
    "PersistentVolumeClaimTemplate": _of("spec"),
    "PersistentVolumeSpec": _of(
        accessModes=_MODES, volumeMode=_one("Filesystem Block"),
        persistentVolumeReclaimPolicy=_one("Retain Delete Recycle"),
    ),
    "StorageClass": _of(
        reclaimPolicy=_one("Retain Delete"),
        volumeBindingMode=_one("Immediate WaitForFirstConsumer"),
    ),
    # of what runs pods
    "DeploymentSpec": _of(
        replicas=_least(0), minReadySeconds=_least(0), revisionHistoryLimit=_least(0)
    ),
    "DeploymentStrategy": _of(type=_one("Recreate RollingUpdate")),
    "RollingUpdateDeployment": _of(maxSurge=_is("count"), maxUnavailable=_is("count")),
    "ReplicaSetSpec": _of("template", replicas=_least(0)),
    "StatefulSetSpec": _of(
        replicas=_least(0), podManagementPolicy=_one("OrderedReady Parallel"),
        volumeClaimTemplates=_each(_of("metadata", "spec", metadata=_of("name"))),
    ),
    "StatefulSetUpdateStrategy": _of(type=_one("OnDelete RollingUpdate")),
    "DaemonSetUpdateStrategy": _of(type=_one("OnDelete RollingUpdate")),
    "JobSpec": _of(
        parallelism=_least(0), completions=_least(0), backoffLimit=_least(0),
        activeDeadlineSeconds=_least(1), ttlSecondsAfterFinished=_least(0),
        completionMode=_one("NonIndexed Indexed"),
    ),
    "JobTemplateSpec": _of("spec"),
    "CronJobSpec": _of(
        schedule=_is("schedule"), concurrencyPolicy=_one("Allow Forbid Replace"),
        startingDeadlineSeconds=_least(0), successfulJobsHistoryLimit=_least(0),
        failedJobsHistoryLimit=_least(0),
    ),
    "HorizontalPodAutoscalerSpec": _of(minReplicas=_least(0), maxReplicas=_least(1)),
    "MetricSpec": _of(type=_one("ContainerResource External Object Pods Resource")),
    "MetricTarget": _of(
        type=_one("Utilization Value AverageValue"), averageUtilization=_least(1)
    ),
    "HPAScalingRules": _of(selectPolicy=_one("Max Min Disabled")),
    "HPAScalingPolicy": _of(type=_one("Pods Percent"), value=_least(1), periodSeconds=_least(1)),
    "PodDisruptionBudgetSpec": _of(
        minAvailable=_is("count"), maxUnavailable=_is("count"),
        unhealthyPodEvictionPolicy=_one("IfHealthyBudget AlwaysAllow"),
    ),
    # of the network
    "ServiceSpec": _of(
        type=_one("ClusterIP ExternalName LoadBalancer NodePort"), selector=_LABELS,
        externalTrafficPolicy=_one("Cluster Local"), internalTrafficPolicy=_one("Cluster Local"),
        sessionAffinity=_one("ClientIP None"),
        ipFamilyPolicy=_one("SingleStack PreferDualStack RequireDualStack"),
        ipFamilies=_each(_one("IPv4 IPv6")),
    ),
    "ServicePort": _of(
        port=_is("port"), targetPort=_may("port or port name"), nodePort=_may("node port"),
        name=_may("DNS label"), protocol=_TRANSPORT,
    ),
    "IngressSpec": _unless("defaultBackend", "rules"),
    "IngressRule": _of(host=_may("host")),
    "IngressTLS": _of(hosts=_each(_is("host"))),
    "HTTPIngressPath": _of(
        path=_may("absolute path"), pathType=_one("Exact Prefix ImplementationSpecific")
    ),
    "IngressBackend": _ONE_KEY,
    "IngressServiceBackend": _of("port"),
    "ServiceBackendPort": {**_of(number=_is("port")), **_ONE_KEY},
    "NetworkPolicySpec": _of(policyTypes=_each(_one("Ingress Egress"))),
    "NetworkPolicyPort": _of(
        port=_is("port or port name"), endPort=_is("port"), protocol=_TRANSPORT
    ),
    "IPBlock": _of(cidr=_is("CIDR"), **{"except": _each(_is("CIDR"))}),
    # of rights
    "RoleRef": _of(kind=_one("Role ClusterRole"), apiGroup=_one("rbac.authorization.k8s.io")),
    "Subject": _of(kind=_one("ServiceAccount User Group")),
}  # fmt: skip
"""What is added to the definition of each name, and to the kind that is called so."""

_NAMED: Final = {
    "Service": "name of a Service",
    "Namespace": "DNS label",
    "CronJob": "name of a CronJob",
    **dict.fromkeys(("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"), "name of a role"),
}
_SPECIFIED: Final = (
    "Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job",
    "CronJob", "Service", "Ingress", "NetworkPolicy", "PodDisruptionBudget",
    "HorizontalPodAutoscaler", "PersistentVolumeClaim", "PersistentVolume", "ExternalSecret",
    "SecretStore", "ClusterSecretStore",
)  # fmt: skip


def of_kind(kind: str) -> Schema:
    """What every manifest of a kind has: a name of its sort, and what it is to be."""
    name = _of(name=_is(_NAMED.get(kind, "DNS name")))
    has_spec = ["spec"] if kind in _SPECIFIED else []
    metadata = {**_unless("generateName", "name"), **name}
    return {"allOf": [FIELDS.get(kind, {}), _of("metadata", *has_spec, metadata=metadata)]}


def _object(*required: str, **properties: Schema) -> Schema:
    return {"type": "object", **_of(*required, **properties)}


_STORE: Final = _object(
    "name", name={"type": "string"}, kind=_one("SecretStore ClusterSecretStore")
)
_SOURCE: Final = _object(storeRef=_STORE)
_TEXTS: Final = {"type": "object", "additionalProperties": {"type": "string"}}
_TEMPLATE: Final = _object(data=_TEXTS, templateFrom={"type": "array"})
_EXTERNAL: Final = {
    **_object(
        secretStoreRef=_STORE,
        target=_object(name={"type": "string", **_is("DNS name")}, template=_TEMPLATE),
        data={"type": "array", "items": _object(
            "secretKey", "remoteRef",
            secretKey={"type": "string", **_is("key")}, sourceRef=_SOURCE,
            remoteRef=_object("key", key={"type": "string"}),
        )},
        dataFrom={"type": "array", "items": _object(sourceRef=_SOURCE)},
    ),
    **_unless("dataFrom", "data"),
}  # fmt: skip
_PROVIDED: Final = _object("provider", provider={"type": "object"})

CUSTOM: Final[dict[tuple[str, str], Schema]] = {
    (f"external-secrets.io/{version}", kind): _object(
        spec=spec,
        metadata=_object(name={"type": "string"}, namespace={"type": "string"}, labels=_TEXTS),
    )
    for version in ("v1", "v1beta1")
    for kind, spec in (
        ("ExternalSecret", _EXTERNAL), ("SecretStore", _PROVIDED), ("ClusterSecretStore", _PROVIDED)
    )
}  # fmt: skip
"""Kinds that an operator brings, of which Kubernetes has no schema, by their API and kind."""
