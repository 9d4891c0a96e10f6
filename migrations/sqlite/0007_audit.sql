-- What happened, who did it, on what, from where. Rows are added and never changed; each holds the digest of the one before.

create table audit_events (
    -- 1, 2, 3, ... without a gap
    seq integer primary key,
    at integer not null,
    -- in the words of the OWASP logging vocabulary
    event text not null,
    actor_kind text not null check (actor_kind in ('person', 'visitor', 'system')),
    actor_id integer references users (id),
    -- whose account it happened to
    about_id integer references users (id),
    object_kind text check (object_kind in ('course', 'lesson', 'sign_in', 'audit')),
    object_id integer,
    -- digests of what stands in audit_details: it may be deleted, and never be changed
    place_digest text not null,
    change_digest text not null,
    -- SHA-256 of all of the above and of the row before
    hash text not null,
    check ((actor_kind = 'person') = (actor_id is not null)),
    check ((object_kind is null) = (object_id is null))
) strict;
create index audit_events_by_about on audit_events (about_id, seq);
create index audit_events_by_actor on audit_events (actor_id, seq);
create index audit_events_by_event on audit_events (event, seq);
create index audit_events_by_time on audit_events (at);

-- What may have to be forgotten: from where (address, browser), and what was so before and after.
create table audit_details (
    seq integer not null references audit_events (seq),
    kind text not null check (kind in ('place', 'change')),
    -- random, so that a digest tells nothing about what was deleted
    salt text not null,
    -- JSON
    content text not null,
    primary key (seq, kind)
) strict, without rowid;
create index audit_details_by_kind on audit_details (kind, seq);

-- The last row as it was written: one that is cut off is missed.
create table audit_head (
    one integer primary key check (one = 1),
    seq integer not null,
    hash text not null
) strict;

create trigger audit_events_stay_as_they_are before update on audit_events
begin
    select raise(abort, 'the audit log is only added to');
end;
create trigger audit_events_stay before delete on audit_events
begin
    select raise(abort, 'the audit log is only added to');
end;
create trigger audit_details_stay_as_they_are before update on audit_details
begin
    select raise(abort, 'the audit log is only added to');
end;
