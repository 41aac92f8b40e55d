-- The instant so many milliseconds after the epoch. A double holds each of them to less than a half.
create or replace function weir_instant(ms bigint) returns timestamptz
language sql immutable parallel safe
as $$ select to_timestamp(ms / 1000::double precision)::timestamptz(3) $$;
