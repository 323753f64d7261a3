"""Damage to what people write by hand: the source and its statements, the recipe, the settings, the policy."""

from random import Random

from benchmarks.badinput.damage import Change, Damage, Damages, cut, places, rewrite, turned

FILES = (
    ("source/source.toml", "import", ("source.toml", "[attach", "[covered", "[files")),
    ("recipe.toml", "recipe", ("recipe.toml",)),
    ("ews.toml", "settings", ("ews.toml", "Setting")),
    *(
        (f"policy/{name}.toml", "policy", (f"{name}.toml", "parameter"))
        for name in ("signals", "parameters", "tier_rules", "grades")
    ),
)
STATEMENTS: dict[str, Change] = {
    "empty": lambda _: b"",
    "no SQL": lambda _: b"please give me all loans",
    "two statements": lambda text: text + b"; SELECT 1",
    "a DROP": lambda _: b"DROP TABLE raw.loans",
    "a COPY": lambda _: b"COPY (SELECT 1) TO 'stolen.csv'",
    "an ATTACH": lambda _: b"ATTACH 'stolen.db' AS stolen",
    "a setting": lambda _: b"SET memory_limit = '1TB'",
    "another column": lambda text: text.replace(b"loan_id", b"loan_no"),
    "a column that is not there": lambda text: text.replace(b"amount", b"amuont"),
    "a function that is not there": lambda text: text.replace(b"fen(", b"fenn("),
    "a file of its own": lambda _: b"SELECT * FROM read_csv('/etc/passwd')",
    "a file as a table": lambda _: b"SELECT * FROM '/etc/passwd'",
    "an address as a table": lambda _: b"SELECT * FROM 'http://127.0.0.1:9/loans.csv'",
    "deep brackets": lambda _: b"SELECT " + b"(" * 5_000 + b"1" + b")" * 5_000,
    "deep subqueries": lambda _: b"SELECT * FROM (" * 800 + b"SELECT 1" + b")" * 800,
    "a hundred thousand ORs": lambda text: text + b" WHERE " + b" OR ".join([b"loan = 'x'"] * 100_000),
    "eight million letters": lambda text: text + b" --" + b"x" * (8 << 20),
    "in GBK": lambda text: text + " WHERE loan <> '贷款'".encode("gbk"),
    "NUL bytes": lambda text: text[:20] + b"\0\0" + text[20:],
    "in UTF-16": lambda text: text.decode().encode("utf-16"),
    "a division by a word": lambda text: text.replace(b"fen(amount)", b"CAST(loan AS INTEGER)"),
    "an error of its own": lambda _: b"SELECT error('boom') AS loan_id",
    "a recursion without end": lambda _: (
        b"WITH RECURSIVE t AS (SELECT 1 n UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT n AS loan_id FROM t"
    ),
}


def damages(rng: Random) -> Damages:
    """Yield damages of settings, statements, recipe and policy."""
    for place, command, names in FILES:
        for what, change in _CHANGES.items():
            yield Damage("settings", f"{place} {what}", command, rewrite(place, change), names)
        for at in places(rng, 400, 4):
            yield Damage("settings", f"{place} cut after {at}", command, rewrite(place, cut(at)), names)
        for number in range(4):
            bits = tuple(rng.randrange(8 * 300) for _ in range(1 + number))
            harm = rewrite(place, turned(bits))
            yield Damage("settings", f"{place} {len(bits)} bits", command, harm, names)
    for place, command, names, changes in _OWN:
        for what, change in changes.items():
            yield Damage("settings", f"{place} {what}", command, rewrite(place, change), names)
    for what, change in STATEMENTS.items():
        harm = rewrite("source/loans.sql", change)
        yield Damage("statements", f"loans.sql {what}", "import", harm, ("loans.sql", "loans"))


