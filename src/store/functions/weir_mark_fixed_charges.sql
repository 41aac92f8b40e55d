-- Keeps on a plan whether it has fixed charges, and whether some are in advance: whatever starts a subscription asks, and
-- should not have to read them.
create or replace function weir_mark_fixed_charges() returns trigger
language plpgsql
as $$
begin
  update plans p set has_fixed_charges = found.has_any, has_fixed_charges_in_advance = found.has_advance
  from (
    select count(*) > 0 as has_any, coalesce(bool_or(f.pay_in_advance), false) as has_advance
    from fixed_charges f
    where f.organization_id = new.organization_id and f.plan_id = new.plan_id and f.deleted_at is null
  ) as found
  where p.organization_id = new.organization_id and p.id = new.plan_id
    and (p.has_fixed_charges, p.has_fixed_charges_in_advance) is distinct from (found.has_any, found.has_advance);
  return null;
end
$$;
