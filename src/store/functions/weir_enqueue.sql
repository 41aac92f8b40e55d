-- Queues a job in the caller's transaction. The tables of the queue belong to the owner and are closed to weir_app.
-- The flags identify the organization and endpoint, so that a worker can skip those that have used up their share.
create or replace function weir_enqueue(task text, payload json, job_key text default null,
  max_attempts integer default 25, flags text[] default null)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform graphile_worker.add_job(weir_enqueue.task, weir_enqueue.payload, job_key => weir_enqueue.job_key,
    max_attempts => weir_enqueue.max_attempts, flags => weir_enqueue.flags);
end
$$;
