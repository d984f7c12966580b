{{/* Arguments of the operator. Each setting of `cloudfn run` that a pod can have is here. */}}
{{- define "cloudfn.args" -}}
- run
{{- with .Values.watchNamespaces }}
- {{ join "," . | printf "--watch-namespace=%s" | quote }}
{{- end }}
{{- with .Values.aws.region }}
- {{ printf "--aws-region=%s" . | quote }}
{{- end }}
{{- with .Values.aws.allowedAccountIds }}
- {{ join "," . | printf "--allowed-account-ids=%s" | quote }}
{{- end }}
{{- with .Values.clusterName }}
- {{ printf "--cluster-name=%s" . | quote }}
{{- end }}
- --check-interval={{ .Values.checkInterval }}
- --reference-settle={{ .Values.referenceSettle }}
- --secret-interval={{ .Values.secretInterval }}
- --concurrency={{ .Values.concurrency }}
- --lambda-rate={{ .Values.rates.lambda }}
- --lambda-get-rate={{ .Values.rates.lambdaGet }}
- --cloudfront-rate={{ .Values.rates.cloudfront }}
- --management-policy={{ .Values.policies.management }}
- --max-adoption-policy={{ .Values.policies.maxAdoption }}
- --cloudfront-tests={{ .Values.cloudfront.tests }}
- --cloudfront-compile-check={{ .Values.cloudfront.compileCheck }}
{{- if .Values.policies.observeUnowned }}
- --observe-unowned
{{- end }}
- --default-drift-policy={{ .Values.policies.defaultDrift }}
- --default-deletion-policy={{ .Values.policies.defaultDeletion }}
- {{ printf "--http-address=%s:%v" .Values.http.address .Values.http.port | quote }}
- --log-format={{ .Values.log.format }}
- {{ printf "--log-level=%s" .Values.log.level | quote }}
{{- with .Values.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "cloudfn.env" -}}
{{- $secret := .Values.aws.credentialsSecret -}}
{{- if $secret -}}
{{- range $key := list "AWS_ACCESS_KEY_ID" "AWS_SECRET_ACCESS_KEY" }}
- name: {{ $key }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ $key }}
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Members of the pod that are there only where a value says so. */}}
{{- define "cloudfn.pod" -}}
{{- $secrets := .Values.imagePullSecrets -}}
{{- range .Values.global.imagePullSecrets -}}
{{- $secrets = append $secrets (dict "name" .) -}}
{{- end -}}
{{- $members := dict
  "imagePullSecrets" $secrets
  "initContainers" .Values.initContainers
  "volumes" .Values.extraVolumes
  "nodeSelector" .Values.nodeSelector
  "tolerations" .Values.tolerations
  "affinity" .Values.affinity
  "priorityClassName" .Values.priorityClassName
  "runtimeClassName" .Values.runtimeClassName
  "dnsPolicy" .Values.dnsPolicy
  "dnsConfig" .Values.dnsConfig
-}}
{{- range $name, $value := $members }}
{{- if $value }}
{{ dict $name $value | toYaml }}
{{- end }}
{{- end }}
{{- end -}}
