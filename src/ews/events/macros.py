"""SQL macros for the statements of a source: from how core systems write values to how the book reads them.

fen(x)                   an amount in yuan -> fen: 1234.5, '1,234.50', '1,234.50-'
fen_from_wan(x)          an amount in 万元 (10,000 yuan), up to six decimals -> fen
signed_fen(x, side, plus := '贷', minus := '借')
                         an amount beside a flag that tells its sign (DR/CR, 借/贷) -> fen with that sign
as_share(x)              a percentage, '35.5%' or 35.5 -> 0.355
as_date(x)               '2026/6/30', '20260630', '2026年6月30日', a timestamp -> '2026-06-30'
as_date_or_null(x)       the same; days that stand for "none" (0001-01-01, 9999-12-31, zeros, nines) -> null
as_timestamp(x)          '2026/6/30 9:05', '20260630090500' -> '2026-06-30 09:05:00'
decoded(x, MAP {'1': 'firm', '2': 'individual'})
                         a code -> its word
as_flag(x, yes := 'Y', no := 'N')
                         one of two codes -> 'true' or 'false'
trimmed(x)               text without the blanks around it, full-width ones too; nothing but blanks -> null
half_width(x)            full-width digits, letters and signs ('１，２３４．５０') -> ASCII

Each gives text. What a macro cannot read it hands on unchanged (with the flag, where that is what cannot be read), so
that the check of the type or of the words rejects the row and quarantine shows the value as it was delivered.
Blanks alone are no value and become empty text or null, which are the same to the book.
"""

from ews.events import sql

_WHOLE = r"([0-9]+|[0-9]{1,3}(,[0-9]{3})+)"
_YUAN = rf"{_WHOLE}(\.[0-9]{{1,2}}0*)?"
_WAN = rf"{_WHOLE}(\.[0-9]{{1,6}}0*)?"
_PERCENTAGE = r"^[+-]?[0-9]{1,5}(\.[0-9]{1,18})? *%?$"
_DAY = r"^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"
_DAY_IN_DIGITS = r"^([0-9]{4})([0-9]{2})([0-9]{2})"
_TIME = r"([ T]([0-9]{1,2}):([0-9]{2})(:([0-9]{2}(\.[0-9]+)?))?)?$"
_TIME_IN_DIGITS = r"(([0-9]{2})([0-9]{2})([0-9]{2}))?$"

_BLANKS = " \t\r\n\u3000\u00a0"
_FULL_WIDTH = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000"
_HALF_WIDTH = "".join(chr(code) for code in range(0x21, 0x7F)) + " "
_NO_DAY = ("", "0001-01-01", "9999-12-31", "0000-00-00", "9999-99-99", "0")

