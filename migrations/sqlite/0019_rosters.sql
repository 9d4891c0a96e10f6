-- Lists of people that staff import: first read and shown, then done, and for some time to be undone.

create table rosters (
    id integer primary key autoincrement,
    course_id integer not null references courses (id),
    made_by integer not null references users (id),
    made_at integer not null,
    -- the text as it was pasted or read from a file; empty once it is imported
    content text not null,
    -- what its columns say, with commas between; in the order of the text
    columns text not null,
    has_head integer not null check (has_head in (0, 1)),
    -- who is not in it is to be taken out
    is_whole integer not null check (is_whole in (0, 1)),
    imported_at integer,
    undone_at integer,
    -- what came of it
    added integer not null default 0,
    changed integer not null default 0,
    dropped integer not null default 0,
    check (undone_at is null or imported_at is not null),
    check (imported_at is null or content = '')
) strict;
create index rosters_of_course on rosters (course_id, imported_at);
create index rosters_left_behind on rosters (made_at);

-- Of one that is not imported yet: whose addresses are asked for at once.
create table roster_addresses (
    roster_id integer not null references rosters (id) on delete cascade,
    email_key text not null,
    primary key (roster_id, email_key)
) strict, without rowid;

-- Of the last one of a course: what undoing it takes. About an account, or about an address that none had.
create table roster_changes (
    roster_id integer not null references rosters (id) on delete cascade,
    number integer not null,
    change text not null check (change in ('add', 'role', 'drop')),
    user_id integer references users (id),
    email text,
    email_key text,
    name text,
    -- before; none for no place
    was_state text,
    was_role text,
    was_way text,
    was_since integer,
    was_joined_at integer,
    was_words text,
    -- afterwards
    role text not null,
    state text,
    primary key (roster_id, number),
    check ((user_id is null) = (email_key is not null))
) strict, without rowid;
create index roster_changes_by_user on roster_changes (user_id);
create index roster_changes_by_address on roster_changes (email_key);

alter table awaited add column name text;
