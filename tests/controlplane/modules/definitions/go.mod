module roster.dev/controlplane/definitions

go 1.26.0

require (
	github.com/kedacore/keda/v2 v2.21.0
	istio.io/api v1.31.1
	sigs.k8s.io/gateway-api v1.6.0
)
