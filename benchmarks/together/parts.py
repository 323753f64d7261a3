"""Parts: the measurements of speed and of trust, how each is asked in small and in full, and what it is asked to reach.

Small   says that a measurement works and roughly what it comes to; fixed costs weigh more in it than in full
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HOME = "{home}"
"""Stands for the scored home that is served."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure by its path in the JSON and the limit that it has to keep, from below or above; None: only told."""

    path: str
    at_least: float | None = None
    at_most: float | None = None

    def found(self, told: Mapping[str, Any]) -> Any:
        """Return the figure, None where the measurement did not tell it."""
        value: Any = told
        for name in self.path.split("/"):
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def is_met(self, value: Any) -> bool | None:
        """Return whether the figure keeps the limit; None where there is no figure or no limit."""
        if not isinstance(value, int | float) or (self.at_least is None and self.at_most is None):
            return None
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)

    @property
    def limit(self) -> str:
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return "" if self.at_most is None else f"≤ {self.at_most:g}"


@dataclass(frozen=True, slots=True)
class Part:
    """`python -m benchmarks NAME --json` with `small` or `full`."""

    name: str
    small: tuple[str, ...]
    goals: tuple[Goal, ...]
    full: tuple[str, ...] = field(default=())


def _reasons() -> tuple[Goal, ...]:
    least = {"200x31": 80, "500x63": 100, "500x63d6": 100}
    return tuple(goal for model, shap in least.items() for goal in _of_model(f"models/{model}", shap))


def _of_model(model: str, shap: float) -> tuple[Goal, ...]:
    return (
        Goal(f"{model}/ratio_vs_shap", at_least=shap),
        Goal(f"{model}/ratio_vs_woodelf", at_least=5),
        Goal(f"{model}/time_vs_predict", at_most=2),
        Goal(f"{model}/max_diff", at_most=1e-10),
        Goal(f"{model}/bytes_per_row_grouped", at_most=300),
        Goal(f"{model}/single_row_ratio", at_least=5),
    )


@dataclass(frozen=True, slots=True)
class Suite:
    """Measurements that are run together: `small` and `full` say by which commands, `means` what a figure is."""

    title: str
    small: str
    full: str
    means: str
    parts: tuple[Part, ...]


SPEED = (
    Part("reasons", ("--small",), _reasons()),
    Part(
        "features",
        ("--postings", "150000", "--rounds", "1"),
        (
            Goal("ratio_vs_sql", at_most=1.5),
            Goal("ratio_vs_floor", at_most=4),
            Goal("peak_gib", at_most=6),
            Goal("one_family/pandas_to_ours"),
            Goal("one_family/polars_to_ours"),
        ),
        ("--postings", "20000000", "--rounds", "3"),
    ),
    Part(
        "snapshots",
        ("--postings", "150000", "--rounds", "1"),
        (Goal("ratio_12", at_most=3), Goal("ratio_36", at_most=6)),
        ("--postings", "5000000", "--rounds", "3"),
    ),
    Part(
        "book",
        ("--small",),
        (
            Goal("borrowers"),
            Goal("postings"),
            Goal("seconds"),
            Goal("peak_gib", at_most=8),
            Goal("linearity", at_most=1.15),
        ),
    ),
    Part(
        "training",
        ("--small",),
        (Goal("peak_vs_binned", at_most=1.2),),
    ),
    Part(
        "spark",
        ("--small",),
        (Goal("parity_mismatches", at_most=0), Goal("per_core_ratio", at_least=0.6)),
    ),
    Part(
        "serving",
        ("--small", "--home", HOME),
        (
            Goal("from_values_vs_mlflow", at_least=8),
            Goal("by_id_vs_mlflow", at_least=12),
            Goal("p99_vs_mlflow", at_most=0.2),
            Goal("from_events_p95_ms", at_most=300),
            Goal("start_seconds", at_most=3),
            Goal("help_seconds", at_most=0.3),
        ),
        ("--home", HOME),
    ),
    Part("slopes", ("--small",), (Goal("features/us_per_posting"), Goal("reasons/ns_per_row_and_tree"))),
    Part("policy", ("--rows", "100000"), (Goal("ratio_to_copy"),)),
    Part("monitor", ("--borrowers", "50000", "--batches", "2"), (Goal("seconds"),)),
    Part("audit", ("--entries", "2000"), (Goal("threads"), Goal("faults", at_most=0))),
)

TRUST = (
    Part(
        "faults",
        ("--small",),
        (Goal("kills", at_least=300), Goal("lost", at_most=0), Goal("different_bytes", at_most=0)),
    ),
    Part(
        "badinput",
        ("--small",),
        (
            Goal("files", at_least=500),
            Goal("clear"),
            Goal("tracebacks", at_most=0),
            Goal("hangs", at_most=0),
            Goal("over_memory", at_most=0),
            Goal("not_reconciled", at_most=0),
        ),
    ),
    Part(
        "fuzz",
        ("--small",),
        (
            Goal("requests", at_least=50_000),
            Goal("server_errors", at_most=0),
            Goal("nonconforming", at_most=0),
            Goal("slow", at_most=0),
        ),
    ),
    Part(
        "load",
        ("--small", "--home", HOME),
        (
            Goal("officers", at_least=64),
            Goal("lost_updates", at_most=0),
            Goal("errors", at_most=0),
            Goal("deadlocks", at_most=0),
            Goal("p99_ratio", at_most=3),
            Goal("sqlite/p99_ratio", at_most=3),
        ),
        full=("--home", HOME),
    ),
)

BENCH_SUITE = Suite(
    "Benchmarks",
    "make bench",
    "make bench ARGS=--full",
    "Each figure is a ratio measured side by side in one run, unless its unit says otherwise; what is asked for holds "
    "for full sizes, and fixed costs weigh more in small ones.",
    SPEED,
)
TRUST_SUITE = Suite(
    "Reliability",
    "make trust ARGS=--small",
    "make trust",
    "What was tried, and what came of it: kills at any moment, damaged files, requests that nobody would send, many "
    "officers at once. What is asked for holds for full sizes.",
    TRUST,
)
