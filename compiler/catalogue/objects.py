"""Objects: codes of the checks of compiled objects, R06xx."""

from compiler.catalogue.entry import Entry, error, warning

_OWN_FAULT = " If the field comes from a template of Roster and not from your spec, it is a fault of Roster: report it."

_SCHEMA: tuple[Entry, ...] = (
    error(
        "R0601",
        "object-unknown-field",
        "An object has a field that its kind does not have",
        "The API server would refuse the object, or drop the field, by its schema for the environment's version of "
        "Kubernetes." + _OWN_FAULT,
        "Correct the spelling, or remove the field.",
    ),
    error(
        "R0602",
        "object-wrong-type",
        "A field of an object has the wrong type",
        "The API server would refuse the object." + _OWN_FAULT,
        "Write a value of the type that the message names; quote it where it is a text.",
    ),
    error(
        "R0603",
        "object-missing-field",
        "An object lacks a field that its kind requires",
        "The API server would refuse the object." + _OWN_FAULT,
        "Add the field.",
    ),
    error(
        "R0604",
        "object-value-not-allowed",
        "A field of an object has a value that its kind does not take",
        "The API server, or the controller that reads the object, would refuse it." + _OWN_FAULT,
        "Write a value that the message allows.",
    ),
    error(
        "R0605",
        "object-unknown-kind",
        "The environment's version of Kubernetes has no such kind",
        "The API group is one of Kubernetes' own, and in this version it does not have the kind: misspelt, or "
        "removed in the meantime.",
        "Write the API version that the message names, or set the version of the environment's target.",
    ),
    warning(
        "R0606",
        "object-unchecked",
        "No schema of a plain document's kind is known",
        "Roster knows the kinds of Kubernetes itself, those that it emits, those that `roster schema pull` fetched "
        "from the cluster, and those that a CustomResourceDefinition in objects/ defines. Any other is passed "
        "through: only its name, its labels and its references were checked, and the API server says the rest.",
        "Pull the cluster's definitions: roster schema pull ENV.",
    ),
    error(
        "R0607",
        "unknown-kubernetes-version",
        "The schemas of this version of Kubernetes are not known",
        "Objects are judged by the version that the environment's cluster runs.",
        "Write one of the versions that the message lists; a newer Roster knows newer ones.",
    ),
)

_NAMES: tuple[Entry, ...] = (
    error(
        "R0610",
        "object-name",
        "A name is too long, or is no name, for what it becomes",
        "An object's name is made from the name of its spec. Each kind has its own limits: a Service is a DNS label "
        "of 63 characters, a CronJob's name must leave room for what its Jobs are called.",
        "Shorten or change the name of the spec.",
    ),
    error(
        "R0611",
        "object-label",
        "A label breaks the rules of labels",
        "Kubernetes takes at most 63 characters: letters, digits, -, _ and ., a letter or digit first and last. The "
        "API server would refuse the object.",
        "Change the label; free text belongs into annotations.",
    ),
    error(
        "R0612",
        "object-data-key",
        "A key of a ConfigMap is no file name",
        "Keys become files where the ConfigMap is mounted. The API server takes letters, digits, -, _ and . only.",
        "Change the key; folders are made where the ConfigMap is mounted.",
    ),
    error(
        "R0613",
        "config-map-too-large",
        "A ConfigMap is larger than 1 MiB",
        "The API server refuses it. The longest of its texts is shown.",
        "Shorten the text, or split the pack or registry in two.",
    ),
    error(
        "R0614",
        "annotations-too-large",
        "The annotations of an object are larger than 256 KiB",
        "The API server refuses the object.",
        "Shorten them, or keep the text in a ConfigMap.",
    ),
)

_PODS: tuple[Entry, ...] = (
    error(
        "R0620",
        "name-twice-in-pod",
        "Two entries of a pod have one name",
        "Containers, volumes, environment variables and mounts are told apart by name or path. The API server "
        "refuses two of one name, or one silently hides the other.",
        "Rename one of them, or remove it.",
    ),
    error(
        "R0621",
        "port-clash",
        "A port is taken, or its number or name is none",
        "All containers of a pod share its ports, and a Service finds one by number or name. Names have at most 15 "
        "characters.",
        "Give one of them another number or name.",
    ),
    error(
        "R0622",
        "mount-without-volume",
        "A mount names a volume that the pod does not have",
        "The API server refuses the workload.",
        "Declare the volume, or correct the name.",
    ),
    error(
        "R0623",
        "probe-port",
        "A probe asks a port that its container does not declare",
        "A named port that is not declared fails every probe, so the container is restarted for ever. A number works "
        "if the program listens there; where a person wrote it, it is a warning.",
        "Declare the port in the container, or ask one that is declared.",
    ),
    error(
        "R0624",
        "bad-quantity",
        "An amount of CPU or memory is none",
        "The API server cannot read it.",
        "Write a number with one of Kubernetes' units: 250m, 0.5, 256Mi, 1Gi.",
    ),
    error(
        "R0625",
        "request-above-limit",
        "A request is above its limit",
        "The API server refuses the workload. Note that 1Gi is more than 1G.",
        "Raise the limit, or lower the request.",
    ),
)

