"""Catalogue (检验目录): every test of a model, by chapter; what each asks and where its method comes from.

Limits  are data of limits.toml, by the code of the test; a test without one is told
Others  earliness and treatment add their own tests where they are made
"""

from collections.abc import Mapping
from types import MappingProxyType

from ews.domain.text import Text
from ews.validation.results import Area, ModelTest

_ECB = "ECB 2019, Instructions for reporting the validation results of internal models"
_DELONG = "DeLong, DeLong and Clarke-Pearson 1988; groups as in Obuchowski 1997"


def _of(area: Area, *entries: tuple[str, str, str, str, str]) -> tuple[ModelTest, ...]:
    return tuple(ModelTest(code, area, Text(en, zh), unit, source) for code, en, zh, unit, source in entries)


TESTS: tuple[ModelTest, ...] = (
    *_of(
        Area.DATA,
        ("rows_reconcile", "Rows neither used nor left out", "未对账的记录数", "rows", "in = used + left out"),
        ("hashes_differ", "Hashes that differ from those recorded", "与记录不一致的哈希数", "", "sha256"),
        ("labels_learnt_late", "Days by which labels were learnt too late", "标签获知超期天数", "days", "SR 11-7"),
        ("rows_taught_and_tested", "Rows that both taught and test", "训练与检验重复的记录数", "rows", "SR 11-7"),
        ("feature_vanished", "Features that no longer tell anything", "失效特征数", "features", "SR 11-7"),
        ("null_share", "Change of the share not known", "缺失率变化", "share", "against the rows that taught"),
    ),
    *_of(
        Area.DISCRIMINATION,
        ("auc", "AUC", "AUC", "", "bootstrap over circles"),
        ("gini", "Gini coefficient", "基尼系数", "", "2 AUC - 1; bootstrap over circles"),
        ("ks", "Kolmogorov-Smirnov distance", "KS值", "", "bootstrap over circles"),
        ("auc_0_dpd", "AUC among borrowers without arrears", "无逾期客户的AUC", "", "bootstrap over circles"),
        ("auc_cohort", "AUC by snapshot", "分时点AUC", "", _DELONG),
        ("auc_change", "AUC against initial validation (p)", "AUC较首次验证是否下降（p值）", "p", f"{_ECB}, 2.5.4.1"),
    ),
    *_of(
        Area.CALIBRATION,
        (
            "jeffreys_portfolio",
            "Jeffreys test of the portfolio (p)",
            "组合Jeffreys检验（p值）",
            "p",
            f"{_ECB}, 2.5.3.1",
        ),
        ("jeffreys_grade", "Jeffreys test by grade (p)", "分等级Jeffreys检验（p值）", "p", f"{_ECB}, 2.5.3.1"),
        ("brier", "Brier score", "布里尔分数", "", "Brier 1950; bootstrap over circles"),
        ("brier_skill", "Brier skill against the default rate", "布里尔技能分数", "", "bootstrap over circles"),
        ("log_loss", "Log-loss", "对数损失", "", "bootstrap over circles"),
        ("calibration_slope", "Calibration slope", "校准斜率", "", "Cox 1958; bootstrap over circles"),
        ("calibration_intercept", "Calibration in the large", "总体校准截距", "log-odds", "Cox 1958; bootstrap"),
        ("reliability", "Default rate by band of pd", "分段实际违约率", "share", "Jeffreys interval"),
    ),
    *_of(
        Area.STABILITY,
        ("psi_feature", "PSI of a feature", "特征PSI", "", "against the rows that taught"),
        ("psi_score", "PSI of the pd", "违约概率PSI", "", "against the rows that taught"),
        ("psi_grade", "PSI of the grades", "等级PSI", "", "first snapshot tested against the last"),
        ("bandwidth_upper", "Matrix weighted bandwidth, downgrades", "迁徙带宽（下调）", "", f"{_ECB}, 2.5.5.1"),
        ("bandwidth_lower", "Matrix weighted bandwidth, upgrades", "迁徙带宽（上调）", "", f"{_ECB}, 2.5.5.1"),
        ("migration_stability", "Migration past the next grade (p)", "迁徙矩阵稳定性（p值）", "p", f"{_ECB}, 2.5.5.2"),
    ),
    *_of(
        Area.CONCENTRATION,
        ("variation", "Variation of grades, by number", "等级分布变异系数（户数）", "", f"{_ECB}, 2.5.5.3"),
        ("variation_exposure", "Variation of grades, by exposure", "等级分布变异系数（敞口）", "", f"{_ECB}, 2.5.5.3"),
        ("herfindahl", "Herfindahl index of grades, by number", "等级赫芬达尔指数（户数）", "", f"{_ECB}, 2.5.5.3"),
        ("herfindahl_exposure", "Herfindahl index, by exposure", "等级赫芬达尔指数（敞口）", "", f"{_ECB}, 2.5.5.3"),
        ("concentration_risen", "Concentration has risen (p)", "集中度是否上升（p值）", "p", f"{_ECB}, 2.5.5.3"),
    ),
    *_of(
        Area.SEGMENTS,
        ("segment_auc", "AUC of a segment", "细分客群AUC", "", _DELONG),
        ("segment_gap", "AUC of a segment less that promised", "细分客群AUC与隐含AUC之差", "", _DELONG),
        ("segment_calibration", "Jeffreys test of a segment (p)", "细分客群Jeffreys检验（p值）", "p", f"{_ECB}; Holm"),
    ),
    *_of(
        Area.SENSITIVITY,
        ("ablation", "AUC lost without a family", "剔除一类特征损失的AUC", "", f"refit; {_DELONG}"),
        ("step", "Mean move of log-odds by a small step", "单特征小幅变动的平均影响", "log-odds", "0.1 sd up and down"),
        ("noise_rank", "Rank kept where all values are 5 % off", "全部特征扰动5%后的排序一致性", "", "Spearman 1904"),
        ("refit_rank", "Rank kept by a model fitted anew", "重新训练后的排序一致性", "", "Spearman 1904"),
        ("monotone_breaches", "Pds that fall where a feature gets worse", "违反单调性的次数", "", "all thresholds"),
        ("shuffled_labels", "AUC learnt from shuffled labels", "打乱标签后的AUC", "", _DELONG),
        ("univariate_auc", "AUC of a feature alone", "单特征AUC", "", "search for features that know the future"),
        ("planted_leak", "A planted leak is found", "植入泄漏可被发现", "", "the search tested on itself"),
    ),
    *_of(
        Area.BENCHMARK,
        ("benchmark_auc", "AUC less that of a benchmark", "与基准模型AUC之差", "", _DELONG),
        ("benchmark_log_loss", "Log-loss of a benchmark less ours", "与基准模型对数损失之差", "", "paired bootstrap"),
        ("challenger_auc", "AUC of the challenger less the champion's", "挑战者与冠军AUC之差", "", _DELONG),
        ("challenger_log_loss", "Log-loss that the challenger saves", "挑战者降低的对数损失", "", "paired bootstrap"),
        ("challenger_brier", "Brier score that the challenger saves", "挑战者降低的布里尔分数", "", "paired bootstrap"),
        (
            "challenger_captured",
            "Defaulters in the riskiest 5 %, more by the challenger",
            "最高风险5%捕获率之差",
            "share",
            "paired bootstrap",
        ),
        (
            "challenger_calibration",
            "Distance from calibration that the challenger saves",
            "挑战者缩小的校准偏差",
            "log-odds",
            "paired bootstrap of the size of the intercept",
        ),
        ("unseen_defaults", "Defaulters on rows that neither has seen", "双方均未见过的违约数", "", "SR 11-7"),
        ("same_target", "Differences in what default means", "违约定义不一致项数", "", "horizon and definition"),
    ),
    *_of(
        Area.REASONS,
        ("additivity", "Reasons against the served log-odds", "原因贡献合计误差", "log-odds", "Lundberg et al. 2020"),
        ("reasons_seed", "Top reasons kept under another seed", "换种子后前三原因一致率", "share", "overlap"),
        ("reasons_refit", "Top reasons kept by a refit on a draw", "重抽样重训后前三原因一致率", "share", "overlap"),
        ("reasons_stable", "First reason kept where values are 5 % off", "特征扰动5%后首要原因不变占比", "share", ""),
        ("sign_contradicted", "Contributions against the declared direction", "贡献方向与声明相反占比", "share", ""),
        ("protected_features", "Protected attributes as features", "受保护属性入模数", "features", "domain words"),
    ),
    *_of(
        Area.FAIRNESS,
        ("fairness_auc", "AUC of a group less that of the rest", "群体与其余AUC之差", "", _DELONG),
        ("fairness_calibration", "Calibration in the large of a group", "群体校准截距", "log-odds", "bootstrap"),
        ("fairness_selection", "Share of a group selected", "群体入选率", "share", "the riskiest, to capacity"),
        ("fairness_opportunity", "Defaulters seen, less those of others", "违约客户识别率之差", "share", "Hardt 2016"),
    ),
)

BY_CODE: Mapping[str, ModelTest] = MappingProxyType({test.code: test for test in TESTS})
