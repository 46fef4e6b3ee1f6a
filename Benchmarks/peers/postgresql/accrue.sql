-- The same transaction in PostgreSQL: the key, the balance, a line of the ledger, in one function call.
CREATE TABLE idempotency (key bigint PRIMARY KEY, response text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE balances (member integer PRIMARY KEY, points bigint NOT NULL);
CREATE TABLE ledger (member integer NOT NULL, points bigint NOT NULL, reference bigint UNIQUE, at timestamptz NOT NULL);
INSERT INTO balances SELECT member, 0 FROM generate_series(1, 100000) AS member;
CREATE FUNCTION accrue(m integer, k bigint, p bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE balance bigint;
BEGIN
  INSERT INTO idempotency VALUES (k, p::text, now());
  UPDATE balances SET points = points + p WHERE member = m RETURNING points INTO balance;
  INSERT INTO ledger VALUES (m, p, k, now());
  RETURN balance;
END $$;
ANALYZE;
