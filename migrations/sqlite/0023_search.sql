-- The words of lessons, to be found by. Their text stays in `lessons`; this is the index of it, kept by the engine.
create virtual table lesson_words using fts5 (
    title, summary, body, content = 'lessons', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
insert into lesson_words (lesson_words) values ('rebuild');

create trigger lesson_words_added after insert on lessons begin
    insert into lesson_words (rowid, title, summary, body) values (new.id, new.title, new.summary, new.body);
end;
create trigger lesson_words_deleted after delete on lessons begin
    insert into lesson_words (lesson_words, rowid, title, summary, body)
    values ('delete', old.id, old.title, old.summary, old.body);
end;
create trigger lesson_words_changed after update of title, summary, body on lessons begin
    insert into lesson_words (lesson_words, rowid, title, summary, body)
    values ('delete', old.id, old.title, old.summary, old.body);
    insert into lesson_words (rowid, title, summary, body) values (new.id, new.title, new.summary, new.body);
end;
