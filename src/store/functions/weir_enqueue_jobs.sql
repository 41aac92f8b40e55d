-- Adds jobs of one task, like weir_enqueue, in a fixed number of statements for any number of them: the queue's own
-- function writes the task again for every call. `jobs` is a list of {payload, key, flags, run_at}; no key comes twice,
-- and without a time they run at once.
create or replace function weir_enqueue_jobs(task text, jobs json, max_attempts integer)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  running text[];
begin
  -- Waits for workers that are just taking one of them, like weir_enqueue.
  perform from graphile_worker._private_jobs j
  where j.key in (select n.key from json_to_recordset(weir_enqueue_jobs.jobs) as n (key text))
  order by j.key for update;
  with again as (
    update graphile_worker._private_jobs j
    set attempts = 0, max_attempts = weir_enqueue_jobs.max_attempts,
      flags = coalesce(j.flags, '{}'::jsonb) || '{"again": true}'::jsonb
    from json_to_recordset(weir_enqueue_jobs.jobs) as n (key text)
    where j.key = n.key and j.locked_at is not null
    returning j.key
  )
  select coalesce(array_agg(again.key), '{}') into running from again;
  perform graphile_worker.add_jobs(array(
    select (weir_enqueue_jobs.task, n.payload, n.queue, n.run_at, weir_enqueue_jobs.max_attempts, n.key, null,
      n.flags)::graphile_worker.job_spec
    from json_to_recordset(weir_enqueue_jobs.jobs) as n (payload json, key text, flags text[],
      run_at timestamptz, queue text)
    where n.key <> all (running)));
end
$$;
