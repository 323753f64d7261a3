"""Ratios: how two whole numbers become one feature, null where the base says nothing."""

import ibis
import ibis.expr.types as ir


def ratio(part: ir.NumericValue, whole: ir.NumericValue) -> ir.FloatingValue:
    """Return part / whole, null where whole is not above 0."""
    return part.cast("float64") / ibis.ifelse(whole > 0, whole.cast("float64"), ibis.null("float64"))


def change(recent: ir.NumericValue, recent_months: int, base: ir.NumericValue, base_months: int) -> ir.FloatingValue:
    """Return the monthly mean of the recent months against that of the months before, minus 1; -0.5 means halved."""
    scaled = recent.cast("float64") * (base_months / recent_months)
    return scaled / ibis.ifelse(base > 0, base.cast("float64"), ibis.null("float64")) - 1.0


def only_where(condition: ir.BooleanValue, value: ir.Value) -> ir.Value:
    """Return `value` where `condition` holds, else null."""
    return ibis.ifelse(condition, value, ibis.null(value.type()))
