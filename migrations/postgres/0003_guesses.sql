-- Tries at somebody's password from one place. The same as for SQLite, with the reasons there.

create table guesses (
    key text primary key not null,
    failures bigint not null,
    last_at bigint not null,
    waits_until bigint not null
);
create index guesses_by_age on guesses (last_at);
