"""Metrics: what the loop does in, numbers for Prometheus on a loopback address out; the wing's door to its client."""

from compiler.errors import UsageError

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Metrics:
    """Counters of the loop; nothing is counted or served unless an address is given."""

    def __init__(self, address: str = "") -> None:
        """Serve on `address`, HOST:PORT or PORT. Raises UsageError if it is none, not of this machine, or taken."""
        self._on = bool(address)
        if self._on:
            self._open(address)

    def passed(self, environment: str, result: str, seconds: float, healthy: bool) -> None:
        """One pass ended: `result` is synced, out-of-sync, failed, or elsewhere."""
        if self._on:
            self._passes.labels(environment, result).inc()
            self._seconds.labels(environment).observe(seconds)
            self._healthy.labels(environment).set(healthy)

    def fetched(self, ok: bool) -> None:
        """The repository was asked for a new commit."""
        if self._on:
            self._fetches.labels("ok" if ok else "failed").inc()

    def drifted(self, environment: str, objects: int) -> None:
        """Objects were found changed on the target by somebody else, or by their own fate."""
        if self._on:
            self._drift.labels(environment).inc(objects)

    def _open(self, address: str) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

        host, port = _parts(address)
        registry = CollectorRegistry()
        self._passes = Counter("roster_passes", "Passes by result.", ["environment", "result"], registry=registry)
        self._seconds = Histogram("roster_pass_seconds", "Seconds a pass took.", ["environment"], registry=registry)
        self._healthy = Gauge("roster_healthy", "1 if synced and healthy.", ["environment"], registry=registry)
        self._fetches = Counter("roster_fetches", "Fetches by result.", ["result"], registry=registry)
        self._drift = Counter("roster_drifted_objects", "Objects found changed.", ["environment"], registry=registry)
        try:
            start_http_server(port, host, registry=registry)
        except OSError as error:
            raise UsageError(
                f"metrics cannot be served on {address}: {error.strerror}", "choose another port"
            ) from error


def _parts(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if host not in LOOPBACK or not port.isdigit() or not 0 < int(port) < 65536:
        raise UsageError(f"{address} is no loopback address with a port", "give one such as 127.0.0.1:9464")
    return host, int(port)
