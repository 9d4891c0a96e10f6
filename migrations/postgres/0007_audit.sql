-- What happened, who did it, on what, from where. The same as for SQLite, with the reasons there.

create table audit_events (
    seq bigint primary key,
    at bigint not null,
    event text not null,
    actor_kind text not null check (actor_kind in ('person', 'visitor', 'system')),
    actor_id bigint references users (id),
    about_id bigint references users (id),
    object_kind text check (object_kind in ('course', 'lesson', 'sign_in', 'audit')),
    object_id bigint,
    place_digest text not null,
    change_digest text not null,
    hash text not null,
    check ((actor_kind = 'person') = (actor_id is not null)),
    check ((object_kind is null) = (object_id is null))
);
create index audit_events_by_about on audit_events (about_id, seq);
create index audit_events_by_actor on audit_events (actor_id, seq);
create index audit_events_by_event on audit_events (event, seq);
create index audit_events_by_time on audit_events (at);

create table audit_details (
    seq bigint not null references audit_events (seq),
    kind text not null check (kind in ('place', 'change')),
    salt text not null,
    content text not null,
    primary key (seq, kind)
);
create index audit_details_by_kind on audit_details (kind, seq);

create table audit_head (
    one bigint primary key check (one = 1),
    seq bigint not null,
    hash text not null
);

create function audit_only_grows() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is only added to';
end;
$$;
create trigger audit_events_stay_as_they_are before update or delete on audit_events
    for each row execute function audit_only_grows();
create trigger audit_details_stay_as_they_are before update on audit_details
    for each row execute function audit_only_grows();
