-- One borrower per card. Sex, education, marriage and age are not imported: they never become features.
-- 每张卡视为一个借款人；性别、学历、婚姻、年龄不导入。
SELECT
    'TW' || lpad(CAST(id AS VARCHAR), 5, '0') AS borrower_id,
    'individual' AS kind,
    true AS retail,
FROM raw.taiwan_credit_card AS t (
    id, limit_bal, sex, education, marriage, age,
    pay_1, pay_2, pay_3, pay_4, pay_5, pay_6,
    bill_amt1, bill_amt2, bill_amt3, bill_amt4, bill_amt5, bill_amt6,
    pay_amt1, pay_amt2, pay_amt3, pay_amt4, pay_amt5, pay_amt6, defaulted
)
