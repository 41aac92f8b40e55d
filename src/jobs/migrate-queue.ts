import { makeWorkerUtils } from 'graphile-worker'

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

/** Creates or updates the tables of the job queue, and has what was asked for while it ran run once more. */
export async function migrateQueue(connectionString: string): Promise<void> {
  const utils = await makeWorkerUtils({ connectionString, maxPoolSize: 1 })
  try {
    await utils.migrate()
    await utils.withPgClient((client) => client.query(RUN_AGAIN))
  } finally {
    await utils.release()
  }
}
