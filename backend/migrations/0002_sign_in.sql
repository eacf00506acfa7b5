-- Signing in with accounts: a session holds several proved addresses, and proofs are kept from an account or a passkey to one
-- address each. Sessions live for hours, so those of before end here.

DROP TABLE session;
CREATE TABLE session (
    id              BLOB   PRIMARY KEY NOT NULL, -- SHA-256 of the cookie's value
    account         BLOB,   -- keyed hash of issuer and subject
    provider        TEXT,   -- the account's, by its id in the configuration
    account_expires BIGINT,
    passkey         BLOB,   -- id of the passkey signed in with, or made here
    returned        TEXT,   -- how the last round trip to a provider ended; told once
    created         BIGINT NOT NULL,
    last_seen       BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account) WHERE account IS NOT NULL;
CREATE INDEX session_passkey ON session (passkey) WHERE passkey IS NOT NULL;

CREATE TABLE session_address (
    session_id BLOB   NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    address    BLOB   NOT NULL, -- keyed hash
    domain     BLOB   NOT NULL, -- keyed hash of the address's domain, to find its rule at each release
    method     TEXT   NOT NULL CHECK (method IN ('code', 'claim', 'kept', 'passkey')),
    provider   TEXT,            -- whose account stands behind it; none for a code alone
    proved     BIGINT NOT NULL, -- when the address itself was proved
    expires    BIGINT NOT NULL,
    good_until BIGINT,          -- for how long a proof of it may be kept; NULL is not at all
    PRIMARY KEY (session_id, address, method)
);

-- From an account or a passkey to one address, never back.
CREATE TABLE proof (
    id       BLOB   PRIMARY KEY NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('account', 'passkey')),
    source   BLOB   NOT NULL, -- keyed hash of issuer and subject, or id of the passkey
    address  BLOB   NOT NULL, -- keyed hash
    domain   BLOB   NOT NULL,
    method   TEXT   NOT NULL CHECK (method IN ('code', 'claim')),
    provider TEXT,
    proved   BIGINT NOT NULL,
    expires  BIGINT NOT NULL,
    UNIQUE (kind, source, address)
);
CREATE INDEX proof_expires ON proof (expires);

-- A round trip to a provider that has begun.
CREATE TABLE account_sign_in (
    state      BLOB   PRIMARY KEY NOT NULL, -- SHA-256 of the parameter
    cookie     BLOB   NOT NULL, -- SHA-256 of the cookie's value
    session_id BLOB   NOT NULL,
    tab        BLOB   NOT NULL, -- keyed hash
    provider   TEXT   NOT NULL,
    secrets    BLOB   NOT NULL, -- nonce and PKCE verifier, encrypted, associated data = state
    expires    BIGINT NOT NULL, -- until when it can be finished
    forgotten  BIGINT NOT NULL, -- until when it is known to have been begun
    UNIQUE (session_id, tab)
);
CREATE INDEX account_sign_in_forgotten ON account_sign_in (forgotten);

-- A browser that an address was signed in with; known only where the operator wants notices of new ones.
CREATE TABLE known_browser (
    browser BLOB   PRIMARY KEY NOT NULL, -- keyed hash of the browser's cookie and the address
    seen    BIGINT NOT NULL
);
CREATE INDEX known_browser_seen ON known_browser (seen);

-- Notices wait in the queue too, and belong to no passcode.
CREATE TABLE mail_queue_of_all (
    id           BLOB   PRIMARY KEY NOT NULL,
    passcode_id  BLOB   REFERENCES passcode (id) ON DELETE CASCADE,
    payload      BLOB   NOT NULL, -- encrypted, associated data = id; every row has the same size
    next_attempt BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    expires      BIGINT NOT NULL
);
INSERT INTO mail_queue_of_all SELECT id, passcode_id, payload, next_attempt, attempts, expires FROM mail_queue;
DROP TABLE mail_queue;
ALTER TABLE mail_queue_of_all RENAME TO mail_queue;
CREATE INDEX mail_queue_due ON mail_queue (next_attempt);
CREATE INDEX mail_queue_passcode ON mail_queue (passcode_id);
