"""Monitoring reports: what each section says of a borrower made by hand, and where nothing is known."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from docx import Document

from ews.casework.desk import Desk
from ews.casework.paper.docx import docx_of
from ews.casework.paper.page import page_of, sheet_of
from ews.casework.paper.paper import Chart, Opinions
from ews.casework.report.paper import paper_of
from ews.casework.report.report import report_of
from ews.domain.exhibits import Circle
from ews.domain.levels import WarningLevel
from ews.domain.text import Language
from ews.store.engine import open_store
from tests.casework.conftest import Clock
from tests.casework.people import OFFICER
from tests.casework.report.made import TELL, dossier, exhibit, known, months, red, report, told, warning
from tests.casework.report.made import party as party_of
from tests.casework.rich import PRINTED, rich

SUMMARY, LOANS, TIERS, WARNING, FLOWS, INQUIRIES, TIES, CARDS, REPAYMENT, CHECKS, PLAN, BASIS, SIGNED = map(
    str, range(1, 14)
)
CHINESE = re.compile(r"[\u3400-\u9fff]")


def charts(made, language=Language.ZH):
    paper = paper_of(made, TELL, language)
    return [block for section in paper.sections for block in section.blocks if isinstance(block, Chart)]


def text_of(content):
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_the_sections_come_in_the_order_of_the_form():
    paper = paper_of(report(), TELL, Language.ZH)
    assert [one.heading for one in paper.sections] == [
        "一、结论摘要",
        "二、借款人及贷款基本情况",
        "三、风险分类及依据",
        "四、预警情况及原因",
        "五、账户资金流",
        "六、征信查询",
        "七、担保及关联关系",
        "八、信用卡",
        "九、还款情况",
        "十、贷后检查情况",
        "十一、处置方案及进展",
        "十二、编制说明",
        "十三、审批意见与签署",
    ]
    assert paper.title == "贷后风险预警监控报告"
    assert [one.heading for one in paper_of(report(), TELL, Language.EN).sections][0::12] == [
        "1. Summary",
        "13. Opinions and signatures",
    ]


def test_the_summary_gives_the_answer_first():
    said = told(report(dossier=dossier(cases=(warning("W0000001", WarningLevel.RED, days_late=2),))))[SUMMARY]
    assert said.startswith(
        "截至 2026-06-30，本户预警等级为红色预警，12个月内违约概率 14.3%（2026-05-31 为 4.8%），信用等级 G8，"
        "五级分类关注，风险敞口 31.2 万元。"
    )
    assert said.index("zh reason INFLOW_FELL") < said.index("zh reason PAYS_LATE") < said.index("处置要求")
    assert "未结预警 1 件，其中逾期未办 1 件。" in said


def test_the_borrower_stands_with_its_unit_and_each_loan():
    said = told(report())[LOANS]
    for one in ("Firm B1", "黄刚", "实际控制人", "L1", "经营贷款", "40.00", "31.20", "\n12\n", "次级"):
        assert one in said


def test_a_tier_comes_with_what_makes_it_and_its_source():
    said = told(report())[TIERS]
    for one in (
        "zh holds OVERDUE",
        "停产一条线\n有效期至 2026-09-30",
        "因所需事实未知，下列规则本期未能判断：zh holds UNKNOWN_RULE",
    ):
        assert one in said
    assert "《商业银行金融资产风险分类办法》（银保监会、人民银行令〔2023〕第1号）第10条第1项（待核）" in said
    assert "CBIRC and PBoC Order [2023] No. 1, art. 10 (1) (to verify)" in told(report(), Language.EN)[TIERS]
    assert "45%\n" in said
    assert "2.01" in said  # expected loss in 万元


def test_a_rule_for_the_borrower_as_a_whole_is_no_signal():
    whole = replace(red().loans[0].held[0], code="GONE")
    said = told(report(decision=red(held=(whole,), loans=())))
    assert "zh holds GONE\nGONE" in said[TIERS].replace("\n\n", "\n")
    assert "全部" in said[TIERS]
    assert "无预警信号。" in said[WARNING]


def test_signals_come_gravest_first_with_what_lifts_them():
    said = told(report())[WARNING]
    assert said.index("zh holds INFLOW_HALVED") < said.index("zh holds MILD")
    assert "inflow_change_3m > -0.5" in said
    assert "延续" in said
    assert "B1 > F2 海达贸易" in said


def test_reasons_are_numbered_as_in_the_picture_and_end_at_the_pd():
    said = told(report())[WARNING]
    assert "0.\n" in said
    assert "同类客户的通常水平：2.2%" in said
    assert "zh reason INFLOW_FELL（发生比 ×4.95）" in said
    assert said.rindex("本户：14.3%") > said.index("zh reason PAYS_LATE（发生比 ×1.49）")


def test_a_borrower_in_default_has_no_reasons_but_all_the_rest():
    gone = red(pd=None, log_odds=None, base_log_odds=None, in_default=True, grade="D", reasons=())
    history = (known(date(2026, 5, 31), 0.048, WarningLevel.NONE), known(date(2026, 6, 30), None, WarningLevel.RED))
    said = told(report(decision=gone, dossier=dossier(known=history)))
    assert "本户已违约（2026-05-31 为 4.8%）" in said[SUMMARY]
    assert "不再估计违约概率" in said[WARNING]
    assert "×  已违约，不再估计" in said[WARNING]


def test_superseded_decisions_are_not_drawn():
    twice = (
        known(date(2026, 6, 30), 0.9, WarningLevel.RED, superseded=True),
        known(date(2026, 6, 30), 0.1, WarningLevel.NONE),
    )
    chart = next(one for one in charts(report(dossier=dossier(known=twice))) if "违约概率走势" in one.title)
    assert [key.text for key in chart.keys] == ["无预警"]
    assert chart.alt == "2026-06-30 为 10.0%，2026-06-30 为 10.0%"


def test_money_in_is_told_against_the_months_before():
    inflow = (None,) * 12 + (4_000_000_00,) * 9 + (1_000_000_00,) * 3
    said = told(report(exhibit=exhibit(months=months(inflow_fen=inflow))))[FLOWS]
    assert "近3个月入账合计 300.0 万元，月均 100.0 万元；此前9个月月均 400.0 万元，变动 -75%。" in said
    assert "400.00" in said
    assert "-62%" in said  # against peers
    assert "94%" in said


def test_a_sum_is_not_told_where_a_month_is_unknown():
    inflow = (1,) * 22 + (None, 1)
    said = told(report(exhibit=exhibit(months=months(inflow_fen=inflow, inquiries=(None,) * 2 + (0,) * 21 + (None,)))))
    assert "近3个月入账合计" not in said[FLOWS]
    assert "近3个月 不完全可知" in said[INQUIRIES]
    assert "斜线：无数据" in said[INQUIRIES]


def test_inquiries_cards_and_repayment_are_added_up():
    said = told(report())
    assert "近3个月 3 次，近12个月 12 次" in said[INQUIRIES]
    assert "信用卡已用额度 8.0 万元，授信额度 10.0 万元，使用率 80%。" in said[CARDS]
    assert (
        "近12个月到期本息 60.0 万元，其中逾期后偿还 18.0 万元，尚未偿还 6.0 万元；各月末最长逾期 12 天。"
        in said[REPAYMENT]
    )
    assert "95 天" in said[REPAYMENT]


def test_the_circle_tells_who_is_what_and_how_they_stand():
    said = told(report())[TIES]
    for one in (
        "本户对外担保 1 户（180.0 万元），由 0 户为其担保（0 元）。",
        "两层以内关联方 3 户，其中出险（逾期30天以上或已违约）2 户。",
        "由本户为其担保 180.0 万元",
        "为海达贸易担保 （金额未知）",
        "本户之实际控制人",
        "出险",
        "已违约",
        "非本行客户",
        "另有 3 户未列示。",
    ):
        assert one in said
    alone = told(report(exhibit=exhibit(circle=Circle())))[TIES]
    assert alone == "未发现对外担保、被担保及关联关系。\n"


def test_without_an_exhibit_the_sections_say_so():
    said = told(report(exhibit=None))
    for place in (FLOWS, INQUIRIES, CARDS, REPAYMENT):
        assert said[place] == "本期批次未保存逐月佐证数据（系统早期版本），本节无法列示。"
    assert "未保存担保圈数据" in said[TIES]
    assert "逐月数据\n无" in said[BASIS]


def test_what_no_feed_tells_is_said_and_never_drawn_as_nothing():
    nothing = dict.fromkeys(("inflow_fen", "outflow_fen", "balance_fen", "card_limit_fen", "card_balance_fen"))
    nothing |= dict.fromkeys(("inquiries", "due_fen", "paid_on_time_fen", "paid_late_fen", "unpaid_fen", "dpd"))
    blind = exhibit(months=months(**nothing), loans=(), standings=())
    said = told(report(exhibit=blind, decision=red(blind=("card_overdraft",))))
    assert "数据缺失：本期未取得信用卡透支数据" in said[SUMMARY]
    assert "缺失数据\n信用卡透支" in said[BASIS].replace("\n\n", "\n")
    drawn = [one for one in charts(report(exhibit=blind)) if one.content is not None]
    assert [one.title for one in drawn] == ["历次违约概率走势（颜色为预警等级）", "由同类客户通常水平到本户违约概率"]
    for place in (FLOWS, INQUIRIES, CARDS, REPAYMENT):
        assert "近24个月无此项数据。" in said[place]


def test_one_report_speaks_one_language():
    names = ("Firm B1", "retail", "Hangzhou")
    english = told(report(decision=red(paths=(), unit=(), loans=()), exhibit=exhibit(circle=Circle())), Language.EN)
    assert {
        place: CHINESE.findall(text) for place, text in english.items() if CHINESE.search(text) and place != "head"
    } == {}
    assert CHINESE.findall(english["head"]) == ["李", "娜"]  # whose name it is
    chinese = "\n".join(told(report()).values())
    for name in names:
        chinese = chinese.replace(name, "")
    assert re.findall(r"[a-z]+ [a-z]+ [a-z]+", chinese.replace("zh verify on the spot", "")) == []


def test_charts_are_told_in_words_beside_the_picture():
    drawn = charts(report())
    assert len(drawn) == 7
    for one in drawn:
        assert one.content is not None
        assert one.content.startswith(b"\x89PNG")
        assert b"tEXt" not in one.content
        assert one.title
        assert one.alt


def test_the_word_file_holds_what_the_page_holds():
    paper = paper_of(report(), TELL, Language.ZH)
    content, page = docx_of(paper), page_of(paper)
    text = text_of(content)
    for told_ in (
        "贷后风险预警监控报告",
        "180.0 万元",
        "有权审批人（贷审会）意见",
        "zh holds OVERDUE",
        "2026-06-30",
        "■ 按期偿还",
    ):
        assert told_ in text
    for told_ in ("贷后风险预警监控报告", "180.0 万元", "有权审批人（贷审会）意见", "zh holds OVERDUE", "2026-06-30"):
        assert told_ in page
    document = Document(io.BytesIO(content))
    assert len(document.inline_shapes) == 7
    assert page.count('src="data:image/png;base64,') == 7
    section = document.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert "贷后风险预警监控报告  B1  2026-06-30" in section.header.paragraphs[0].text
    assert 'w:instr="NUMPAGES"' in section.footer.paragraphs[0]._p.xml
    fonts = {name: document.styles[name].element.xml for name in ("Normal", "Title", "Heading 1")}
    assert ['w:eastAsia="仿宋"' in fonts["Normal"], 'w:eastAsia="宋体"' in fonts["Title"]] == [True, True]
    assert 'w:eastAsia="黑体"' in fonts["Heading 1"]


def test_rows_stay_in_one_piece_and_heads_repeat():
    document = Document(io.BytesIO(docx_of(paper_of(report(), TELL, Language.ZH))))
    headed = [table for table in document.tables if "w:tblHeader" in table._tbl.xml]
    assert len(headed) >= 10
    assert [table for table in headed if table._tbl.xml.count("w:cantSplit") != len(table.rows) - 1] == []


def test_the_boxes_for_opinions_are_the_last_thing():
    last = paper_of(report(), TELL, Language.ZH).sections[-1].blocks[-1]
    assert isinstance(last, Opinions)
    assert len(last.who) == 5
    assert "签字：" in last.sign


def test_the_same_report_has_the_same_bytes():
    first, second = (docx_of(paper_of(report(), TELL, Language.ZH)) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(2026, 7, 3, 9, 15, 0)}


@pytest.mark.parametrize("name", ["华" * 200, "<script>alert(1)</script>&amp;", "\u202eفريق\u2066 שם", "{{ 7 * 7 }}"])
def test_a_name_does_no_harm_on_the_page_or_in_word(name):
    circle = replace(exhibit().circle, parties=tuple(replace(one, name=name) for one in exhibit().circle.parties))
    paper = paper_of(report(decision=red(name=name), exhibit=exhibit(circle=circle)), TELL, Language.ZH)
    sheet, text = str(sheet_of(paper)), text_of(docx_of(paper))
    assert "<script" not in sheet
    assert not {"\u202e", "\u2066"} & set(sheet + text)
    shown = name.replace("\u202e", "⟨U+202E⟩").replace("\u2066", "⟨U+2066⟩")
    assert shown in text
    assert "style=" not in sheet
    assert sheet.count("<table") == sheet.count("</table>")


def test_what_happened_to_a_borrower_stands_in_its_report(tmp_path, policy):
    clock, store = Clock(), open_store(f"sqlite:///{tmp_path / 'ews.db'}")
    desk = Desk(store, lambda _day: policy, clock, b"a key of the tests")
    rich(desk, clock, tmp_path)
    made = report_of(desk, OFFICER, red(customer_type="C"), None, printed_at=PRINTED)
    said = told(made)
    for one in ("现场检查", "李娜", "部分停产停业", "1,280,000.00 元", "调查发现", "联系记录 (1)"):
        assert one in said[CHECKS]
    for one in ("预警 (2)", "授信额度由350万元压降至300万元", "处置措施 (1)", "人工调整", "监察名单 (1)"):
        assert one in said[PLAN]
    assert made.paid_like is not None
    assert f"C · {made.paid_like.zh}" in said[LOANS]
    assert made.dossier.looked_up == ()
    store.close()


def test_inquiries_unknown_since_the_last_report_are_named_as_missing():
    old = report(exhibit=exhibit(months=months(inquiries=(1,) * 13 + (None,) * 11)))
    assert "征信查询（2025-07 之后）" in told(old)[BASIS]
    assert "Credit inquiries after 2025-07" in told(old, Language.EN)[BASIS]
    assert "之后）" not in told(report())[BASIS]


def test_a_movement_over_missing_data_is_told_as_none():
    made = replace(report(), seen_once=("credit_inquiries",))
    assert "两期违约概率与信用等级不可比：两期中仅一期有征信查询数据" in told(made)[WARNING]
    assert "不可比" not in told(report())[WARNING]


def test_the_oldest_unpaid_and_what_comes_next_are_two_things():
    (loan,) = red().loans
    due = {"next_due_on": date(2026, 5, 5), "next_due_fen": 281_400}
    late = replace(loan, **due, coming_on=date(2026, 7, 5), coming_fen=72_281_400)
    said = told(report(decision=red(loans=(late,))))[LOANS]
    assert "最早欠款 2026-05-05 2,814 元" in said
    assert "下期应还 2026-07-05 72.3 万元" in said
    paid_up = replace(loan, dpd=0, next_due_on=date(2026, 7, 5), next_due_fen=281_400)
    assert "下期应还 2026-07-05 2,814 元" in told(report(decision=red(loans=(paid_up,))))[LOANS]


def test_nothing_is_proposed_for_a_loan_of_a_borrower_in_default():
    rows = told(report(decision=red(in_default=True)))[TIERS]
    assert "正常" not in rows
    assert "正常" in told(report())[TIERS]


def test_who_may_not_be_named_is_called_as_on_the_page():
    around = exhibit()
    circle = replace(around.circle, parties=(*around.circle.parties[:1], party_of("party-1", "其他机构客户1")))
    made = report(exhibit=replace(around, circle=replace(circle, links=())))
    assert "其他机构客户1" in told(made)[TIES]
    assert "其他机构客户1" not in told(made, Language.EN)[TIES]
    assert "party-1" in told(made, Language.EN)[TIES]
