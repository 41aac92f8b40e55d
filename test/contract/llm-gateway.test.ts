import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '../support/harness.ts'
import { type Listening, startListening } from '../support/listening.ts'

const root = join(import.meta.dirname, '../..')
const program = join(root, 'examples/llm-gateway/main.ts')
const sample = join(root, 'examples/llm-gateway/sample.csv')
// A linked worktree is one folder deeper.
const real = ['../shared', '../../shared']
  .map((folder) => join(root, folder, 'data/llm-requests-code.csv'))
  .find(existsSync)
if (real === undefined) console.warn('llm-gateway: skipped on real requests, ../shared/data is not there')

let server: Listening

beforeAll(async () => {
  server = await startListening()
})
afterAll(() => server?.harness.close())

type Run = { readonly child: ChildProcess; readonly done: Promise<{ code: number | null; said: string }> }

function run({ apiKey }: Client, file: string): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', program, file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', LAGO_URL: server.url, LAGO_API_KEY: apiKey },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      said += chunk
    })
  }
  return { child, done: new Promise((resolve) => child.once('close', (code) => resolve({ code, said }))) }
}

/** The invoice's lines in cents by the item's code, and its total. */
async function billOf(client: Client): Promise<Record<string, number>> {
  const { body } = await client.call('GET', '/invoices?external_customer_id=gateway-customer')
  expect(body.meta.total_count).toBe(1)
  const { invoice } = (await client.call('GET', `/invoices/${body.invoices[0].lago_id}`)).body
  expect(invoice).toMatchObject({ status: 'finalized', currency: 'USD', issuing_date: '2023-12-01' })
  const lines = invoice.fees.map((fee: { item: { type: string; code: string }; amount_cents: number }) => [
    fee.item.type === 'subscription' ? 'subscription' : fee.item.code,
    fee.amount_cents,
  ])
  return { ...Object.fromEntries(lines), total: invoice.total_amount_cents }
}

const eventsOf = async (client: Client): Promise<number> =>
  (await client.call('GET', '/events?per_page=1')).body.meta.total_count

/** Kills the program, like a power failure, once it has sent this many events. */
async function killAfter(client: Client, file: string, count: number): Promise<void> {
  const { child, done } = run(client, file)
  while (child.exitCode === null && (await eventsOf(client)) < count) await sleep(5)
  child.kill('SIGKILL')
  const { code, said } = await done
  expect(code, said).toBeNull()
}

/** 240 invented requests: 852,006 tokens in at 0.0000025, 70,884 out at 0.00001, none beyond the 1,000 free. */
const SAMPLE_BILL = { subscription: 1000, input_tokens: 213, output_tokens: 71, requests: 0, total: 1284 }
const REAL_BILL = { subscription: 1000, input_tokens: 4515, output_tokens: 217, requests: 400, total: 6132 }

describe('examples/llm-gateway', () => {
  it('bills its sample and shows the invoice', async () => {
    const client = await server.organization()
    const { code, said } = await run(client, sample).done
    expect(code, said).toBe(0)
    expect(said).toContain('720 events sent, 0 were there already.')
    expect(said).toMatch(/Total\s+1284/)
    expect(await billOf(client)).toEqual(SAMPLE_BILL)
  })

  it('changes nothing when it runs again', async () => {
    const client = await server.organization()
    for (const expected of ['720 events sent, 0 were', '0 events sent, 720 were']) {
      const { code, said } = await run(client, sample).done
      expect(code, said).toBe(0)
      expect(said).toContain(expected)
      expect(await billOf(client)).toEqual(SAMPLE_BILL)
    }
    expect(await eventsOf(client)).toBe(720)
  })

  it('says what is wrong with a wrong key', async () => {
    const client = await server.organization()
    const { code, said } = await run({ ...client, apiKey: 'wrong' }, sample).done
    expect(code).toBe(1)
    expect(said).toContain('Unauthorized')
  })

  describe.skipIf(real === undefined)('on an hour of real requests', { timeout: 300_000 }, () => {
    it('bills 61.32', async () => {
      const client = await server.organization()
      const { code, said } = await run(client, real ?? '').done
      expect(code, said).toBe(0)
      expect(await eventsOf(client)).toBe(3 * 8819)
      expect(await billOf(client)).toEqual(REAL_BILL)
    })

    it('bills the same after two violent ends', async () => {
      const client = await server.organization()
      await killAfter(client, real ?? '', 4000)
      await killAfter(client, real ?? '', 15_000)
      const { code, said } = await run(client, real ?? '').done
      expect(code, said).toBe(0)
      expect(await eventsOf(client)).toBe(3 * 8819)
      expect(await billOf(client)).toEqual(REAL_BILL)
    })
  })
})