_CHANGES: dict[str, Change] = {
    "in UTF-16": lambda text: text.decode().encode("utf-16"),
    "in GBK": lambda text: text + "# 说明".encode("gbk"),
    "with a mark of UTF-8": lambda text: b"\xef\xbb\xbf" + text,
    "CRLF": lambda text: text.replace(b"\n", b"\r\n"),
    "deep lists": lambda text: text + b"\nx = " + b"[" * 50_000,
    "deep tables": lambda text: text + b"\n[" + b".".join([b"x"] * 3_000) + b"]\n",
    "a number of 10,000 digits": lambda text: b"x = " + b"9" * 10_000 + b"\n" + text,
    "a text of 5 MB": lambda text: b'x = "' + b"y" * 5_000_000 + b'"\n' + text,
    "an unknown key": lambda text: b"surprise = 1\n" + text,
    "twice": lambda text: text + text,
    "NUL bytes": lambda text: text + b"\0" * 100,
    "a day that is none": lambda text: b"day = 2026-02-30\n" + text,
}


def _first(line: str) -> Change:
    return lambda text: line.encode() + b"\n" + text


def _set(key: str, value: str) -> Change:
    """Return the change that gives `key` of a plain TOML file another value."""

    def change(text: bytes) -> bytes:
        lines = text.decode().split("\n")
        lines = [f"{key} = {value}" if line.startswith(f"{key} =") else line for line in lines]
        return "\n".join(lines).encode()

    return change


_OWN: tuple[tuple[str, str, tuple[str, ...], dict[str, Change]], ...] = (
    (
        "source/source.toml",
        "import",
        ("source", "[attach", "[covered", "[files", "customers", "loans"),
        {
            **{f"name {value}": _set("name", value) for value in ('""', "1", '"../x"', '"a\\nb"', f'"{"x" * 5000}"')},
            **{
                f"extracted_on {value}": _set("extracted_on", value)
                for value in ('"soon"', "9999-12-31", "0001-01-01", "1e308", "2026-06-30T25:00:00")
            },
            **{f"share {value}": _set("max_rejected_share", value) for value in ("nan", "inf", "-1", "1e308", '"all"')},
            **{
                f"delimiter {value}": _first(f"files.loans.delimiter = {value}")
                for value in ("'\"'", '"\\n"', '"\\u0000"', '""', '",,"', '"，"')
            },
            "encoding klingon": _first('files.loans.encoding = "klingon"'),
            "another encoding than that of customers.csv": _first('files.customers.encoding = "gbk"'),
            "a file that nobody reads": _first("files.lones.delimiter = ';'"),
            "a recipe with a time": lambda text: text + b"at = 10:00:00\n",
            "a recipe with nan": lambda text: text + b"learning_rate = nan\n",
            "a span that ends before it starts": _set("from", "2027-01-01"),
            "a database elsewhere": _set("path", '"../../../etc/passwd"'),
            "a database of another kind": _set("type", '"duckdb"'),
            "a database of no kind": _set("type", '"oracle"'),
        },
    ),
    (
        "recipe.toml",
        "recipe",
        ("recipe",),
        {
            f"{key} {value}": _set(key, value)
            for key in ("horizon_months", "default_above_dpd", "learning_rate", "snapshots")
            for value in (
                "nan",
                "inf",
                "-1",
                "1e308",
                '"many"',
                "[]",
                "{}",
                "0",
                "true",
                "2026-02-28",
                '["9999-99-99"]',
            )
        },
    ),
    (
        "ews.toml",
        "settings",
        ("ews.toml", "Setting", "home", "database", "names"),
        {
            "home a number": _set("home", "5"),
            "names a text": _set("names", '"x"'),
            "a database of no kind": _first('database_url = "oracle://x"'),
            "a database address of noise": _first('database_url = "%%%"'),
            "an address of no web": _first('mlflow_url = "javascript:alert(1)"'),
            "home a text with NUL": _set("home", '"a\\u0000b"'),
        },
    ),
)
