-- What a sign-in is called, when it was last proven, what its forms are marked with, and how it gets a new id. The same as for
-- SQLite, with the reasons there.

alter table sign_ins drop constraint sign_ins_how_check;
alter table sign_ins drop constraint sign_ins_ended_why_check;
alter table sign_ins add column remembered boolean not null default false;
alter table sign_ins alter column remembered drop default;
alter table sign_ins add column name text;
alter table sign_ins add column proven_at bigint;
update sign_ins set proven_at = created_at;
alter table sign_ins alter column proven_at set not null;
-- two random UUIDs have 244 random bits
alter table sign_ins add column form_key text;
update sign_ins set form_key = gen_random_uuid()::text || gen_random_uuid()::text;
alter table sign_ins alter column form_key set not null;
alter table sign_ins add column id_is_due boolean not null default false;
alter table sign_ins alter column id_is_due drop default;
alter table sign_ins add column earlier_id_digest text;
alter table sign_ins add column earlier_id_until bigint;
alter table sign_ins add check ((earlier_id_digest is null) = (earlier_id_until is null));
create index sign_ins_by_earlier_id on sign_ins (earlier_id_digest);
create index sign_ins_by_end on sign_ins (absolute_ends_at);
