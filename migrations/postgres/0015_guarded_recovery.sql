-- What getting an account back, or taking it over, is measured by.

-- when an admin, or whoever runs the server, said whose account it is; none: its person made it themselves
alter table users add column vouched_at bigint;
-- until when it was an admin's
alter table users add column admin_until bigint;
-- whoever has a role was given it, and whoever used a set-up link got it from somebody who looks after the site
update users set vouched_at = created_at
where role <> 'student'
   or exists (select 1 from set_up_links l where l.user_id = users.id and l.used_at is not null);

-- the address the mail went to, in the form it is found by
alter table mail_links add column sent_to text;
-- a notice that takes somebody who was let in; none for other links
alter table mail_links add column of_insider boolean;

-- the sign-in that a new seed is shown to; none once its first code was entered
alter table code_apps add column sign_in_id bigint;

-- the account's epoch when the code was sent; none where there is no account
alter table one_time_codes add column epoch bigint;
