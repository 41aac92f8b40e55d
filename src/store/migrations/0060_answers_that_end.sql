-- Answers of requests with an Idempotency-Key are deleted after a time (docs/decisions/0011); the old ones are found by
-- their age, in all organizations at once.
create index idempotent_answers_created_at on idempotent_answers (created_at);
