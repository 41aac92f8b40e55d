-- For a trigger on the queue's jobs: what was asked for while it ran is queued once more when it has ended. Whoever asks
-- marks the row of the job, and its end deletes the row, so that the one waits for the other and nothing is lost between.
create or replace function weir_run_again()
returns trigger
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  perform graphile_worker.add_job(
    (select t.identifier from graphile_worker._private_tasks t where t.id = old.task_id),
    old.payload,
    queue_name => (select q.queue_name from graphile_worker._private_job_queues q where q.id = old.job_queue_id),
    max_attempts => old.max_attempts::integer,
    job_key => old.key,
    priority => old.priority::integer,
    flags => array(select f from jsonb_object_keys(old.flags) as f where f <> 'again'));
  return null;
end
$$;
