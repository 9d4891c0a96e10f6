-- The private address of a person's calendar. The same as for SQLite, with the reasons there.
create table calendar_feeds (
    user_id bigint primary key references users (id) on delete cascade,
    token_digest text not null unique,
    token text not null,
    made_at bigint not null,
    read_at bigint
);
