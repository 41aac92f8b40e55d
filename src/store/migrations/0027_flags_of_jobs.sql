-- A queued job says whose it is, so that a worker can pass over what has its share already.
drop function weir_enqueue(text, json, text, integer);
create function weir_enqueue(task text, payload json, key text default null, tries integer default 25,
  flags text[] default null)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform graphile_worker.add_job(task, payload, job_key => key, max_attempts => tries, flags => flags);
end
$$;
revoke all on function weir_enqueue(text, json, text, integer, text[]) from public;
grant execute on function weir_enqueue(text, json, text, integer, text[]) to weir_app;
