import { Command, InvalidArgumentError, Option } from 'commander'
import { ConfigProblem } from '../boot/config.ts'
import { StartProblem } from '../boot/start-problem.ts'
import { VERSION } from '../boot/version.ts'

/** Runs a command; problems the operator can fix are printed as one sentence, with exit code 1. */
async function attempt(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof StartProblem || error instanceof ConfigProblem)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.')
  return Number(text)
}

const VARIABLES = `
Environment (all optional):
  PORT, HOST              where to listen (3000, 0.0.0.0)
  DATABASE_URL            an external PostgreSQL 14 or later; without it, one is run in the data folder
  WEIR_DATA_DIR           the data folder (./data)
  WEIR_ORG_NAME, WEIR_ORG_EMAIL, WEIR_ORG_PASSWORD, WEIR_ORG_API_KEY
                          the organization that is found or made at start
                          (Lago's LAGO_CREATE_ORG, LAGO_ORG_NAME, LAGO_ORG_USER_EMAIL,
                          LAGO_ORG_USER_PASSWORD and LAGO_ORG_API_KEY are understood too)
  WEIR_SIGN_UP            open or closed: whether strangers may sign up (without it, only the first user)
  ADMIN_API_KEY           opens POST /admin/organizations and the rest of the admin API
  LAGO_API_URL, LAGO_FRONT_URL, LAGO_RSA_PRIVATE_KEY, LAGO_EVENTS_BATCH_MAX_LENGTH, …
                          as with Lago
  WEIR_BODY_MAX_BYTES, WEIR_EVENT_BODY_MAX_BYTES, WEIR_HEADERS_TIMEOUT_SECONDS, WEIR_BODY_TIMEOUT_SECONDS,
  WEIR_IDLE_TIMEOUT_SECONDS
                          what a sender may take: see SECURITY.md
  WEIR_POOL_SIZE, WEIR_WORKER_CONCURRENCY, WEIR_ALLOW_PRIVATE_WEBHOOKS, LOG_LEVEL
`

function addStart(program: Command): void {
  program
    .command('start')
    .description(
      'start the server: API, jobs and clock, with an embedded PostgreSQL unless DATABASE_URL is set',
    )
    .addOption(
      new Option('--role <role>', 'what this process does; several processes share one DATABASE_URL')
        .choices(['all', 'api', 'worker', 'clock'])
        .default('all'),
    )
    .addHelpText('after', VARIABLES)
    .action(async (options: { role: 'all' | 'api' | 'worker' | 'clock' }) => {
      const { start } = await import('./start.ts')
      await attempt(() => start(options.role))
    })
}

function addUpkeep(program: Command): void {
  program
    .command('migrate')
    .description('migrate the database to this version and exit')
    .action(async () => {
      const { runMigrate } = await import('./migrate.ts')
      await attempt(runMigrate)
    })
  program
    .command('doctor')
    .description('check the invariants of the billing data; exit code 1 when one is violated')
    .option('--json', 'print the findings as JSON')
    .action(async (options: { json?: boolean }) => {
      const { doctor } = await import('./doctor.ts')
      await attempt(() => doctor(options.json === true))
    })
}

function addMaking(program: Command): void {
  program
    .command('seed')
    .description('create a demo organization with customers, plans and usage, and print its API key')
    .option('--customers <count>', 'how many customers', wholeNumber, 25)
    .action(async (options: { customers: number }) => {
      const { seed } = await import('./seed.ts')
      await attempt(() => seed(options.customers))
    })
}

function addApiKeys(program: Command): void {
  const apiKey = program.command('api-key').description('manage the API keys of an organization')
  const ofOrganization = (name: string) =>
    apiKey
      .command(name)
      .option('--organization <name or id>', 'the organization; required when there are several')
  ofOrganization('create')
    .description('create an API key with every permission and print it once')
    .option('--name <name>', 'a name for the key')
    .action(async (options: { organization?: string; name?: string }) => {
      const { createKey } = await import('./api-key.ts')
      await attempt(() => createKey(options))
    })
  ofOrganization('list')
    .description('the API keys that work: id, last characters, end, last use, name')
    .action(async (options: { organization?: string }) => {
      const { listKeys } = await import('./api-key.ts')
      await attempt(() => listKeys(options))
    })
  ofOrganization('rotate')
    .argument('<id>', 'the key that is replaced')
    .description('make a key in the place of another one and print it once')
    .option('--overlap <hours>', 'how long the old key works beside the new one', wholeNumber, 24)
    .action(async (id: string, options: { organization?: string; overlap: number }) => {
      const { rotateKey } = await import('./api-key.ts')
      await attempt(() => rotateKey(id, options))
    })
  ofOrganization('revoke')
    .argument('<id>', 'the key that ends')
    .description('end an API key at once')
    .action(async (id: string, options: { organization?: string }) => {
      const { revokeKey } = await import('./api-key.ts')
      await attempt(() => revokeKey(id, options))
    })
}

function addUsers(program: Command): void {
  const user = program.command('user').description('help people who cannot sign in')
  user
    .command('reset-link')
    .argument('<email>', 'the address of the user')
    .description('make a link with which a user sets a new password within a day, and print it once')
    .action(async (email: string) => {
      const { printResetLink } = await import('./user.ts')
      await attempt(() => printResetLink(email))
    })
  user
    .command('owner-link')
    .description(
      'make a link with which the owner of the first organization signs in within a week, and print it once',
    )
    .action(async () => {
      const { printOwnerLink } = await import('./user.ts')
      await attempt(printOwnerLink)
    })
}

function addSecrets(program: Command): void {
  program
    .command('secrets')
    .description('the stored secrets of payment providers')
    .command('rotate')
    .description('encrypt them with WEIR_ENCRYPTION_KEY; earlier keys are in WEIR_ENCRYPTION_KEYS_OLD')
    .action(async () => {
      const { runRotateSecrets } = await import('./secrets.ts')
      await attempt(runRotateSecrets)
    })
}

/** Runs the command line; `argv` is the process's own. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('weir')
    .description('Weir: metering and usage-based billing with a Lago-compatible API')
    .version(VERSION)
    .showHelpAfterError('(see weir --help)')
  addStart(program)
  addUpkeep(program)
  addMaking(program)
  addApiKeys(program)
  addUsers(program)
  addSecrets(program)
  await program.parseAsync([...argv])
}
