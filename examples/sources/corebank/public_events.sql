-- 涉诉与公开信息 SSXX -> public_events: from a vendor, in UTF-8, days like 2026/6/3. 外部数据，UTF-8。
SELECT
    trimmed(AJBH) AS event_id,
    trimmed(KHH) AS borrower_id,
    as_date(FSRQ) AS occurred_on,
    decoded(
        LX,
        MAP {
            '诉讼': 'lawsuit', '被执行人': 'enforcement', '失信被执行人': 'dishonest_debtor', '行政处罚': 'penalty',
            '吊销注销': 'closure', '受灾地区': 'disaster_area', '其他': 'other'
        }
    ) AS kind,
    fen(JE) AS amount,
    as_date_or_null(HQRQ) AS known_on,  -- the day the vendor delivered it 获取日期
    coalesce(as_flag(ZT, yes := '撤销', no := '有效'), 'false') AS withdrawn,
FROM raw.SSXX
