-- The only thing of the queue that the application may do: add a job. It belongs to the owner, so that weir_app needs
-- no right on the queue's tables. A job that runs now is not added beside itself: it gets all its tries back, and runs
-- once more when it has ended (weir_run_again), because it may have read what has changed since.
create or replace function weir_enqueue(task text, payload json, job_key text default null,
  max_attempts integer default 25, flags text[] default null)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  runs boolean;
begin
  if weir_enqueue.job_key is not null then
    -- Waits for a worker that is just taking the job. Without it the queue would give the job up, as dead, for a new one.
    select j.locked_at is not null into runs
    from graphile_worker._private_jobs j where j.key = weir_enqueue.job_key for update;
  end if;
  if runs then
    update graphile_worker._private_jobs j
    set attempts = 0, max_attempts = weir_enqueue.max_attempts,
      flags = coalesce(j.flags, '{}'::jsonb) || '{"again": true}'::jsonb
    where j.key = weir_enqueue.job_key;
    return;
  end if;
  perform graphile_worker.add_job(weir_enqueue.task, weir_enqueue.payload, job_key => weir_enqueue.job_key,
    max_attempts => weir_enqueue.max_attempts, flags => weir_enqueue.flags);
end
$$;
