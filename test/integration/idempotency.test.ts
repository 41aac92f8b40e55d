import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dropOldAnswers } from '../../src/actions/drop-old-answers.ts'
import { addMs, DAY_MS } from '../../src/core/calendar/instant.ts'
import { schedule, tasks } from '../../src/jobs/tasks.ts'
import { type Answer, type Client, type Harness, startHarness } from '../support/harness.ts'
import { liveIn } from '../support/lived-in.ts'
import { routeTable } from '../support/route-table.ts'

const REPLAYED = 'idempotent-replayed'

let harness: Harness
let owner: pg.Client
let client: Client

const tax = (code: string) => ({ tax: { name: code, code, rate: 20 } })

function send(path: string, body: unknown, key: string, method = 'POST'): Promise<Answer> {
  return client.call(method, path, body, { 'idempotency-key': key })
}

async function codes(): Promise<string[]> {
  const { body } = await client.call('GET', '/taxes')
  return body.taxes.map((one: { code: string }) => one.code)
}

beforeAll(async () => {
  harness = await startHarness()
  owner = new pg.Client({ connectionString: harness.databaseUrl })
  await owner.connect()
  client = await harness.organization()
})

afterAll(async () => {
  await owner?.end()
  await harness?.close()
})

describe('Idempotency-Key', () => {
  it('200: the same request gets the first answer again', async () => {
    const first = await send('/taxes', tax('again'), 'k1')
    expect(first.status).toBe(200)
    expect(first.headers[REPLAYED]).toBeUndefined()
    const second = await send('/taxes', tax('again'), 'k1')
    expect(second.body).toEqual(first.body)
    expect(second.headers[REPLAYED]).toBe('true')
    expect(second.headers['content-type']).toBe(first.headers['content-type'])
    expect((await codes()).filter((code) => code === 'again')).toHaveLength(1)
  })

  it('409: another body, path or method under the key', async () => {
    await send('/taxes', tax('reused'), 'k2')
    for (const other of [
      await send('/taxes', tax('other'), 'k2'),
      await send('/features', tax('reused'), 'k2'),
      await send('/taxes/reused', tax('reused'), 'k2', 'PUT'),
    ]) {
      expect(other.status).toBe(409)
      expect(other.body.code).toBe('idempotency_key_reused')
    }
    expect(await codes()).not.toContain('other')
  })

  it('422: a refusal is an answer, and stays the answer', async () => {
    const first = await send('/taxes', { tax: { code: 'late' } }, 'k3')
    expect(first.status).toBe(422)
    const second = await send('/taxes', { tax: { code: 'late' } }, 'k3')
    expect(second.status).toBe(422)
    expect(second.body).toEqual(first.body)
    expect(second.headers[REPLAYED]).toBe('true')
  })

  it('422: what is refused after it was saved is saved', async () => {
    const billing_configuration = { payment_provider: 'stripe', sync_with_provider: true }
    const body = { customer: { external_id: 'provided', billing_configuration } }
    const refused = await send('/customers', body, 'k4')
    expect(refused.status).toBe(422)
    expect((await client.call('GET', '/customers/provided')).status).toBe(200)
    expect((await send('/customers', body, 'k4')).headers[REPLAYED]).toBe('true')
  })

  it('409 while the first request runs, and its answer afterwards', async () => {
    await owner.query('begin')
    await owner.query('lock table taxes in share mode')
    const first = send('/taxes', tax('slow'), 'k5')
    await expect
      .poll(async () => (await owner.query('select from pg_locks where not granted')).rowCount)
      .toBeGreaterThan(0)
    const second = await send('/taxes', tax('slow'), 'k5')
    expect(second.status).toBe(409)
    expect(second.body.code).toBe('idempotency_key_in_use')
    await owner.query('commit')
    expect((await first).status).toBe(200)
    expect((await send('/taxes', tax('slow'), 'k5')).body).toEqual((await first).body)
  })

  it('409 while the first events under a key are stored, the same or others', async () => {
    const event = (id: string) => ({
      event: { transaction_id: id, code: 'm', external_subscription_id: 's' },
    })
    await owner.query('begin')
    await owner.query('lock table event_keys in share mode')
    const storing = send('/events', event('one'), 'k6')
    await expect
      .poll(async () => (await owner.query('select from pg_locks where not granted')).rowCount)
      .toBeGreaterThan(0)
    for (const id of ['one', 'two']) {
      const late = await send('/events', event(id), 'k6')
      expect([late.status, late.body.code]).toEqual([409, 'idempotency_key_in_use'])
    }
    await owner.query('commit')
    const first = await storing
    expect(first.status).toBe(200)
    const again = await send('/events', event('one'), 'k6')
    expect([again.body, again.headers[REPLAYED]]).toEqual([first.body, 'true'])
    expect((await send('/events', event('two'), 'k6')).body.code).toBe('idempotency_key_reused')
    expect((await client.call('GET', '/events')).body.meta.total_count).toBe(1)
  })

  it('lets a key go when its events could not be taken', async () => {
    const broken = { event: { transaction_id: 'late', code: 'm' } }
    await owner.query('alter table idempotent_answers rename to answers_away')
    expect((await send('/events', broken, 'k7')).status).toBe(500)
    await owner.query('alter table answers_away rename to idempotent_answers')
    expect((await send('/events', broken, 'k7')).status).toBe(200)
  })

  it.each([
    [500, 'the answer cannot be kept', "raise exception 'no room'"],
    [503, 'the connection dies before the commit', 'perform pg_terminate_backend(pg_backend_pid())'],
  ])('%i: nothing is written when %s, and a repeat does it', async (status, title, statement) => {
    await owner.query(`create or replace function break_answers() returns trigger language plpgsql security definer
      as $$ begin ${statement}; return new; end $$`)
    await owner.query(`create trigger break_answers before insert on idempotent_answers
      for each row execute function break_answers()`)
    const code = `broken-${title.length}`
    const broken = await send('/taxes', tax(code), code)
    await owner.query('drop trigger break_answers on idempotent_answers')
    expect(broken.status).toBe(status)
    expect(await codes()).not.toContain(code)
    expect((await send('/taxes', tax(code), code)).status).toBe(200)
    expect(await codes()).toContain(code)
  })
})

