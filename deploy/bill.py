"""Bill: the list of what the product is made of (CycloneDX 1.6), with licences, out of the locks.

Reads    requirements.lock (what applies on this machine), what is installed of it (licences), and of package-lock.json
         what the pages show
Writes   dist/sbom.json and dist/licences.md
Scope    `required` runs with the product, `excluded` is for tests, checks and benchmarks only
Unknown  a licence that a package does not declare is told as unknown, never guessed

`python -m deploy.bill` in the environment that the lock was installed into.
"""

import base64
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.utils import canonicalize_name

from deploy.locks import read_lock, to_run
from ews import __version__

LONGEST = 100
"""Characters of a licence that is a name; what is longer is the text of one."""
_LEVELS = ("License ::", "OSI Approved ::")


@dataclass(frozen=True, slots=True)
class Part:
    """`licence` as the package declares it, null where it declares none; `hashes` of its files, by algorithm."""

    ecosystem: str
    name: str
    version: str
    licence: str | None
    runs: bool
    hashes: tuple[tuple[str, str], ...]
    needs: tuple[str, ...] = ()


def python_parts(lock: Path) -> tuple[Part, ...]:
    """Return the packages of the lock that apply on this machine, sorted by name."""
    packages = [one for one in read_lock(lock) if one.applies_here]
    running = {one.name for one in to_run(packages)}
    needs: dict[str, list[str]] = {one.name: [] for one in packages}
    for one in packages:
        for who in one.wanted_by:
            needs.setdefault(canonicalize_name(who), []).append(one.name)
    return tuple(
        Part(
            "pypi",
            one.name,
            one.version,
            declared_licence(one.name),
            one.name in running,
            tuple(("SHA-256", digest) for digest in one.hashes),
            tuple(sorted(needs[one.name])),
        )
        for one in sorted(packages, key=lambda one: one.name)
    )


def page_parts(lock: Path) -> tuple[Part, ...]:
    """Return the packages of package-lock.json that pages show something of; the icons are drawn into them."""
    found = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    shown = {
        path.removeprefix("node_modules/"): one
        for path, one in found.items()
        if path and (not one.get("dev") or path == "node_modules/@tabler/icons")
    }
    return tuple(
        Part(
            "npm",
            name,
            one["version"],
            one.get("license"),
            runs=True,
            hashes=(("SHA-512", base64.b64decode(one["integrity"].partition("-")[2]).hex()),),
            needs=tuple(sorted(need for need in one.get("dependencies", {}) if need in shown)),
        )
        for name, one in sorted(shown.items())
    )


def declared_licence(name: str) -> str | None:
    """Return what an installed package says of its licence: expression, classifier or a name, in this order."""
    told = metadata.metadata(name)
    (expression,) = told.get_all("License-Expression") or [None]
    classifiers = [one for one in told.get_all("Classifier") or [] if one.startswith("License ::")]
    own = "".join(told.get_all("License") or []).strip()
    if expression:
        return str(expression)
    if classifiers:
        return " AND ".join(sorted(_short(one) for one in classifiers))
    return own if own and len(own) <= LONGEST and "\n" not in own else None


def bill(parts: Sequence[Part]) -> str:
    """Return the list as CycloneDX JSON; the same parts give the same bytes."""
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, "\n".join(f"{one.name}=={one.version}" for one in parts)))
    product = Component(name="ews", version=__version__, type=ComponentType.APPLICATION, bom_ref="ews")
    bom.metadata.component = product
    made = {(one.ecosystem, one.name): _component(one) for one in parts}
    bom.components.update(made.values())
    for one in parts:
        wanted = [made[one.ecosystem, name] for name in one.needs if (one.ecosystem, name) in made]
        bom.register_dependency(made[one.ecosystem, one.name], wanted)
    bom.register_dependency(product, [made[one.ecosystem, one.name] for one in parts if one.runs])
    output = json.loads(make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string())
    output["metadata"].pop("timestamp", None)  # the same parts, the same bytes
    return json.dumps(output, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def licence_list(parts: Iterable[Part]) -> str:
    """Return a table of parts and licences in Markdown, what runs with the product first."""
    lines = [
        "# Licences · 许可证清单",
        "",
        "What ews is made of, by the locks. *runs*: part of the product; *tests*: for tests and benchmarks.",
        "",
        "| package | version | licence | for |",
        "|---|---|---|---|",
    ]
    for one in sorted(parts, key=lambda one: (not one.runs, one.ecosystem, one.name)):
        licence = "**unknown**" if one.licence is None else one.licence
        lines.append(
            f"| {one.name} ({one.ecosystem}) | {one.version} | {licence} | {'runs' if one.runs else 'tests'} |"
        )
    return "\n".join(lines) + "\n"


def unknown_licences(parts: Iterable[Part]) -> tuple[str, ...]:
    return tuple(one.name for one in parts if one.licence is None)


def _component(part: Part) -> Component:
    licence = None if part.licence is None else LicenseFactory().make_from_string(part.licence)
    return Component(
        name=part.name,
        version=part.version,
        type=ComponentType.LIBRARY,
        scope=ComponentScope.REQUIRED if part.runs else ComponentScope.EXCLUDED,
        bom_ref=f"{part.ecosystem}:{part.name}",
        purl=_address(part),
        licenses=[] if licence is None else [licence],
        hashes=[HashType(alg=HashAlgorithm(algorithm), content=digest) for algorithm, digest in part.hashes],
    )


def _address(part: Part) -> PackageURL:
    space, _, name = part.name.rpartition("/")
    return PackageURL(part.ecosystem, space or None, name, part.version)


def _short(classifier: str) -> str:
    for level in _LEVELS:
        classifier = classifier.removeprefix(level).strip()
    return classifier


def main(root: Path) -> None:
    """Write both files below `root`/dist, and tell how many parts there are and whose licence is unknown."""
    parts = (*python_parts(root / "requirements.lock"), *page_parts(root / "package-lock.json"))
    (root / "dist").mkdir(exist_ok=True)
    (root / "dist" / "sbom.json").write_text(bill(parts), encoding="utf-8")
    (root / "dist" / "licences.md").write_text(licence_list(parts), encoding="utf-8")
    unknown = ", ".join(unknown_licences(parts)) or "none"
    sys.stdout.write(f"{len(parts)} parts in dist/sbom.json and dist/licences.md; licence unknown: {unknown}\n")


if __name__ == "__main__":
    main(Path.cwd())
