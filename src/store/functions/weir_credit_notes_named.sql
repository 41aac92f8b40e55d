-- The credit notes of the organization with a number that is like a pattern, of a customer with such a name, or with an id
-- between two, all or so many of each kind, for the same reason a function of the owner as weir_invoices_named. A number is
-- the invoice's with a suffix such as -CN001: what is not within the suffix begins within the number of the invoice, where
-- an index finds it.
create or replace function weir_credit_notes_named(
  pattern text, most integer default null, first_id uuid default null, last_id uuid default null) returns setof uuid
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
  org constant uuid := weir_organization_id();
  small constant text := lower(pattern);
  -- What is left of it without what may be the beginning of a suffix: the number of the invoice has that, at least.
  of_invoice constant text := regexp_replace(small, '-(cn[0-9]*|c)?%$', '%');
begin
  if org is null then
    return;
  end if;
  return query
  select n.id from credit_notes n
  where n.organization_id = org and n.customer_id = any (array(select weir_customers_named(pattern)))
  limit most;
  return query
  select n.id
  from invoices i
  join credit_notes n on n.organization_id = org and n.invoice_id = i.id
  where i.organization_id = org and i.number <> '' and i.number ilike of_invoice
    and i.number || '-CN' || lpad(n.sequential_id::text, greatest(3, length(n.sequential_id::text)), '0') ilike pattern
  limit most;
  if small ~ '^%-?(cn|c|n)?[0-9]*%$' then
    return query
    select n.id from credit_notes n
    where n.organization_id = org
      and '-CN' || lpad(n.sequential_id::text, greatest(3, length(n.sequential_id::text)), '0') ilike pattern
    limit most;
  end if;
  if first_id is not null then
    return query
    select n.id from credit_notes n where n.organization_id = org and n.id between first_id and last_id limit most;
  end if;
end
$$;