describe('kept answers', () => {
  const dropAfter = (days: number, ms = 0) => {
    const { context } = harness
    const now = addMs(context.systemNow(), days * DAY_MS + ms)
    return dropOldAnswers({ ...context, systemNow: () => now })
  }

  it('are deleted after 30 days, whatever the clock of a sandbox, and the key is free again', async () => {
    const first = await send('/taxes', tax('kept'), 'kept')
    await client.clock('2090-01-01T00:00:00Z')
    await dropAfter(30, -60_000)
    expect((await send('/taxes', tax('kept'), 'kept')).body).toEqual(first.body)
    await dropAfter(30)
    const anew = await send('/taxes', tax('kept'), 'kept')
    expect(anew.headers[REPLAYED]).toBeUndefined()
    expect(anew.body.error_details).toEqual({ code: ['value_already_exist'] })
    expect((await send('/taxes', tax('freed'), 'kept')).body.code).toBe('idempotency_key_reused')
  })

  it('are deleted in batches, all that are old and no other', async () => {
    await owner.query('delete from idempotent_answers')
    await owner.query(
      `insert into idempotent_answers (organization_id, key, request_hash, status, body, created_at)
      select $1, 'many-' || n, '\\x00', 200, '{}', now() - make_interval(days => 20 + n % 20)
      from generate_series(0, 12999) n`,
      [client.organizationId],
    )
    expect(await dropAfter(0)).toBe(6500)
    const { rows } = await owner.query(
      `select count(*)::int as kept, min(created_at) > now() - interval '30 days' as is_young
      from idempotent_answers`,
    )
    expect(rows).toEqual([{ kept: 6500, is_young: true }])
  })

  it('are swept by a task of the queue that runs every night', async () => {
    await owner.query(`update idempotent_answers set created_at = now() - interval '31 days'`)
    await tasks.drop_old_answers?.(harness.context, {}, { attempt: 1, signal: new AbortController().signal })
    expect((await owner.query('select from idempotent_answers')).rowCount).toBe(0)
    expect(schedule.find(({ task }) => task === 'drop_old_answers')?.match).toMatch(/^\d+ \d+ \* \* \*$/)
  })
})

describe('every write', () => {
  it('takes a key, and is one transaction on one connection', async () => {
    // A request that needed a second connection would wait forever.
    const narrow = await startHarness({ poolMax: 1 })
    const requests: { args: readonly [string, string, unknown]; key: string; answer: Answer }[] = []
    const organization = await narrow.organization()
    const keyed: Client = {
      ...organization,
      call: async (method, path, body) => {
        const key = randomUUID()
        const headers: Record<string, string> = method === 'GET' ? {} : { 'idempotency-key': key }
        const answer = await organization.call(method, path, body, headers)
        // The answers of these have secrets, which are not kept.
        const hasSecret =
          /^\/api\/weir\/v1\/(api_keys|invitations|members|payment_providers$|payment_providers\/gocardless|webhook_secret|.*\/register_webhook)/.test(
            path,
          )
        if (method !== 'GET' && !hasSecret) requests.push({ args: [method, path, body], key, answer })
        return answer
      },
    }
    const { names } = await liveIn(keyed, 'once')
    for (const route of await routeTable(narrow.context)) {
      if (route.method === 'GET') continue
      const path = route.path.replace(
        /([^/]+)\/:\w+/g,
        (_all, parent: string) => `${parent}/${names[parent]}`,
      )
      await keyed.call(route.method, path, {})
    }
    expect(requests.length).toBeGreaterThan(80)
    for (const { args, key, answer } of requests) {
      expect(answer.status, args.join(' ')).toBeLessThan(500)
      const again = await organization.call(...args, { 'idempotency-key': key })
      expect(again.headers[REPLAYED], `${args[0]} ${args[1]}: ${JSON.stringify(answer.body)}`).toBe('true')
      expect(again.status).toBe(answer.status)
      expect(again.body).toEqual(answer.body)
    }
    await narrow.close()
  })
})
