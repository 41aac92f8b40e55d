-- The number in a property text, or null.
create or replace function weir_numeric(value text) returns numeric
language sql immutable parallel safe
as $$
  select case when length(value) <= 2000 and value ~ '^-?[0-9]+(\.[0-9]+)?$' then value::numeric end
$$;
