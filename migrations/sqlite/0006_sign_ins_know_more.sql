-- What a sign-in is called, when it was last proven, what its forms are marked with, and how it gets a new id. Made anew,
-- since SQLite cannot take a check away: how one began and why it ended are listed in the code that writes them.

create table sign_ins_anew (
    -- random, since the session record is written first
    id integer primary key,
    user_id integer not null references users (id),
    -- the account's epoch when this was made or last renewed
    epoch integer not null,
    how text not null,
    -- 1: one proof, 2: two, or one that is two in itself
    level integer not null check (level in (1, 2)),
    -- lasts longer, and is never worth more than one proof
    remembered integer not null check (remembered in (0, 1)),
    -- what its person calls the device
    name text,
    address text not null,
    user_agent text not null,
    created_at integer not null,
    -- when its person last proved who they are, with it or inside it
    proven_at integer not null,
    last_seen_at integer not null,
    -- moves with use
    idle_ends_at integer not null,
    -- never moves on
    absolute_ends_at integer not null,
    -- what the forms of its pages are marked with is made from this
    form_key text not null,
    -- its role or level changed: the next request gets a new session id
    id_is_due integer not null check (id_is_due in (0, 1)),
    -- SHA-256 of the session id before the last new one, which still reads until a moment
    earlier_id_digest text,
    earlier_id_until integer,
    ended_at integer,
    ended_why text,
    check ((ended_at is null) = (ended_why is null)),
    check ((earlier_id_digest is null) = (earlier_id_until is null))
) strict;
insert into sign_ins_anew (id, user_id, epoch, how, level, remembered, address, user_agent, created_at, proven_at, last_seen_at,
                           idle_ends_at, absolute_ends_at, form_key, id_is_due, ended_at, ended_why)
select id, user_id, epoch, how, level, 0, address, user_agent, created_at, created_at, last_seen_at,
       idle_ends_at, absolute_ends_at, lower(hex(randomblob(32))), 0, ended_at, ended_why from sign_ins;
drop table sign_ins;
alter table sign_ins_anew rename to sign_ins;
create index sign_ins_by_user on sign_ins (user_id, ended_at);
create index sign_ins_by_earlier_id on sign_ins (earlier_id_digest);
-- what is long over is found by its last possible moment
create index sign_ins_by_end on sign_ins (absolute_ends_at);
