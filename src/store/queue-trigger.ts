import pg from 'pg'

/** Only where it is missing: another process may be working on these jobs. */
const RUN_AGAIN = `
  do $$
  begin
    if not exists (
      select from pg_trigger
      where tgname = 'weir_run_again' and tgrelid = 'graphile_worker._private_jobs'::regclass
    ) then
      create trigger weir_run_again after delete on graphile_worker._private_jobs
      for each row when (old.flags ? 'again') execute function weir_run_again();
    end if;
  exception when duplicate_object then
    null;
  end
  $$`

/** Has jobs that were asked for while they ran run once more. For tables of the queue that are there. */
export async function addQueueTrigger(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'weir migrate' })
  await client.connect()
  try {
    await client.query(RUN_AGAIN)
  } finally {
    await client.end()
  }
}
