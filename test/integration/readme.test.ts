import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { PROCESS_KEY, WeirProcess } from '../support/weir-process.ts'

const ROOT = join(import.meta.dirname, '../..')
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const PATIENCE_MS = 120_000

/** The commands of a section, as a newcomer copies them. */
function commandsOf(section: string): string {
  const [, text = ''] = README.split(`\n## ${section}\n`)
  const [, commands] = /```sh\n([\s\S]*?)```/.exec(text.split('\n## ')[0] ?? '') ?? []
  if (commands === undefined) throw new Error(`${section} has no commands`)
  return commands
}

/** `npm run fake-stripe`, and the variables with which it says that Weir is to be started. */
async function startFakeStripe(): Promise<{ child: ChildProcess; env: Record<string, string> }> {
  const script = join(ROOT, 'test/fakes/serve-stripe.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', script, '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the fake Stripe ended with ${code}: ${told}`)))
    child.stdout.on('data', (chunk) => {
      told += String(chunk)
      const [, allowed, hosts] =
        /(?:WEIR_ALLOW_FAKE_PROVIDERS=(\S+)) WEIR_PROVIDER_HOSTS='(.+)' npm start/.exec(told) ?? []
      if (allowed === undefined || hosts === undefined) return
      resolve({ child, env: { WEIR_ALLOW_FAKE_PROVIDERS: allowed, WEIR_PROVIDER_HOSTS: hosts } })
    })
  })
}

describe('the commands of the README', () => {
  let database: FreshDatabase
  let stripe: ChildProcess
  let weir: WeirProcess
  beforeAll(async () => {
    database = await freshDatabase()
    const fake = await startFakeStripe()
    stripe = fake.child
    weir = await WeirProcess.start({
      DATABASE_URL: database.url,
      WEIR_ENCRYPTION_KEY: Buffer.alloc(32, 9).toString('base64'),
      ...fake.env,
    })
  })
  afterAll(async () => {
    await weir?.kill()
    stripe?.kill()
    await database?.drop()
  })

  it('lead to an invoice, and to one that is paid through Stripe', async () => {
    const script = [commandsOf('Your first invoice'), commandsOf('Your first paid invoice')]
      .join('\n')
      .replaceAll('http://localhost:3000', weir.url)
      .replace(/^KEY=.*$/m, `KEY=${PROCESS_KEY}`)
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { timeout: PATIENCE_MS })
    const answers = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
    expect(answers.filter((answer) => 'error' in answer)).toEqual([])
    expect(answers.find((answer) => 'customer_usage' in answer).customer_usage.amount_cents).toBe(250)
    const [first] = answers.find((answer) => 'invoices' in answer).invoices
    expect(first).toMatchObject({ status: 'finalized', payment_status: 'pending', total_amount_cents: 4900 })
    const { invoices } = answers.at(-1)
    expect(invoices).toHaveLength(1)
    const [{ total_amount_cents: total, ...paid }] = invoices
    expect(total).toBeGreaterThan(0)
    expect(paid).toMatchObject({
      status: 'finalized',
      payment_status: 'succeeded',
      total_paid_amount_cents: total,
      total_due_amount_cents: 0,
    })
  })
})
