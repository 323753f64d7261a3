"""Measured: the figures that tell treated borrowers from others and bound what treatment hides."""

from ews.domain.text import Text
from ews.validation.results import Area, ModelTest

_MANSKI = "Manski (1990, 1997); Manski and Pepper (2000)"

TREATMENT_TESTS = (
    ModelTest(
        "treated_share",
        Area.CALIBRATION,
        Text("Rows treated within the horizon", "表现期内已处置样本占比"),
        "share",
        "SR 11-7",
    ),
    ModelTest(
        "treated_rate",
        Area.CALIBRATION,
        Text("Observed default rate, treated and untreated apart", "实际违约率（已处置、未处置分列）"),
        "share",
        "SR 11-7",
    ),
    ModelTest(
        "treated_mean_pd",
        Area.CALIBRATION,
        Text("Mean pd, treated and untreated apart", "平均违约概率（已处置、未处置分列）"),
        "share",
        "SR 11-7",
    ),
    ModelTest(
        "treated_auc",
        Area.DISCRIMINATION,
        Text("AUC, treated and untreated apart", "AUC（已处置、未处置分列）"),
        "",
        "SR 11-7",
    ),
    ModelTest(
        "untreated_rate_least",
        Area.CALIBRATION,
        Text("Least default rate had nobody been treated", "若均未处置的违约率下限"),
        "share",
        _MANSKI,
    ),
    ModelTest(
        "untreated_rate_most",
        Area.CALIBRATION,
        Text("Most default rate had nobody been treated", "若均未处置的违约率上限"),
        "share",
        _MANSKI,
    ),
    ModelTest(
        "untreated_auc_least",
        Area.DISCRIMINATION,
        Text("Least AUC had nobody been treated", "若均未处置的AUC下限"),
        "",
        _MANSKI,
    ),
    ModelTest(
        "untreated_auc_most",
        Area.DISCRIMINATION,
        Text("Most AUC had nobody been treated", "若均未处置的AUC上限"),
        "",
        _MANSKI,
    ),
    ModelTest(
        "averted_least",
        Area.CALIBRATION,
        Text("Least share of the treated kept from default", "处置避免违约占比下限"),
        "share",
        _MANSKI,
    ),
    ModelTest(
        "averted_most",
        Area.CALIBRATION,
        Text("Most share of the treated kept from default", "处置避免违约占比上限"),
        "share",
        _MANSKI,
    ),
    ModelTest(
        "mean_pd_within_bounds",
        Area.CALIBRATION,
        Text(
            "Mean pd against the default rate that treatment may have hidden", "平均违约概率是否落在处置可解释的范围内"
        ),
        "share",
        _MANSKI,
    ),
)
