-- 征信查询 ZXCX -> inquiries. The bank learns of an inquiry from a report, so it is known on the day of that report
-- (ZXBG), not on the day of the inquiry. 查询在取得报告之日才获知：获知日取报告的查询日期。
WITH reports AS (SELECT trimmed(BGBH) AS report, min(as_date(CXRQ)) AS pulled_on, FROM raw.ZXBG GROUP BY 1)

SELECT
    trimmed(i.CXBH) AS inquiry_id,
    trimmed(i.KHH) AS borrower_id,
    as_date(i.CXRQ) AS inquired_on,
    trimmed(i.CXJG) AS institution_id,
    decoded(
        i.JGLX,
        MAP {
            '银行': 'bank', '消费金融': 'consumer_finance', '小额贷款': 'microloan', '担保公司': 'guarantee',
            '互联网平台': 'platform', '其他机构': 'other'
        }
    ) AS institution_kind,
    decoded(
        i.CXYY,
        MAP {
            '贷款审批': 'loan_approval', '信用卡审批': 'card_approval', '担保资格审查': 'guarantee_review',
            '贷后管理': 'post_loan', '本人查询': 'self', '其他': 'other'
        }
    ) AS purpose,
    coalesce(as_date_or_null(i.CLRQ), r.pulled_on) AS known_on,
    as_flag(i.JLZT, yes := '作废', no := '正常') AS withdrawn,
FROM raw.ZXCX AS i
LEFT JOIN reports AS r ON r.report = trimmed(i.BGBH)
