-- Messages of a billing run are queued together.
\ir ../functions/weir_enqueue_jobs.sql
revoke all on function weir_enqueue_jobs(text, json, integer) from public;
grant execute on function weir_enqueue_jobs(text, json, integer) to weir_app;
