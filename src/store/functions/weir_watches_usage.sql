-- Whether anything in the organization reacts to new events.
create or replace function weir_watches_usage() returns boolean
language sql stable
as $$
  select exists (select from usage_thresholds where deleted_at is null)
    or exists (select from alerts where deleted_at is null and external_subscription_id is not null)
    or exists (select from wallets where status = 'active')
$$;
