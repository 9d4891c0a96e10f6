-- What the lab takes back before its readers' eyes: rows of its own, for a second each.
create table lab_sign_ins (
    id bigint primary key,
    person_epoch bigint not null,
    ended_at bigint,
    expires_at bigint not null
);
