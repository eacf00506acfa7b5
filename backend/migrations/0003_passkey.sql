-- Passkeys. Nothing here names a person: credential ids and user handles are random, accounts and addresses keyed hashes. What a
-- passkey proves is in `proof`.

CREATE TABLE passkey (
    id          BLOB   PRIMARY KEY NOT NULL, -- what its owner calls it by
    credential  BLOB   NOT NULL UNIQUE,      -- WebAuthn's credential id
    user_handle BLOB   NOT NULL,             -- the same for all passkeys of one person
    account     BLOB,                        -- the one it was made under: keyed hash of issuer and subject
    public_key  BLOB   NOT NULL,
    use_state   BLOB   NOT NULL,             -- signature counter, backup flags
    made        BIGINT NOT NULL,
    used        BIGINT,
    locked      BIGINT                       -- when its counter went back
);
CREATE INDEX passkey_user ON passkey (user_handle);
CREATE INDEX passkey_account ON passkey (account) WHERE account IS NOT NULL;

CREATE INDEX proof_address ON proof (address);

-- A ceremony that has begun.
CREATE TABLE passkey_challenge (
    challenge  BLOB   PRIMARY KEY NOT NULL,
    session_id BLOB   NOT NULL,
    ceremony   TEXT   NOT NULL CHECK (ceremony IN ('make', 'use')),
    state      BLOB   NOT NULL,
    expires    BIGINT NOT NULL
);
CREATE INDEX passkey_challenge_session ON passkey_challenge (session_id);
CREATE INDEX passkey_challenge_expires ON passkey_challenge (expires);
