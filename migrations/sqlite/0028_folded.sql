-- Names and what courses are about as they are looked for: without capitals and accents (src/folded.rs). SQLite's lower() knows A to Z alone.
-- What is not folded yet the next start folds (src/db/folding.rs).
alter table users add column name_folded text not null default '';
drop index users_by_name;
create index users_by_name on users (name_folded, id);
alter table courses add column words_folded text not null default '';
