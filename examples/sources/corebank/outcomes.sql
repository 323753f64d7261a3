-- 不良清单 BLQD -> outcomes. Where the day is not known it stays empty; what counts then is when it was listed (DJRQ).
-- 发生日不明者留空，以登记日期为获知日。
SELECT
    trimmed(QDBH) AS outcome_id,
    trimmed(KHH) AS borrower_id,
    trimmed(JJH) AS loan_id,
    decoded(
        LX,
        MAP {
            '逾期90天': 'dpd_90', '核销': 'write_off', '重组': 'restructured', '诉讼清收': 'litigation',
            '违约': 'default', '结清销户': 'closed', '困难展期': 'distressed_extension', '借新还旧': 'loan_for_loan',
            '批量转让': 'bulk_transfer', '到期结清': 'repaid', '恢复正常': 'cured'
        }
    ) AS kind,
    fen(JE) AS amount,
    as_date_or_null(FSRQ) AS occurred_on,
    as_date_or_null(DJRQ) AS known_on,
    as_flag(JLZT, yes := '作废', no := '正常') AS withdrawn,
FROM raw.BLQD