_REFERENCES: tuple[Entry, ...] = (
    error(
        "R0630",
        "selector-misses-own-pods",
        "A workload's selector does not match its own pods",
        "The API server refuses the workload.",
        "Give the template of its pods the labels that the selector wants.",
    ),
    error(
        "R0631",
        "selects-nothing",
        "An object selects no pod of the environment",
        "A Service without pods answers nobody, and a policy or budget without pods protects nothing. For a plain "
        "document it is a warning, since the pods may be made by other means.",
        "Correct the selector, or the labels of the pods.",
    ),
    error(
        "R0632",
        "port-not-on-pods",
        "An object leads to a port that the selected pods do not have",
        "Traffic to the port would be refused. A number that no container declares may still be listened to; where a "
        "person wrote it, it is a warning.",
        "Name a port that the pods declare.",
    ),
    error(
        "R0633",
        "unknown-object",
        "A pod needs an object that is not declared",
        "Without its ConfigMap, ServiceAccount or PersistentVolumeClaim a pod does not start. Where a person wrote "
        "the name it is a warning, since the object may be made by other means. Secrets always are, and are not "
        "looked for.",
        "Declare the object in objects/, or correct the name.",
    ),
    error(
        "R0634",
        "unknown-scale-target",
        "An autoscaler scales a workload that is not declared",
        "It would do nothing.",
        "Correct the name, the kind or the API version of scaleTargetRef.",
    ),
    error(
        "R0635",
        "unknown-backend",
        "A route leads to a Service, port or subset that is not declared",
        "Requests would be answered with 503. Where a person wrote the name of a Service it is a warning, since it "
        "may be made by other means.",
        "Correct the name or the port.",
    ),
    error(
        "R0636",
        "host-taken",
        "Two exposed facades have the same host",
        "The route of an exposed facade takes every request to its host, so one of the two would get the other's.",
        "Give one of them another expose.host, or none: then it is named after its agent.",
    ),
)

_SCALING: tuple[Entry, ...] = (
    error(
        "R0640",
        "no-request-to-scale-by",
        "A container lacks the request of which an autoscaler wants a percentage",
        "Use is measured in percent of the request. If one container of the pod has none, the autoscaler never "
        "scales, and only says so in its own conditions.",
        "Add resources.requests for the resource to every container of the pod.",
    ),
    error(
        "R0641",
        "replicas-under-autoscaler",
        "A workload sets replicas, and an autoscaler owns them",
        "Each sync would put the number back, and the autoscaler would change it again. Where a person wrote both, "
        "it is a warning.",
        "Remove replicas, or the autoscaler.",
    ),
    error(
        "R0642",
        "two-autoscalers",
        "Two autoscalers scale one workload",
        "They would undo each other's decisions. Note that a ScaledObject makes a HorizontalPodAutoscaler itself.",
        "Remove one of them.",
    ),
    error(
        "R0643",
        "scale-bounds",
        "An autoscaler's least number of pods is above its most",
        "The API server, or KEDA, refuses it.",
        "Raise the most, or lower the least.",
    ),
)

_ENVIRONMENT: tuple[Entry, ...] = (
    error(
        "R0650",
        "capability-missing",
        "An object needs something that the environment's cluster is not said to have",
        "Kinds of KEDA, Istio and the Gateway API exist only where these are installed. An environment says so with "
        "capabilities; otherwise the sync would fail half-way.",
        "Add the capability to environment.yaml if the cluster has it, or do without.",
    ),
    error(
        "R0651",
        "object-declared-twice",
        "Two specs or documents become one object",
        "Both would be applied to one object on the target, and each sync would leave another of the two. Both "
        "places are shown.",
        "Rename one of the two, or remove one.",
    ),
)

ENTRIES = (*_SCHEMA, *_NAMES, *_PODS, *_REFERENCES, *_SCALING, *_ENVIRONMENT)
