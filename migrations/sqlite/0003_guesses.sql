-- Tries at somebody's password from one place: the more of them failed, the longer the next one waits.

create table guesses (
    -- digest of what is guessed at and from where: no address of either kind stands here
    key text primary key not null,
    failures integer not null,
    last_at integer not null,
    -- no try is taken before
    waits_until integer not null
) strict, without rowid;
create index guesses_by_age on guesses (last_at);
