-- Passkeys, the ceremonies under way, and accounts at providers.

-- what an authenticator keeps of whose key it is: random, so that it tells nothing (WebAuthn, 5.4.3)
alter table users add column passkey_handle text;
create index users_by_passkey_handle on users (passkey_handle);

create table passkeys (
    id integer primary key autoincrement,
    user_id integer not null references users (id),
    -- the authenticator's name for it, in letters
    credential_id text not null unique,
    -- public key, counter and what else a check needs, as JSON
    credential text not null,
    -- as its person calls it
    name text not null,
    created_at integer not null,
    last_used_at integer,
    -- its counter went back: there may be a copy. It signs nobody in any more
    suspect_at integer
) strict;
create index passkeys_by_user on passkeys (user_id);

-- A challenge that was handed out, for five minutes.
create table ceremonies (
    -- SHA-256 of what the page holds
    token_digest text primary key not null,
    -- register, sign_in or prove
    kind text not null,
    -- digest of what only that browser, or that sign-in, has
    browser_digest text not null,
    user_id integer references users (id),
    -- what the check needs to know of the challenge, as JSON
    state text not null,
    expires_at integer not null
) strict, without rowid;
create index ceremonies_by_end on ceremonies (expires_at);

-- Somebody's account elsewhere, by who vouches and for whom: an address says nothing.
create table provider_accounts (
    id integer primary key autoincrement,
    user_id integer not null references users (id),
    -- the setting's name for it
    provider text not null,
    issuer text not null,
    subject text not null,
    -- what it is called there, for showing
    label text not null,
    created_at integer not null,
    last_used_at integer,
    unique (issuer, subject)
) strict;
create index provider_accounts_by_user on provider_accounts (user_id);

-- Somebody was sent to a provider and is expected back.
create table provider_visits (
    -- SHA-256 of the state parameter
    state_digest text primary key not null,
    provider text not null,
    -- digest of what only that browser has
    browser_digest text not null,
    -- sealed: nonce and PKCE verifier
    secrets text not null,
    -- sign_in, add or prove
    kind text not null,
    -- whose account it is to be added to; none: to sign in
    user_id integer references users (id),
    sign_in_id integer,
    remembered integer not null check (remembered in (0, 1)),
    next text not null,
    expires_at integer not null
) strict, without rowid;
create index provider_visits_by_end on provider_visits (expires_at);
