-- An answer is kept in the transaction of its write (docs/decisions/0011): no key is without one. Those that are
-- belonged to requests whose answer was lost, and nobody can tell what these had done.
delete from idempotent_answers where status is null or body is null;
alter table idempotent_answers alter column status set not null, alter column body set not null;
