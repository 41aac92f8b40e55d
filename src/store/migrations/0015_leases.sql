-- Who works on what, so that the work of a process that died is taken up by another one.

-- Workers of the queue. Jobs that a worker holds which was not seen lately are free again.
create table job_workers (
  pool_id text primary key,
  seen_at timestamptz not null
);

-- A move of a sandbox's clock: whose it is, where it goes, and when its owner was last seen, by the database's time.
alter table organizations
  add column clock_mover uuid,
  add column clock_target timestamptz(3),
  add column clock_mover_seen_at timestamptz;

\ir ../functions/weir_enqueue.sql

-- The latest time that a process has told, so that time does not run backwards over a restart. One row.
create table system_clock (
  singleton boolean primary key default true check (singleton),
  latest_at timestamptz(3) not null
);
