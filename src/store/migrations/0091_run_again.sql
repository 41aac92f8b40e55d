-- A job that is asked for while it runs is run once more.
\ir ../functions/weir_run_again.sql
revoke all on function weir_run_again() from public;
\ir ../functions/weir_enqueue.sql
\ir ../functions/weir_enqueue_jobs.sql
