-- A job that is asked for while a worker takes it is marked, not given up as dead for a new one.
\ir ../functions/weir_enqueue.sql
\ir ../functions/weir_enqueue_jobs.sql
