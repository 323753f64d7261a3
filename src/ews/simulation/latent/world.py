"""World: the parameters of the synthetic economy. Invented to be plausible, not estimated from anyone's data.

Stress is the sum of a slow and a fast part, each an AR(1) of monthly steps; both are 0 on average and a higher
value is worse. A borrower stops paying with a chance that rises with stress, or suddenly for no visible cause; some
catch up within two months, the rest default 91 days after the first item missed.
"""

from dataclasses import dataclass

INDUSTRIES: tuple[tuple[str, float], ...] = (
    ("批发业", 0.1), ("零售业", 0.0), ("食品制造", -0.2), ("纺织服装", 0.25), ("机械制造", -0.1), ("电子设备", -0.15),
    ("建筑业", 0.35), ("交通运输", 0.1), ("住宿餐饮", 0.3), ("农林牧渔", 0.0), ("信息服务", -0.2), ("化工材料", 0.15),
)  # fmt: skip
"""Name and log of the risk against the average trade."""

REGIONS = ("江州", "云岭", "临川", "东原", "西渡", "北原", "南浦", "中泽", "安陵", "平湖湾")
"""Place names for the synthetic book."""

BORROWERS_PER_BRANCH = 250
BORROWERS_PER_OFFICER = 200


@dataclass(frozen=True, slots=True)
class World:
    """Rates are monthly; `stock_share` of the borrowers are there from the first month, the rest join later."""

    stock_share: float = 0.7
    firm_share: float = 0.7
    slow_persistence: float = 0.965
    slow_sd: float = 0.9
    fast_persistence: float = 0.88
    fast_sd: float = 0.7
    new_customer_shift: float = -0.4
    macro_share: float = 0.015
    industry_share: float = 0.03
    region_share: float = 0.015
    sudden_rate: float = 0.0012
    stop_rate: float = 0.00042
    stop_slope: float = 2.3
    catch_up: tuple[float, float] = (0.45, 0.30)
    leave_rate: float = 0.005
    write_off_after: int = 18
    contagion: float = 0.9
