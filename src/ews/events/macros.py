"""SQL macros for the statements of a source: money to fen, dates and times to ISO form.

Each gives text. What a macro cannot read it hands on unchanged, so that the check of the type rejects the row and
quarantine shows the value as it was delivered.
"""

_NUMBER = r"^[+-]?[0-9]+(\.[0-9]{1,2}0*)?$"
_GROUPED = r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$"
_DAY = r"^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?"
_DAY_IN_DIGITS = r"^([0-9]{4})([0-9]{2})([0-9]{2})"
_TIME = r"([ T]([0-9]{1,2}):([0-9]{2})(:([0-9]{2}(\.[0-9]+)?))?)?$"
_TIME_IN_DIGITS = r"(([0-9]{2})([0-9]{2})([0-9]{2}))?$"

MACROS = (
    "CREATE TEMP MACRO ews_text(value) AS trim(CAST(value AS VARCHAR))",
    f"""
    CREATE TEMP MACRO ews_plain(value) AS
        CASE WHEN regexp_matches(value, '{_GROUPED}') THEN replace(value, ',', '') ELSE value END
    """,
    # Through the text of a decimal: fast, exact, and null rather than an overflow above 10^16.
    """
    CREATE TEMP MACRO ews_hundredfold(value) AS
        CAST(CAST(replace(CAST(TRY_CAST(value AS DECIMAL(18, 2)) AS VARCHAR), '.', '') AS BIGINT) AS VARCHAR)
    """,
    # 1234.5 -> 123450; '1,234.50' -> 123450. A third decimal that is not 0 is not rounded away.
    f"""
    CREATE TEMP MACRO fen(value) AS
        CASE WHEN regexp_matches(ews_plain(ews_text(value)), '{_NUMBER}')
             THEN coalesce(ews_hundredfold(ews_plain(ews_text(value))), ews_text(value) || ' * 100')
             ELSE CAST(value AS VARCHAR) END
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
             ELSE CAST(value AS VARCHAR) END
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
             ELSE CAST(value AS VARCHAR) END
    """,
)
