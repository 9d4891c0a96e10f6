-- From where somebody signed in: the address it was last seen from changes with whoever has the session. And where a sign-in's person last proved who they are: SHA-256 of place and browser. Elsewhere the proof does not count.

alter table sign_ins add column proven_from_digest text;
alter table sign_ins add column first_address text;
-- and from where the session id before the last new one still reads
alter table sign_ins add column earlier_id_from_digest text;
