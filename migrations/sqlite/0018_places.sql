-- A place in a course in each of its seven states, in the order of the line where there is one; what a course asks of who comes;
-- its join code; and the places of people who have no account yet.

create table places (
    course_id integer not null references courses (id),
    user_id integer not null references users (id),
    role text not null check (role in ('owner', 'instructor', 'assistant', 'student')),
    state text not null check (state in ('invited', 'requested', 'active', 'waitlisted', 'dropped', 'removed', 'blocked')),
    -- when the state began
    since integer not null,
    -- when they were let in, the last time; none for who never was
    joined_at integer,
    -- by which way they came, the last time
    way text not null check (way in ('made', 'open', 'code', 'request', 'invitation', 'roster', 'staff')),
    -- who waits longer has the smaller number
    line integer,
    -- a seat is kept for them until then
    offer_ends_at integer,
    -- what they said when they asked
    words text,
    primary key (course_id, user_id),
    check ((state = 'waitlisted') = (line is not null)),
    check (offer_ends_at is null or state = 'waitlisted'),
    check (state <> 'active' or joined_at is not null),
    check (state <> 'waitlisted' or role = 'student')
) strict, without rowid;
insert into places (course_id, user_id, role, state, since, joined_at, way)
    select course_id, user_id, role, case state when 'left' then 'dropped' else state end, coalesce(ended_at, joined_at), joined_at,
           case role when 'student' then 'open' when 'owner' then 'made' else 'staff' end from enrolments;
drop table enrolments;
alter table places rename to enrolments;
create index enrolments_by_user on enrolments (user_id, state);
-- seats are counted, and the line is read, on every page of a course
create index enrolments_by_state on enrolments (course_id, state, role, offer_ends_at);
create index enrolments_with_offers on enrolments (offer_ends_at);

-- who comes by themselves is let in by staff
alter table courses add column approval integer not null default 0 check (approval in (0, 1));
-- between these they may come
alter table courses add column joins_from integer;
alter table courses add column joins_until integer;
-- an IANA name: what a clock in the course shows
alter table courses add column time_zone text not null default 'UTC';
-- seats for students; none: as many as come
alter table courses add column capacity integer check (capacity >= 1);
-- who comes when all seats are taken waits in line
alter table courses add column waitlist integer not null default 1 check (waitlist in (0, 1));
-- hours in which a free seat is kept for the first in line; none: they get it at once
alter table courses add column offer_hours integer check (offer_hours >= 1);

-- One for each course that has one. It is kept as it is, for staff to show it again.
create table join_codes (
    course_id integer primary key references courses (id),
    code text not null unique,
    made_at integer not null,
    ends_at integer,
    -- people it lets in, and has
    most integer check (most >= 1),
    used integer not null
) strict;

-- Places of people whose address no account has yet.
create table awaited (
    course_id integer not null references courses (id),
    email_key text not null,
    email text not null,
    role text not null check (role in ('owner', 'instructor', 'assistant', 'student')),
    way text not null check (way in ('invitation', 'roster', 'staff')),
    since integer not null,
    primary key (course_id, email_key)
) strict, without rowid;
create index awaited_by_address on awaited (email_key);
