-- A digest of a text of any size, small enough for an index.
create or replace function weir_digest(value text) returns bytea
language sql immutable parallel safe
as $$ select sha256(convert_to(value, 'UTF8')) $$;
