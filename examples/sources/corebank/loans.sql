-- 贷款借据 DKJJ and the cards among the accounts CKZH -> loans. 借据，加上账户主档中的信用卡。
WITH notes_and_cards AS (
    SELECT
        trimmed(JJH) AS loan_id,
        KHH,
        decoded(
            CPDM, MAP {'11': 'business', '12': 'mortgage', '13': 'consumer', '14': 'card', '19': 'other'}
        ) AS product,
        fen(FKJE) AS principal,
        as_date_or_null(FKRQ) AS opened_on,
        as_date_or_null(DQRQ) AS matures_on,
        trimmed(DKYT) AS purpose,
        trimmed(YJJH) AS replaces_loan_id,  -- 借新还旧、续贷的原借据
        as_date_or_null(CZRQ) AS restructured_on,
        HKFS, DBFS, GXRQ, JLZT,
    FROM raw.DKJJ
    UNION ALL BY NAME
    SELECT
        trimmed(ZH) AS loan_id,
        KHH,
        'card' AS product,
        as_date_or_null(KHRQ) AS opened_on,
        as_date_or_null(XHRQ) AS matures_on,
        HKFS, DBFS, GXRQ, JLZT,
    FROM raw.CKZH
    WHERE trimmed(ZHDL) = 'XYK'
)

SELECT
    * EXCLUDE (KHH, HKFS, DBFS, GXRQ, JLZT),
    trimmed(KHH) AS borrower_id,
    decoded(HKFS, MAP {'1': 'instalment', '2': 'bullet', '3': 'revolving'}) AS repayment,
    decoded(DBFS, MAP {'信用': 'none', '保证': 'guarantee', '抵押': 'mortgage', '质押': 'pledge'}) AS security,
    as_date_or_null(GXRQ) AS known_on,
    as_flag(JLZT, yes := '作废', no := '正常') AS withdrawn,
FROM notes_and_cards
