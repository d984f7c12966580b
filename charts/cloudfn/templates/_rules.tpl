{{/* What the operator does in each namespace in which it works. */}}
{{- define "cloudfn.rules.functions" -}}
# patch is for the finalizer; the operator never writes spec.
- apiGroups: [cloudfn.dev]
  resources: [cloudfrontfunctions, lambdafunctions]
  verbs: [get, list, watch, patch]
- apiGroups: [cloudfn.dev]
  resources: [cloudfrontfunctions/status, lambdafunctions/status]
  verbs: [patch]
# Watched without their contents; read when an object names one.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{- if and .Values.rbac.secrets.enabled (not .Values.rbac.secrets.namespaces) }}
{{ include "cloudfn.rules.secrets" . }}
{{- end }}
{{- end -}}

{{- define "cloudfn.rules.secrets" -}}
# By name only: never listed, never watched.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get]
{{- end -}}

{{/* What it reads of the cluster, wherever it works. */}}
{{- define "cloudfn.rules.cluster" -}}
# Its uid tells one cluster from another.
- apiGroups: [""]
  resources: [namespaces]
  resourceNames: [kube-system]
  verbs: [get]
# Whether the definitions have all that the operator needs, and are being deleted: then no function is.
- apiGroups: [apiextensions.k8s.io]
  resources: [customresourcedefinitions]
  resourceNames: [cloudfrontfunctions.cloudfn.dev, lambdafunctions.cloudfn.dev]
  verbs: [get, list, watch]
{{- end -}}
