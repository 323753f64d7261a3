"""Catalogue: every test that a validation report may hold, those of the whole system and of treatment among them."""

from collections.abc import Mapping
from types import MappingProxyType

from ews.domain.text import Text
from ews.validation.catalogue import TESTS
from ews.validation.earliness.results import EARLINESS_TESTS
from ews.validation.results import Area, ModelTest
from ews.validation.treatment.measured import TREATMENT_TESTS

ALL: tuple[ModelTest, ...] = (*TESTS, *EARLINESS_TESTS, *TREATMENT_TESTS)
BY_CODE: Mapping[str, ModelTest] = MappingProxyType({test.code: test for test in ALL})
AREA_OF: Mapping[str, Area] = MappingProxyType({test.code: test.area for test in ALL})

AREA_TEXT: Mapping[Area, Text] = MappingProxyType(
    {
        Area.DATA: Text("Data", "数据质量与血缘"),
        Area.DISCRIMINATION: Text("Discrimination", "区分能力"),
        Area.CALIBRATION: Text("Calibration", "校准"),
        Area.EARLINESS: Text("Earliness", "整体预警提前量"),
        Area.STABILITY: Text("Stability", "稳定性"),
        Area.CONCENTRATION: Text("Concentration", "集中度"),
        Area.SEGMENTS: Text("Segments", "细分客群与薄弱环节"),
        Area.SENSITIVITY: Text("Sensitivity, leakage", "敏感性、单调性与泄漏"),
        Area.BENCHMARK: Text("Benchmarks", "基准模型"),
        Area.REASONS: Text("Reasons", "原因解释"),
        Area.FAIRNESS: Text("Fairness", "公平性"),
    }
)
ASKS: Mapping[Area, Text] = MappingProxyType(
    {
        Area.DATA: Text(
            "Are the rows the ones that were recorded, complete, and does every feature still tell what it told?",
            "样本是否与记录一致、完整，各特征是否仍然有效？",
        ),
        Area.DISCRIMINATION: Text(
            "Do borrowers who default score above those who do not, as well as at the first validation?",
            "违约客户评分是否高于未违约客户，是否不低于首次验证？",
        ),
        Area.CALIBRATION: Text("Do as many default as the pds say?", "实际违约是否与违约概率相符？"),
        Area.EARLINESS: Text(
            "How much of the exposure that went into default was flagged 90 days or more before first arrears?",
            "违约敞口中，首次逾期前90天以上已预警的占多少？",
        ),
        Area.STABILITY: Text("Do features, pds and grades lie as they did?", "特征、违约概率与等级分布是否稳定？"),
        Area.CONCENTRATION: Text("Are borrowers spread over the grades?", "客户是否过度集中于少数等级？"),
        Area.SEGMENTS: Text("Where does the model do worse than it promises?", "模型在哪些客群表现不及预期？"),
        Area.SENSITIVITY: Text(
            "What does the pd hang on, does it ever fall as a feature gets worse, and does anything know the future?",
            "违约概率取决于什么，特征恶化时是否会下降，是否存在未来信息？",
        ),
        Area.BENCHMARK: Text("Does the model do better than simpler ones?", "模型是否优于更简单的模型？"),
        Area.REASONS: Text(
            "Is what is told about a pd true of it, and does it hold still?", "给出的原因是否真实、稳定？"
        ),
        Area.FAIRNESS: Text("Do protected groups fare differently?", "受保护群体是否受到不同对待？"),
    }
)
