-- What the portal keeps. Portable SQL: PostgreSQL gets the same tables with BYTEA for BLOB.
-- Times are seconds since the Unix epoch. Addresses appear as keyed hashes only.

-- The secret behind every keyed hash, encrypted under the master key, so that the master key can be rotated.
CREATE TABLE hash_secret (
    id      BIGINT PRIMARY KEY CHECK (id = 1),
    wrapped BLOB   NOT NULL
);

CREATE TABLE sender_token (
    id      BLOB   PRIMARY KEY NOT NULL,
    hash    BLOB   NOT NULL UNIQUE, -- SHA-256 of the token
    name    TEXT   NOT NULL,
    created BIGINT NOT NULL,
    revoked BIGINT
);

CREATE TABLE sender_token_domain (
    token_id BLOB NOT NULL REFERENCES sender_token (id),
    domain   TEXT NOT NULL, -- A-labels
    PRIMARY KEY (token_id, domain)
);

-- A row outlives its key: a recipient of an erased message is told so instead of "unknown".
CREATE TABLE message (
    id          BLOB   PRIMARY KEY NOT NULL,
    token_id    BLOB   NOT NULL REFERENCES sender_token (id),
    possession  BLOB   NOT NULL, -- SHA-256 of the possession tag
    content     BLOB   NOT NULL, -- keyed hash of the registration, to tell a repeated one from another
    release_key BLOB,            -- encrypted, associated data = id; NULL once erased
    digest      BLOB,
    sender      BLOB,            -- the From address, encrypted, associated data = id; NULL once erased
    registered  BIGINT NOT NULL,
    expires     BIGINT,
    revoked     BIGINT,
    erases      BIGINT,          -- when a revoked message's key is erased
    ended       TEXT CHECK (ended IN ('expired', 'erased'))
);
CREATE INDEX message_expires ON message (expires) WHERE ended IS NULL;
CREATE INDEX message_erases ON message (erases) WHERE ended IS NULL;

CREATE TABLE recipient (
    message_id   BLOB   NOT NULL REFERENCES message (id),
    address      BLOB   NOT NULL,
    revoked      BIGINT,
    releases     BIGINT NOT NULL DEFAULT 0,
    last_release BIGINT,
    PRIMARY KEY (message_id, address)
);

-- A session before sign-in has no address.
CREATE TABLE session (
    id        BLOB   PRIMARY KEY NOT NULL, -- SHA-256 of the cookie's value
    address   BLOB,
    created   BIGINT NOT NULL,
    last_seen BIGINT NOT NULL
);

-- One live passcode per message, address and tab, whether or not the message was sent to that address.
CREATE TABLE passcode (
    id         BLOB   PRIMARY KEY NOT NULL,
    message_id BLOB   NOT NULL REFERENCES message (id),
    address    BLOB   NOT NULL,
    tab        BLOB   NOT NULL, -- keyed hash
    session_id BLOB   NOT NULL,
    code       BLOB,            -- keyed hash; NULL once used or used up
    used       BIGINT NOT NULL DEFAULT 0,
    tries      BIGINT NOT NULL,
    sent       BIGINT NOT NULL,
    expires    BIGINT NOT NULL,
    UNIQUE (message_id, address, tab)
);
CREATE INDEX passcode_expires ON passcode (expires);
CREATE INDEX passcode_session ON passcode (session_id);

CREATE TABLE mail_queue (
    id           BLOB   PRIMARY KEY NOT NULL,
    passcode_id  BLOB   NOT NULL REFERENCES passcode (id) ON DELETE CASCADE,
    payload      BLOB   NOT NULL, -- encrypted, associated data = id; every row has the same size
    next_attempt BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    expires      BIGINT NOT NULL
);
CREATE INDEX mail_queue_due ON mail_queue (next_attempt);
CREATE INDEX mail_queue_passcode ON mail_queue (passcode_id);

-- One row for each passcode counted against a budget; `bucket` is a keyed hash.
CREATE TABLE budget_use (
    bucket BLOB   NOT NULL,
    at     BIGINT NOT NULL
);
CREATE INDEX budget_use_bucket ON budget_use (bucket, at);
CREATE INDEX budget_use_at ON budget_use (at);

-- The key that network addresses are hashed under, encrypted; erased with its day.
CREATE TABLE client_key (
    day     BIGINT PRIMARY KEY,
    wrapped BLOB   NOT NULL
);

CREATE TABLE audit (
    id         BLOB   PRIMARY KEY NOT NULL,
    at         BIGINT NOT NULL,
    event      TEXT   NOT NULL,
    outcome    TEXT   NOT NULL,
    message    BLOB, -- keyed hash of the id
    address    BLOB,
    token_id   BLOB,
    request_id TEXT   NOT NULL
);
CREATE INDEX audit_at ON audit (at);