MACROS = (
    "CREATE TEMP MACRO ews_text(value) AS trim(CAST(value AS VARCHAR))",
    f"CREATE TEMP MACRO trimmed(value) AS nullif(trim(CAST(value AS VARCHAR), {sql.literal(_BLANKS)}), '')",
    "CREATE TEMP MACRO decoded(value, codes) AS coalesce(codes[trimmed(value)], trimmed(value))",
    """
    CREATE TEMP MACRO as_flag(value, yes := 'Y', no := 'N') AS
        CASE trimmed(value) WHEN yes THEN 'true' WHEN no THEN 'false' ELSE trimmed(value) END
    """,
    # Most values are ASCII, as long in bytes as in letters: they need no second look.
    f"""
    CREATE TEMP MACRO half_width(value) AS
        CASE WHEN strlen(CAST(value AS VARCHAR)) = length(CAST(value AS VARCHAR)) THEN CAST(value AS VARCHAR)
             ELSE translate(CAST(value AS VARCHAR), {sql.literal(_FULL_WIDTH)}, {sql.literal(_HALF_WIDTH)}) END
    """,
    # What a macro cannot read: as it was delivered; blanks alone are empty.
    "CREATE TEMP MACRO ews_unread(value) AS CASE WHEN ews_text(value) = '' THEN '' ELSE CAST(value AS VARCHAR) END",
    # Through the text of a decimal: fast, exact, and null rather than an overflow above 10^18 fen.
    """
    CREATE TEMP MACRO ews_shifted(value) AS
        CAST(CAST(replace(CAST(value AS VARCHAR), '.', '') AS BIGINT) AS VARCHAR)
    """,
    "CREATE TEMP MACRO ews_yuan(value) AS ews_shifted(TRY_CAST(replace(value, ',', '') AS DECIMAL(18, 2)))",
    "CREATE TEMP MACRO ews_wan(value) AS ews_shifted(TRY_CAST(replace(value, ',', '') AS DECIMAL(18, 6)))",
    # 1234.5 -> 123450; '1,234.50-' -> -123450. A third decimal that is not 0 is not rounded away.
    f"""
    CREATE TEMP MACRO fen(value) AS
        CASE WHEN regexp_full_match(ews_text(value), '[+-]?{_YUAN}')
             THEN coalesce(ews_yuan(ews_text(value)), ews_text(value) || ' * 100')
             WHEN regexp_full_match(ews_text(value), '{_YUAN}-')
             THEN coalesce(ews_yuan('-' || rtrim(ews_text(value), '-')), ews_text(value) || ' * 100')
             ELSE ews_unread(value) END
    """,
    # '12.3456' (万元) -> 12345600. A seventh decimal would be less than a fen.
    f"""
    CREATE TEMP MACRO fen_from_wan(value) AS
        CASE WHEN regexp_full_match(ews_text(value), '[+-]?{_WAN}')
             THEN coalesce(ews_wan(ews_text(value)), ews_text(value) || ' * 1000000')
             WHEN regexp_full_match(ews_text(value), '{_WAN}-')
             THEN coalesce(ews_wan('-' || rtrim(ews_text(value), '-')), ews_text(value) || ' * 1000000')
             ELSE ews_unread(value) END
    """,
    # The amount as written with the other sign.
    """
    CREATE TEMP MACRO ews_opposite(value) AS
        CASE WHEN starts_with(value, '-') THEN value[2:]
             WHEN ends_with(value, '-') THEN value[:-2]
             WHEN value[1] BETWEEN '0' AND '9' THEN '-' || value
             ELSE value END
    """,
    # A negative amount (红字) on the minus side is positive. An amount whose side is missing or unknown is not read.
    """
    CREATE TEMP MACRO signed_fen(value, side, plus := '贷', minus := '借') AS
        CASE WHEN trimmed(side) = plus THEN fen(value)
             WHEN trimmed(side) = minus THEN fen(ews_opposite(ews_text(value)))
             WHEN ews_text(value) = '' THEN ''
             ELSE ews_text(value) || ' ' || coalesce(trimmed(side), '?') END
    """,
    # In decimals, so that 33.3 % is the number nearest to 0.333.
    f"""
    CREATE TEMP MACRO as_share(value) AS
        CASE WHEN regexp_matches(ews_text(value), '{_PERCENTAGE}')
             THEN CAST(CAST(rtrim(ews_text(value), ' %') AS DECIMAL(25, 18)) * CAST(0.01 AS DECIMAL(3, 2)) AS VARCHAR)
             ELSE ews_unread(value) END
    """,
    """
    CREATE TEMP MACRO ews_day(value, form) AS
        regexp_extract(value, form, 1) || '-' || lpad(regexp_extract(value, form, 2), 2, '0')
        || '-' || lpad(regexp_extract(value, form, 3), 2, '0')
    """,
    # '2026/6/30', '20260630', '2026年6月30日', a timestamp -> '2026-06-30'
    f"""
    CREATE TEMP MACRO as_date(value) AS
        CASE WHEN regexp_matches(ews_text(value), '{_DAY}{_TIME}') THEN ews_day(ews_text(value), '{_DAY}')
             WHEN regexp_matches(ews_text(value), '{_DAY_IN_DIGITS}$') THEN ews_day(ews_text(value), '{_DAY_IN_DIGITS}')
             ELSE ews_unread(value) END
    """,
    f"""
    CREATE TEMP MACRO as_date_or_null(value) AS
        CASE WHEN as_date(value) NOT IN ({", ".join(map(sql.literal, _NO_DAY))}) THEN as_date(value) END
    """,
    """
    CREATE TEMP MACRO ews_part(value, form, part) AS
        lpad(coalesce(nullif(regexp_extract(value, form, part), ''), '0'), 2, '0')
    """,
    """
    CREATE TEMP MACRO ews_moment(value, form, seconds) AS
        ews_day(value, form) || ' ' || ews_part(value, form, 5) || ':' || ews_part(value, form, 6)
        || ':' || coalesce(nullif(regexp_extract(value, form, seconds), ''), '00')
    """,
    # '2026/6/30 9:05', '20260630090500' -> '2026-06-30 09:05:00'
    f"""
    CREATE TEMP MACRO as_timestamp(value) AS
        CASE WHEN regexp_matches(ews_text(value), '{_DAY}{_TIME}')
             THEN ews_moment(ews_text(value), '{_DAY}{_TIME}', 8)
             WHEN regexp_matches(ews_text(value), '{_DAY_IN_DIGITS}{_TIME_IN_DIGITS}')
             THEN ews_moment(ews_text(value), '{_DAY_IN_DIGITS}{_TIME_IN_DIGITS}', 7)
             ELSE ews_unread(value) END
    """,
)
