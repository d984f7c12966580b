{{- define "cloudfn.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "cloudfn.fullname" -}}
{{- $name := include "cloudfn.name" . -}}
{{- $own := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $own .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "cloudfn.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{- define "cloudfn.selectorLabels" -}}
app.kubernetes.io/name: {{ include "cloudfn.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "cloudfn.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "cloudfn.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Name, namespace and labels of an object in the operator's namespace. */}}
{{- define "cloudfn.metadata" -}}
name: {{ include "cloudfn.fullname" . }}
namespace: {{ include "cloudfn.namespace" . }}
labels:
  {{- include "cloudfn.labels" . | nindent 2 }}
{{- end -}}

{{- define "cloudfn.serviceAccountName" -}}
{{- $own := ternary (include "cloudfn.fullname" .) "default" .Values.serviceAccount.create -}}
{{- default $own .Values.serviceAccount.name -}}
{{- end -}}

{{- define "cloudfn.image" -}}
{{- $registry := default .Values.image.registry .Values.global.imageRegistry -}}
{{- $repository := ternary (printf "%s/%s" $registry .Values.image.repository) .Values.image.repository (ne $registry "") -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* The operator's service account, as the subject of a binding. */}}
{{- define "cloudfn.subject" -}}
kind: ServiceAccount
name: {{ include "cloudfn.serviceAccountName" . }}
namespace: {{ include "cloudfn.namespace" . }}
{{- end -}}
