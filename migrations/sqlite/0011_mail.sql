-- Mail that waits to leave, one-time links in it, and what is known of an account's address.

-- when its person showed that the address is theirs
alter table users add column email_verified_at integer;
-- somebody said "this was not me": nobody signs in until a new password was set by mail
alter table users add column frozen_at integer;

-- The key that seals is in a file; this tells whether it is still the one.
create table site_keys (
    one integer primary key check (one = 1),
    fingerprint text not null
) strict;

create table outbox (
    id integer primary key autoincrement,
    -- tells the mail from others, for whoever looks at both ends
    message_id text not null,
    kind text not null,
    user_id integer references users (id),
    address text not null,
    subject text not null,
    -- sealed with the site's key, since it holds links; empty once sent
    content text not null,
    created_at integer not null,
    -- of no use afterwards: its link is over
    expires_at integer not null,
    state text not null check (state in ('waiting', 'sent', 'dead')),
    tries integer not null,
    -- the next try; while it is being sent, when somebody else may take it
    due_at integer not null,
    -- the server's words
    last_error text,
    ended_at integer,
    check ((state = 'waiting') = (ended_at is null))
) strict;
create index outbox_by_state on outbox (state, due_at);
create index outbox_by_user on outbox (user_id);

-- One-time links that are sent by mail.
create table mail_links (
    -- SHA-256 of what stands in the link
    token_digest text primary key not null,
    -- what it does
    kind text not null,
    -- whose account it is about; none where there is none yet
    user_id integer references users (id),
    -- an address to be confirmed or given back
    email text,
    -- what else is needed then; no secret
    detail text,
    created_at integer not null,
    expires_at integer not null,
    used_at integer
) strict, without rowid;
create index mail_links_by_user on mail_links (user_id, kind);
create index mail_links_by_end on mail_links (expires_at);
