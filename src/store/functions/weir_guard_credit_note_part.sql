-- Rejects adding, changing and deleting items and taxes of a credit note that another transaction made final.
create or replace function weir_guard_credit_note_part() returns trigger
language plpgsql
as $$
declare
  sealed uuid;
begin
  select n.id into sealed
  from credit_notes n
  where n.organization_id = case tg_op when 'DELETE' then old.organization_id else new.organization_id end
    and n.id = any (array[
      case when tg_op <> 'INSERT' then old.credit_note_id end, case when tg_op <> 'DELETE' then new.credit_note_id end
    ])
    and n.status = 'finalized' and n.sealed_in <> pg_current_xact_id()
  limit 1;
  if sealed is not null then
    if tg_op = 'DELETE' then
      if weir_is_removed(old.organization_id) then
        return old;
      end if;
    end if;
    raise exception 'credit note % is final: its % cannot change', sealed, tg_table_name;
  end if;
  return case tg_op when 'DELETE' then old else new end;
end
$$;
