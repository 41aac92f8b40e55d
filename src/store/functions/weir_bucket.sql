-- The digest of a list of texts, so that values of any size fit an index. The server computes the same digest when it
-- stores events.
create or replace function weir_bucket(dimensions text[]) returns uuid
language sql immutable parallel safe
as $$
  select md5(coalesce(string_agg(case when value is null then '-' else octet_length(value) || ':' || value end, ','
    order by position), ''))::uuid
  from unnest(dimensions) with ordinality as each (value, position)
$$;
