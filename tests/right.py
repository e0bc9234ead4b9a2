"""Manifests that go together and are right: what tests of mistakes begin from."""

from __future__ import annotations

import yaml

from groundplan.kubernetes import validation

RIGHT = """
{apiVersion: v1, kind: ServiceAccount, metadata: {name: web}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {MODE: plain}}
---
{apiVersion: v1, kind: Secret, metadata: {name: registry}, stringData: {.dockerconfigjson: "{}"}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: files},
 spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
---
{apiVersion: v1, kind: Service, metadata: {name: web},
 spec: {type: NodePort, selector: {app: web},
  ports: [{name: http, port: 80, targetPort: http, nodePort: 30080}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      imagePullSecrets: [{name: registry}]
      securityContext: {runAsNonRoot: true, runAsUser: 1000}
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway,
           labelSelector: {matchLabels: {app: web}}}
      containers:
        - name: web
          image: registry.example.com:5000/shop/web:1.0
          imagePullPolicy: IfNotPresent
          envFrom: [{configMapRef: {name: settings}}]
          env:
            - {name: KEY, valueFrom: {secretKeyRef: {name: password, key: key}}}
            - {name: MODE, valueFrom: {configMapKeyRef: {name: settings, key: MODE}}}
          ports: [{name: http, containerPort: 8080, hostPort: 8080, protocol: TCP}]
          readinessProbe: {httpGet: {path: /, port: http}}
          livenessProbe: {tcpSocket: {port: http}}
          lifecycle: {preStop: {exec: {command: [sleep, "5"]}}}
          resources: {requests: {cpu: 50m, memory: 64Mi}, limits: {memory: 128Mi}}
          volumeMounts:
            - {name: files, mountPath: /files, subPath: a/b}
            - {name: tmp, mountPath: /tmp}
      volumes:
        - {name: files, persistentVolumeClaim: {claimName: files}}
        - {name: tmp, emptyDir: {medium: Memory, sizeLimit: 10Mi}}
---
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: web},
 spec: {minAvailable: 1, selector: {matchExpressions: [{key: app, operator: In, values: [web]}]}}}
---
{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web},
 spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web},
  minReplicas: 2, maxReplicas: 4, metrics: [{type: Resource, resource: {name: cpu,
   target: {type: Utilization, averageUtilization: 70}}}]}}
---
{apiVersion: v1, kind: Secret, metadata: {name: certificate}, type: kubernetes.io/tls,
 data: {tls.crt: YQ==, tls.key: YQ==}}
---
{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web},
 spec: {tls: [{hosts: [shop.example.com], secretName: certificate}],
  rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix,
   backend: {service: {name: web, port: {number: 80}}}}]}}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: store},
 spec: {clusterIP: None, selector: {app: store}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store}
spec:
  serviceName: store
  selector: {matchExpressions: [{key: app, operator: In, values: [store]}]}
  template:
    metadata: {labels: {app: store}}
    spec: {containers: [{name: store, image: mysql, volumeMounts: [{name: data, mountPath: /d}]}]}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{podSelector: {matchLabels: {app: store}}}], ports: [{port: http}]}]
  egress:
    - to: [{ipBlock: {cidr: 10.0.0.0/16, except: [10.0.1.0/24]}}]
      ports: [{protocol: UDP, port: 53}, {port: 8000, endPort: 8010}]
    - {to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: http}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: night}
spec:
  schedule: "30 4 * * 1-5"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: "shop:reader"},
 rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: "shop:reader"},
 roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: "shop:reader"},
 subjects: [{kind: ServiceAccount, name: web, namespace: default}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: shop},
 roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view},
 subjects: [{kind: ServiceAccount, name: web, namespace: default}]}
---
{apiVersion: external-secrets.io/v1, kind: SecretStore, metadata: {name: aws},
 spec: {provider: {aws: {service: SecretsManager, region: us-east-1}}}}
---
{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: outside},
 spec: {secretStoreRef: {name: aws}, target: {name: password},
  data: [{secretKey: key, remoteRef: {key: shop}}]}}
"""


def right() -> dict[str, dict]:
    return {validation.name_of(item): item for item in yaml.safe_load_all(RIGHT)}
