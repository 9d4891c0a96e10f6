-- Tokens: what an app uses in place of a browser's session. Each app that can act as somebody is a sign-in, as each browser is.

-- browser, or what kind of app: api (signed in by itself), device (with a code), personal (a token made by hand)
alter table sign_ins add column kind text not null default 'browser';
-- what the app may do, in words with spaces between them; none: all, for browsers
alter table sign_ins add column scopes text;
-- what the app calls itself; none for browsers
alter table sign_ins add column client text;

-- What access tokens are signed with.
create table signing_keys (
    kid text primary key not null,
    algorithm text not null,
    -- sealed: PKCS #8, or the 32 bytes of an HMAC
    secret text not null,
    -- the public half as a JWK; none for an HMAC, which has none
    jwk text,
    created_at integer not null,
    -- published before it signs
    signs_from integer not null,
    -- what it signed is refused from then on; none: not decided yet
    ends_at integer
) strict, without rowid;

-- The refresh token of an app's sign-in: the one in force, and the one before it.
create table refresh_tokens (
    sign_in_id integer primary key references sign_ins (id) on delete cascade,
    -- SHA-256
    token_digest text not null,
    previous_digest text,
    -- the one in force, sealed, for whoever comes a moment later with the one before
    successor text,
    rotated_at integer not null,
    -- digest of the place and the program that rotated it
    rotated_from_digest text not null
) strict;

-- Access tokens that were taken back before their end.
create table revoked_tokens (
    jti text primary key not null,
    expires_at integer not null
) strict, without rowid;
create index revoked_tokens_by_end on revoked_tokens (expires_at);

-- Tokens that people make by hand.
create table personal_tokens (
    -- SHA-256
    token_digest text primary key not null,
    sign_in_id integer not null unique references sign_ins (id) on delete cascade,
    -- sealed, until its person has seen it in the browser that made it
    fresh text,
    fresh_for integer,
    fresh_until integer
) strict, without rowid;

-- An app without a keyboard that waits for its person (RFC 8628).
create table device_codes (
    -- SHA-256 of what the app holds
    device_digest text primary key not null,
    -- keyed digest of what its person types
    code_digest text not null unique,
    client text not null,
    scopes text not null,
    address text not null,
    user_agent text not null,
    polled_at integer,
    -- in milliseconds; grows when the app asks too often
    poll_every integer not null,
    -- approved or refused; none: nobody has answered
    answer text,
    sign_in_id integer references sign_ins (id) on delete cascade,
    expires_at integer not null
) strict, without rowid;
create index device_codes_by_end on device_codes (expires_at);

-- What was answered to a request that may come twice.
create table idempotency_keys (
    user_id integer not null references users (id),
    -- SHA-256 of the sign-in and of what its app calls the request
    key_digest text not null,
    -- SHA-256 of method, address, version and body
    request_digest text not null,
    status integer not null,
    -- JSON: the headers that belong to the answer
    headers text not null,
    content text not null,
    expires_at integer not null,
    primary key (user_id, key_digest)
) strict, without rowid;
create index idempotency_keys_by_end on idempotency_keys (expires_at);
