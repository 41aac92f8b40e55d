-- When the provider says that the present status of a dispute came to be: an older message does not change it. What was
-- told before this column is as old as its row.
alter table payment_disputes add column told_at timestamptz(3);
update payment_disputes set told_at = coalesce(closed_at, opened_at);
alter table payment_disputes alter column told_at set not null;
