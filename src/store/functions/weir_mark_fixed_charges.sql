-- Keeps on a plan whether it has fixed charges in advance: whatever starts a subscription asks, and should not have to
-- read them.
create or replace function weir_mark_fixed_charges() returns trigger
language plpgsql
as $$
begin
  update plans p set has_fixed_charges_in_advance = not p.has_fixed_charges_in_advance
  where p.organization_id = new.organization_id and p.id = new.plan_id and p.has_fixed_charges_in_advance <> exists (
    select from fixed_charges f
    where f.organization_id = p.organization_id and f.plan_id = p.id and f.pay_in_advance and f.deleted_at is null
  );
  return null;
end
$$;
