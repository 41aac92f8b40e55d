-- Whether the parts of an invoice cannot change: it is final, and it was another transaction that made it so.
create or replace function weir_is_sealed(organization uuid, invoice uuid) returns boolean
language sql stable
as $$
  select coalesce((
    select i.status in ('finalized', 'voided') and i.sealed_in <> pg_current_xact_id()
    from invoices i
    where i.organization_id = organization and i.id = invoice), false)
$$;
