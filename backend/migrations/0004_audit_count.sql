-- Refusals that anyone can cause are audited together: a row for each kind and minute.
ALTER TABLE audit ADD COLUMN count BIGINT NOT NULL DEFAULT 1;
