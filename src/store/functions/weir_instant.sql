-- The instant a number of milliseconds after the epoch. A double is exact to less than half a millisecond.
create or replace function weir_instant(ms bigint) returns timestamptz
language sql immutable parallel safe
as $$ select to_timestamp(ms / 1000::double precision)::timestamptz(3) $$;
