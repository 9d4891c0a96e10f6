-- An account that its person deleted: the row stays, without a name, for what hangs on it.

alter table users add column deleted_at bigint;
