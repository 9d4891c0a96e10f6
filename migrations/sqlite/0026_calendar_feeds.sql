-- The private address of a person's calendar, which programs read that do not sign in.
create table calendar_feeds (
    user_id integer primary key not null references users (id) on delete cascade,
    -- what stands in the address, as its digest, and sealed with the site's key, to be shown to its person again
    token_digest text not null unique,
    token text not null,
    made_at integer not null,
    -- to the hour; none: never
    read_at integer
) strict;
