-- 涉诉与公开信息, from a data vendor: UTF-8, days like 2026/6/3, money as a plain number.
SELECT
    event_id AS AJBH,
    borrower_id AS KHH,
    strftime(occurred_on, '%Y/%-m/%-d') AS FSRQ,
    code(
        MAP {
            'lawsuit': '诉讼', 'enforcement': '被执行人', 'dishonest_debtor': '失信被执行人', 'penalty': '行政处罚',
            'closure': '吊销注销', 'disaster_area': '受灾地区', 'other': '其他'
        },
        kind
    ) AS LX,
    replace(yuan(amount), ',', '') AS JE,
    CASE
        WHEN withdrawn OR known_on <> coalesce(occurred_on, DATE '1900-01-01') THEN strftime(known_on, '%Y/%-m/%-d')
    END AS HQRQ,
    CASE WHEN withdrawn THEN '撤销' ELSE '' END AS ZT,
FROM bank.public_events
