"""Object schemas: what Kubernetes, and a cluster of one's own, define -> what is wrong with an object."""
