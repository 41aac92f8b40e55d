-- The organization set for the transaction, or null.
create or replace function weir_organization_id() returns uuid
language sql stable parallel safe
as $$ select nullif(current_setting('weir.organization_id', true), '')::uuid $$;
