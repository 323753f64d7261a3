-- 征信查询明细: lines of a report (BGBH). When the bank learnt of them is told by the report, else by CLRQ.
SELECT
    inquiry_id AS CXBH,
    coalesce(p.BGBH, '') AS BGBH,
    padded(i.borrower_id, 16) AS KHH,
    day8(inquired_on, '') AS CXRQ,
    institution_id AS CXJG,
    code(
        MAP {
            'bank': '银行', 'consumer_finance': '消费金融', 'microloan': '小额贷款', 'guarantee': '担保公司',
            'platform': '互联网平台', 'other': '其他机构'
        },
        institution_kind
    ) AS JGLX,
    code(
        MAP {
            'loan_approval': '贷款审批', 'card_approval': '信用卡审批', 'guarantee_review': '担保资格审查',
            'post_loan': '贷后管理', 'self': '本人查询', 'other': '其他'
        },
        purpose
    ) AS CXYY,
    CASE WHEN p.BGBH IS NULL THEN processed(i.known_on, inquired_on, withdrawn) ELSE '0001-01-01' END AS CLRQ,
    CASE WHEN withdrawn THEN '作废' ELSE '正常' END AS JLZT,
FROM bank.inquiries AS i
LEFT JOIN first_pulls AS p
    ON p.borrower_id = i.borrower_id AND p.pulled_on = i.known_on AND NOT i.withdrawn
