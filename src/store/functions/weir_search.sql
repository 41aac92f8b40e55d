-- Finds what a text names, for the palette of the dashboard: at most so many of each kind, the best first (0 is a
-- whole match, 1 one at the beginning, 2 any other). It belongs to the owner, because row-level security keeps indexes
-- from being used for LIKE; so every query names the organization itself.
-- `words` and `typed` are the text in small letters, by all letters or by those of ASCII alone, as patterns.
create or replace function weir_search(kinds text[], given text, words text, typed text, of_id uuid, most integer)
returns table (kind text, id uuid, identifier text, name text, detail text, rank integer)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
  org constant uuid := weir_organization_id();
  -- So many matches are ranked: a text that half of the customers have is no search.
  ranked constant integer := 500;
  whole constant text := lower(given);
  number_prefix constant text := upper(given);
  note_of constant text[] := regexp_match(upper(given), '^(.+)-CN(\d*)$');
begin
  if org is null then
    return;
  end if;
  if 'customer' = any (kinds) then
    return query
    select 'customer', f.id, f.external_id,
      coalesce(nullif(f.name, ''), nullif(f.legal_name, ''), nullif(concat_ws(' ', f.firstname, f.lastname), '')),
      f.email,
      case when f.id = of_id or lower(f.external_id) = whole or lower(f.email) = whole or lower(f.name) = whole then 0
        when starts_with(lower(f.external_id), whole) or starts_with(lower(f.name), whole) then 1 else 2 end as best
    from (
      (select c.id from customers c
        where c.organization_id = org and c.deleted_at is null and (c.id = of_id or c.external_id = given))
      union
      (select c.id from customers c
        where c.organization_id = org and c.deleted_at is null and (
          (' ' || lower(coalesce(c.name, '') || ' ' || c.external_id || ' ' || coalesce(c.email, '') || ' ' ||
            coalesce(c.legal_name, '') || ' ' || coalesce(c.firstname, '') || ' ' || coalesce(c.lastname, '')))
            like words
          or (' ' || lower(coalesce(c.name, '') || ' ' || c.external_id || ' ' || coalesce(c.email, '') || ' ' ||
            coalesce(c.legal_name, '') || ' ' || coalesce(c.firstname, '') || ' ' || coalesce(c.lastname, '')))
            like typed)
        limit ranked)
    ) m
    join customers f on f.organization_id = org and f.id = m.id
    order by best, f.created_at desc, f.id limit most;
  end if;
  if 'subscription' = any (kinds) then
    return query
    select 'subscription', f.id, f.external_id, coalesce(nullif(f.name, ''), p.name), f.status,
      case when f.id = of_id or lower(f.external_id) = whole or lower(f.name) = whole then 0
        when starts_with(lower(f.external_id), whole) or starts_with(lower(f.name), whole) then 1 else 2 end as best
    from (
      (select s.id from subscriptions s where s.organization_id = org and s.id = of_id)
      union
      (select s.id from subscriptions s where s.organization_id = org and s.external_id = given)
      union
      (select s.id from subscriptions s
        where s.organization_id = org and (
          (' ' || lower(coalesce(s.name, '') || ' ' || s.external_id)) like words
          or (' ' || lower(coalesce(s.name, '') || ' ' || s.external_id)) like typed)
        limit ranked)
    ) m
    join subscriptions f on f.organization_id = org and f.id = m.id
    join plans p on p.organization_id = org and p.id = f.plan_id
    order by best, f.status <> 'active', f.created_at desc, f.id limit most;
  end if;
  -- An organization has few of these.
  return query
  select f.kind, f.id, f.code, f.name, null::text, f.best
  from (
    select c.*, row_number() over (partition by c.kind order by c.best, c.created_at desc, c.id) as place
    from (
      select n.*, case when n.id = of_id or lower(n.code) = whole or lower(n.name) = whole then 0
        when starts_with(lower(n.code), whole) or starts_with(lower(n.name), whole) then 1 else 2 end as best
      from (
        select 'plan' as kind, a.id, a.code, a.name, a.created_at from plans a
        where a.organization_id = org and a.deleted_at is null and a.parent_id is null and 'plan' = any (kinds)
        union all
        select 'billable_metric', a.id, a.code, a.name, a.created_at from billable_metrics a
        where a.organization_id = org and a.deleted_at is null and 'billable_metric' = any (kinds)
        union all
        select 'coupon', a.id, a.code, a.name, a.created_at from coupons a
        where a.organization_id = org and a.deleted_at is null and 'coupon' = any (kinds)
        union all
        select 'add_on', a.id, a.code, a.name, a.created_at from add_ons a
        where a.organization_id = org and a.deleted_at is null and 'add_on' = any (kinds)
        union all
        select 'feature', a.id, a.code, a.name, a.created_at from features a
        where a.organization_id = org and a.deleted_at is null and 'feature' = any (kinds)
      ) n
      where n.id = of_id or (' ' || lower(n.name || ' ' || n.code)) like words
        or (' ' || lower(n.name || ' ' || n.code)) like typed
    ) c
  ) f
  where f.place <= most;
  if 'invoice' = any (kinds) then
    return query
    select 'invoice', f.id, f.number, coalesce(nullif(c.name, ''), c.external_id), f.status,
      case when f.id = of_id or upper(f.number) = number_prefix then 0 else 1 end as best
    from (
      (select i.id from invoices i where i.organization_id = org and i.id = of_id)
      union
      (select i.id from invoices i
        where i.organization_id = org and i.number <> '' and upper(i.number) ~>=~ number_prefix
          and upper(i.number) ~<~ (number_prefix || chr(1114111))
        limit ranked)
    ) m
    join invoices f on f.organization_id = org and f.id = m.id
    join customers c on c.organization_id = org and c.id = f.customer_id
    where f.status in ('draft', 'finalized', 'voided', 'failed', 'pending')
    order by best, f.created_at desc, f.id limit most;
  end if;
  if 'credit_note' = any (kinds) and (of_id is not null or note_of is not null) then
    return query
    select 'credit_note', n.id, i.number || '-CN' || lpad(n.sequential_id::text, greatest(3, length(n.sequential_id::text)), '0'),
      coalesce(nullif(c.name, ''), c.external_id), n.status, case when n.id = of_id then 0 else 1 end as best
    from credit_notes n
    join invoices i on i.organization_id = org and i.id = n.invoice_id
    join customers c on c.organization_id = org and c.id = n.customer_id
    where n.organization_id = org and (n.id = of_id or n.invoice_id in (
      select v.id from invoices v where v.organization_id = org and v.number <> '' and upper(v.number) ~>=~ note_of[1]
        and upper(v.number) ~<=~ note_of[1])
      and starts_with(lpad(n.sequential_id::text, greatest(3, length(n.sequential_id::text)), '0'), note_of[2]))
    order by best, n.created_at desc, n.id limit most;
  end if;
end
$$;
