"""Clusters: codes about what an environment's cluster defines, in which version, and for how long."""

from compiler.catalogue.entry import Entry, error, warning

ENTRIES: tuple[Entry, ...] = (
    warning(
        "R0608",
        "object-deprecated",
        "An object is written in a version of its kind that is on its way out",
        "The cluster still takes it, and warns. The version of Kubernetes, or of the kind's own definition, that has "
        "it no more refuses it. `roster validate --kubernetes 1.33..1.36` says which version of Kubernetes that is.",
        "Write the API version that the message names.",
    ),
    error(
        "R0609",
        "cluster-schema-unusable",
        "A file below schemas/cluster/ cannot be used",
        "These files hold what a cluster defines, as `roster schema pull` fetched it; objects are judged by them.",
        "Pull them again rather than editing them.",
    ),
    warning(
        "R0652",
        "cluster-has-another-version",
        "The environment's cluster had another version of Kubernetes",
        "Objects are judged by the version that environment.yaml names, and `roster schema pull` found another one on "
        "the cluster.",
        "Correct target.kubernetes.version, or pull again once the cluster is upgraded.",
    ),
    warning(
        "R0653",
        "api-not-served",
        "The environment's cluster did not serve an API version",
        "Alpha and most beta versions of Kubernetes are off unless the cluster's API server is told to serve them, and "
        "those of Istio, KEDA and the Gateway API come with what is installed. `roster schema pull` noted what the "
        "environment's cluster serves.",
        "Write a version that the cluster serves, or pull again once it serves this one.",
    ),
)
