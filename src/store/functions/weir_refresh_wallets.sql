-- Schedules a refresh of the ongoing balances of customers, one item for each that has an active wallet. An item that
-- waits keeps its instant.
create or replace function weir_refresh_wallets(organization uuid, customers uuid[], at timestamptz) returns void
language sql
as $$
  insert into due_items as kept (organization_id, id, kind, subject_id, due_at)
  select organization, gen_random_uuid(), 'wallet_refresh', c.id, at
  from (select distinct id from unnest(customers) as id order by id) as c
  where exists (
    select from wallets w
    where w.organization_id = organization and w.customer_id = c.id and w.status = 'active')
  on conflict (organization_id, kind, subject_id) do update set
    due_at = least(kept.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null
$$;
