-- Whether an event that was set aside is the first that its bucket is charged for: it pays the first flat amount.
alter table advance_asides add column is_first boolean not null default false;
