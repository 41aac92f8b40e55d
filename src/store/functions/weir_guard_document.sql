-- A document's model never changes, and neither does the file of one that is ready.
create or replace function weir_guard_document() returns trigger
language plpgsql
as $$
begin
  if new.model::text is distinct from old.model::text then
    raise exception 'the model of document % cannot change', old.id;
  end if;
  if old.status = 'ready' and (new.status, new.content_sha256) is distinct from (old.status, old.content_sha256) then
    raise exception 'document % is ready and cannot change', old.id;
  end if;
  return new;
end
$$;
