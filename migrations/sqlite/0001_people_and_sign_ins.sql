-- People, the ways they prove who they are, and where they are signed in.

create table users (
    id integer primary key autoincrement,
    -- as typed, for showing and mailing
    email text not null,
    -- lower case, for finding: one account per address however it is typed
    email_key text not null unique,
    name text not null,
    role text not null check (role in ('student', 'instructor', 'admin')),
    -- argon2 in PHC form; null until a set-up link was used
    password_hash text,
    -- raised by a change of password or by disabling: sign-ins made before it are dead
    epoch integer not null default 0,
    disabled_at integer,
    created_at integer not null,
    changed_at integer not null
) strict;
create index users_by_name on users (name collate nocase, id);

-- Where the session record of tower-sessions is kept. id is derived from the SHA-256 of the cookie's value.
create table session_records (
    id text primary key not null,
    data blob not null,
    -- text, as tower-sessions-sqlx-store binds it
    expiry_date text not null
) strict;
create index session_records_by_expiry on session_records (expiry_date);

-- One row per device that is or was signed in. The session record only points here.
create table sign_ins (
    -- random, since the session record is written first
    id integer primary key,
    user_id integer not null references users (id),
    -- the account's epoch when this was made or last renewed
    epoch integer not null,
    how text not null check (how in ('password', 'sign_up', 'set_up_link')),
    -- 1: one proof, 2: two, or one that is two in itself
    level integer not null check (level in (1, 2)),
    address text not null,
    user_agent text not null,
    created_at integer not null,
    last_seen_at integer not null,
    -- moves with use
    idle_ends_at integer not null,
    -- never moves on
    absolute_ends_at integer not null,
    ended_at integer,
    ended_why text check (ended_why in ('signed_out', 'ended_by_person', 'ended_by_admin', 'password_changed', 'disabled')),
    check ((ended_at is null) = (ended_why is null))
) strict;
create index sign_ins_by_user on sign_ins (user_id, ended_at);

-- One-time links: the first admin's, and those for accounts made on the command line.
create table set_up_links (
    -- SHA-256 of what stands in the link
    token_digest text primary key not null,
    -- null: whoever opens it makes the first admin
    user_id integer references users (id),
    expires_at integer not null,
    used_at integer
) strict, without rowid;

-- A form that came back refused, for the moment between the redirect and the page.
create table kept_forms (
    -- SHA-256 of what stands in the cookie
    token_digest text primary key not null,
    -- the server function it was for, as its address
    action text not null,
    -- digest of the address of the page it was on: an address may hold a one-time link
    page text not null,
    -- JSON: the fields as typed, without the secret ones, and what was said about them
    content text not null,
    -- whose it is; none: a stranger's. What one person, and all strangers together, can fill the disk with has a bound
    user_id integer references users (id),
    -- waits for its sender to sign in, rather than for its page to show it
    unsent integer not null check (unsent in (0, 1)),
    -- bytes of content
    size integer not null,
    expires_at integer not null
) strict;
create index kept_forms_by_expiry on kept_forms (expires_at);
