"""World: what all synthetic economies have in common. Names and numbers are invented to be plausible."""

import numpy as np

INDUSTRIES: tuple[tuple[str, float], ...] = (
    ("批发业", 0.1), ("零售业", 0.0), ("食品制造", -0.2), ("纺织服装", 0.25), ("机械制造", -0.1), ("电子设备", -0.15),
    ("建筑业", 0.35), ("交通运输", 0.1), ("住宿餐饮", 0.3), ("农林牧渔", 0.0), ("信息服务", -0.2), ("化工材料", 0.15),
)  # fmt: skip
"""Name and log of the risk against the average trade."""

TRADE_RISK = np.array([risk for _, risk in INDUSTRIES])

REGIONS = ("江州", "云岭", "临川", "东原", "西渡", "北原", "南浦", "中泽", "安陵", "平湖湾")
"""Place names for the synthetic book."""

BORROWERS_PER_BRANCH = 250
BORROWERS_PER_OFFICER = 200
