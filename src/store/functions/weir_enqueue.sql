-- Queues a job in the caller's transaction. The tables of the queue belong to the owner and are closed to weir_app. The
-- flags say for whom the job is, so that a worker can pass over an organization that has its share already.
create or replace function weir_enqueue(task text, payload json, key text default null, tries integer default 25,
  flags text[] default null)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform graphile_worker.add_job(task, payload, job_key => key, max_attempts => tries, flags => flags);
end
$$;
