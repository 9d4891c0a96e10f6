-- Words are found without their accents here already (0023); since then PostgreSQL does so as well. The index is put in order meanwhile.
insert into lesson_words (lesson_words) values ('optimize');
