-- Codes to sign in with, by mail or text message, and the numbers they go to.

create table phones (
    user_id integer primary key references users (id),
    -- E.164
    number text not null,
    -- none: a code was sent, and not entered yet
    confirmed_at integer
) strict;

create table one_time_codes (
    -- SHA-256 of what stands in the cookie of the browser that asked
    token_digest text primary key not null,
    -- none for an address without an account
    user_id integer references users (id),
    -- digest of what was asked for: guesses are counted by it
    about text not null,
    -- mail, text, or number for one that is to be confirmed
    by_key text not null,
    -- under the site's key: a digest of six digits would be found by trying
    code_mac text not null,
    remembered integer not null check (remembered in (0, 1)),
    next text not null,
    tries integer not null,
    expires_at integer not null
) strict, without rowid;
create index one_time_codes_by_end on one_time_codes (expires_at);
create index one_time_codes_by_user on one_time_codes (user_id);
