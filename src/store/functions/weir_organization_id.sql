-- The organization that the transaction has stated, or null.
create or replace function weir_organization_id() returns uuid
language sql stable parallel safe
as $$ select nullif(current_setting('weir.organization_id', true), '')::uuid $$;
