-- 账户主档 CKZH -> accounts: the deposit accounts. Its cards go to loans.sql. 存款账户；同表的信用卡见 loans.sql。
SELECT
    trimmed(ZH) AS account_id,
    trimmed(KHH) AS borrower_id,
    decoded(
        ZHLB, MAP {'110': 'current', '120': 'savings', '130': 'settlement', '140': 'deposit', '190': 'other'}
    ) AS kind,
    as_date_or_null(KHRQ) AS opened_on,
    as_date_or_null(XHRQ) AS closed_on,
    as_date_or_null(GXRQ) AS known_on,
    as_flag(JLZT, yes := '作废', no := '正常') AS withdrawn,
FROM raw.CKZH
-- Not "= 'CK'": a kind added later would vanish unseen. 不写 = 'CK'：以后新增的大类会被悄悄漏掉。
WHERE trimmed(ZHDL) IS DISTINCT FROM 'XYK'
