{{- define "segue.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "segue.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "segue.labels" -}}
{{ include "segue.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* One of the two processes. Both run the same image on the same folders. */}}
{{- define "segue.container" -}}
image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}"
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: [{{ .name }}, --health-port, {{ .healthPort | quote }}]
env:
  - name: SEGUE_BROKERS
    value: {{ .root.Values.kafka.brokers | quote }}
  - name: SEGUE_TOPIC_PREFIX
    value: {{ .root.Values.kafka.topicPrefix | quote }}
  - name: SEGUE_BUNDLE
    value: {{ printf "/bundles/%s" .root.Values.bundle.folder | quote }}
  - name: HOST_NAME
    valueFrom:
      fieldRef:
        fieldPath: metadata.name
  - name: SEGUE_ADVERTISE
    value: {{ printf "$(HOST_NAME).%s-hosts:%v" (include "segue.name" .root) .root.Values.serve.port | quote }}
  # Short pauses for the collection of what is young, and memory that does not grow by it; one
  # thread that collects and compiles beside the one that answers.
  - name: NODE_OPTIONS
    value: --max-semi-space-size=32{{ if eq .name "serve" }} --v8-pool-size=1{{ end }}
  {{- if eq .name "serve" }}
  - name: SEGUE_PORT
    value: {{ .root.Values.serve.port | quote }}
  {{- else if .root.Values.hosts.changelog }}
  - name: SEGUE_CHANGELOG
    value: "true"
  - name: SEGUE_STANDBYS
    value: {{ .root.Values.hosts.standbys | quote }}
  {{- end }}
  {{- range $variable, $value := .root.Values.environment }}
  - name: {{ $variable }}
    value: {{ $value | quote }}
  {{- end }}
{{- with .root.Values.environmentSecrets }}
envFrom:
  {{- range . }}
  - secretRef:
      name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
volumeMounts:
  - name: data
    mountPath: /data
  - name: bundles
    mountPath: /bundles
    readOnly: true
  - name: temporary
    mountPath: /tmp
startupProbe:
  httpGet: { path: /live, port: {{ .name }}-health }
  periodSeconds: 5
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /live, port: {{ .name }}-health }
  periodSeconds: 10
  failureThreshold: 3
  timeoutSeconds: 5
{{- end -}}
