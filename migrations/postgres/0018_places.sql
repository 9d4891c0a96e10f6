-- A place in a course in each of its seven states, in the order of the line where there is one; what a course asks of who comes;
-- its join code; and the places of people who have no account yet. The same as for SQLite, with the reasons there.

alter table enrolments drop constraint enrolments_state_check;
alter table enrolments drop constraint enrolments_check;
alter table enrolments add column since bigint;
alter table enrolments add column way text;
alter table enrolments add column line bigint;
alter table enrolments add column offer_ends_at bigint;
alter table enrolments add column words text;
update enrolments set since = coalesce(ended_at, joined_at), state = case state when 'left' then 'dropped' else state end,
    way = case role when 'student' then 'open' when 'owner' then 'made' else 'staff' end;
alter table enrolments drop column ended_at;
alter table enrolments alter column since set not null;
alter table enrolments alter column way set not null;
alter table enrolments alter column joined_at drop not null;
alter table enrolments add check (state in ('invited', 'requested', 'active', 'waitlisted', 'dropped', 'removed', 'blocked'));
alter table enrolments add check (way in ('made', 'open', 'code', 'request', 'invitation', 'roster', 'staff'));
alter table enrolments add check ((state = 'waitlisted') = (line is not null));
alter table enrolments add check (offer_ends_at is null or state = 'waitlisted');
alter table enrolments add check (state <> 'active' or joined_at is not null);
alter table enrolments add check (state <> 'waitlisted' or role = 'student');
create index enrolments_by_state on enrolments (course_id, state, role, offer_ends_at);
create index enrolments_with_offers on enrolments (offer_ends_at);

alter table courses add column approval boolean not null default false;
alter table courses add column joins_from bigint;
alter table courses add column joins_until bigint;
alter table courses add column time_zone text not null default 'UTC';
alter table courses add column capacity bigint check (capacity >= 1);
alter table courses add column waitlist boolean not null default true;
alter table courses add column offer_hours bigint check (offer_hours >= 1);

create table join_codes (
    course_id bigint primary key references courses (id),
    code text not null unique,
    made_at bigint not null,
    ends_at bigint,
    most bigint check (most >= 1),
    used bigint not null
);

create table awaited (
    course_id bigint not null references courses (id),
    email_key text not null,
    email text not null,
    role text not null check (role in ('owner', 'instructor', 'assistant', 'student')),
    way text not null check (way in ('invitation', 'roster', 'staff')),
    since bigint not null,
    primary key (course_id, email_key)
);
create index awaited_by_address on awaited (email_key);
