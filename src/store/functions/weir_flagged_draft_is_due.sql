-- Schedules the rebuild of a draft when it is flagged, so that neither the flag nor the due item exists without the
-- other.
create or replace function weir_flagged_draft_is_due() returns trigger
language plpgsql
as $$
begin
  insert into due_items (organization_id, id, kind, subject_id, due_at)
  select new.organization_id, gen_random_uuid(), 'draft_refresh', new.id, coalesce(o.clock_at, now())
  from organizations o where o.id = new.organization_id
  on conflict (organization_id, kind, subject_id) do nothing;
  return null;
end
$$;
