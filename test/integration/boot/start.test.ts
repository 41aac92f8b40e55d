import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it, onTestFailed } from 'vitest'
import { readRunRecord } from '../../../src/boot/postgres/records.ts'
import { WEIR } from '../../support/built-weir.ts'
import { emptyDatabase } from '../../support/database.ts'
import { startSink } from '../../support/webhook-sink.ts'

let folder: string
let running: Weir[]

type Weir = {
  readonly child: ChildProcess
  readonly output: () => string
  readonly exited: Promise<number | null>
}

function weir(args: readonly string[], variables: Record<string, string>): Weir {
  const child = spawn(process.execPath, [WEIR, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', WEIR_DATA_DIR: join(folder, 'data'), ...variables },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk
    })
  }
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const started = { child, output: () => output, exited }
  running.push(started)
  return started
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const bound = server.address()
      server.close(() => resolve(typeof bound === 'object' && bound ? bound.port : 0))
    })
  })
}

async function healthy(port: number, started: Weir): Promise<void> {
  for (let tries = 0; tries < 1800; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => null)
    if (answer?.ok) return
    if (started.child.exitCode !== null) break
    await sleep(50)
  }
  throw new Error(`it is not healthy:\n${started.output()}`)
}

const start = (port: number, variables: Record<string, string> = {}) =>
  weir(['start'], { PORT: String(port), HOST: '127.0.0.1', ...variables })

const keyIn = (output: string) => output.match(/shown only once: (\S+)/)?.[1]

beforeEach(async () => {
  running = []
  folder = await mkdtemp('/tmp/weir-start-')
})

afterEach(async () => {
  for (const { child, exited } of running) {
    child.kill('SIGTERM')
    await exited
  }
  await rm(folder, { recursive: true, force: true })
})

describe('weir start', () => {
  it('makes an organization once, answers its probes, and ends in order on SIGTERM', async () => {
    const port = await freePort()
    const first = start(port, { LOG_LEVEL: 'debug' })
    await healthy(port, first)
    const key = keyIn(first.output())
    expect(key).toMatch(/^[0-9a-f-]{36}$/)
    expect(first.output()).toContain(`http://localhost:${port}`)
    const health = await fetch(`http://127.0.0.1:${port}/health`)
    expect(await health.json()).toMatchObject({ message: 'Success', version: expect.any(String) })
    expect(await (await fetch(`http://127.0.0.1:${port}/ready`)).json()).toEqual({ status: 'ok' })
    const clock = `http://127.0.0.1:${port}/api/v1/test_clock?email=a@b.io`
    expect((await fetch(clock, { headers: { authorization: `Bearer ${key}` } })).status).not.toBe(401)
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    expect(metrics).toMatch(/weir_http_request_seconds_count\{[^}]*route="\/health"/)
    const began = performance.now()
    first.child.kill('SIGTERM')
    expect(await first.exited, first.output()).toBe(0)
    expect(performance.now() - began).toBeLessThan(10_000)
    // Shown once on the terminal, never in a log line; request data is never logged either.
    const logLines = first
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
    expect(logLines.some((line) => 'requestId' in JSON.parse(line))).toBe(true)
    expect(logLines.join('\n')).not.toContain(key)
    expect(logLines.join('\n')).not.toContain('a@b.io')

    const second = start(port)
    await healthy(port, second)
    expect(keyIn(second.output())).toBeUndefined()
  })

  it('starts by itself after kill -9, and lets commands join meanwhile', async () => {
    const port = await freePort()
    const first = start(port)
    await healthy(port, first)
    first.child.kill('SIGKILL')
    await first.exited
    const second = start(port)
    await healthy(port, second)
    expect(second.output()).toContain('"isTakenOver":true')
    const key = weir(['api-key', 'create'], {})
    expect(await key.exited).toBe(0)
    const headers = { authorization: `Bearer ${key.output().trim()}` }
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/no-such-thing`, { headers })
    expect(answer.status).toBe(404)
    const doctor = weir(['doctor'], {})
    expect(await doctor.exited).toBe(0)
    expect(doctor.output()).toContain('All is well.')
    const third = start(port + 1)
    expect(await third.exited).toBe(1)
    expect(third.output().trim()).toMatch(/^Weir is already running on the data folder .* stop it first/)
  })

  // Jobs and clock start after the first healthy response, so the process may be killed before, between or after
  // them.
  it.each([0, 1000])(
    'outlives a kill -9 of PostgreSQL %i ms after the first healthy answer, jobs and clock too',
    async (ms) => {
      const port = await freePort()
      const sink = await startSink()
      const started = start(port, { WEIR_ALLOW_PRIVATE_WEBHOOKS: 'true', LOG_LEVEL: 'debug' })
      onTestFailed(() => console.error(started.output()))
      await healthy(port, started)
      await sleep(ms)
      const before = await readRunRecord(join(folder, 'data'))
      process.kill(before?.pid ?? 0, 'SIGKILL')
      const isBack = async () => {
        const isNew = (await readRunRecord(join(folder, 'data')))?.pid !== before?.pid
        return isNew && (await fetch(`http://127.0.0.1:${port}/health`).catch(() => null))?.ok
      }
      const limits = { timeout: 60_000, interval: 50 }
      await expect.poll(isBack, limits).toBe(true)
      const api = async (path: string, body: object) => {
        const headers = {
          authorization: `Bearer ${keyIn(started.output())}`,
          'content-type': 'application/json',
        }
        const init = { method: 'POST', headers, body: JSON.stringify(body) }
        expect((await fetch(`http://127.0.0.1:${port}/api/v1${path}`, init)).status).toBe(200)
      }
      await api('/webhook_endpoints', { webhook_endpoint: { webhook_url: sink.url } })
      await api('/customers', { customer: { external_id: 'first' } })
      await expect.poll(() => sink.received.length, limits).toBe(1)
      const ticks = async () => {
        const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
        return Number(/^weir_ticks_total (\d+)$/m.exec(metrics)?.[1])
      }
      const ticked = await ticks()
      await expect.poll(ticks, limits).toBeGreaterThan(ticked + 1)
      started.child.kill('SIGTERM')
      expect(await started.exited, started.output()).toBe(0)
      await sink.close()
    },
  )

  it('finds or makes the organization of the environment, with its key', async () => {
    const port = await freePort()
    const variables = {
      LAGO_CREATE_ORG: 'true',
      LAGO_ORG_NAME: 'Hooli',
      LAGO_ORG_USER_EMAIL: 'gavin@hooli.io',
      LAGO_ORG_USER_PASSWORD: 'tres-comas',
      LAGO_ORG_API_KEY: 'hooli-key',
    }
    for (const isNew of [true, false]) {
      const started = start(port, variables)
      await healthy(port, started)
      expect(started.output().includes('The organization "Hooli" was created')).toBe(isNew)
      expect(started.output()).not.toMatch(/hooli-key|tres-comas|gavin/)
      const headers = { authorization: 'Bearer hooli-key' }
      expect((await fetch(`http://127.0.0.1:${port}/api/v1/nothing`, { headers })).status).toBe(404)
      started.child.kill('SIGTERM')
      expect(await started.exited, started.output()).toBe(0)
    }
  })

  it.each([
    [{ PORT: 'x' }, /^PORT must be a whole number/],
    [
      { DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/none' },
      /^PostgreSQL at 127\.0\.0\.1:1\/none \(DATABASE_URL\) cannot be used: .*ECONNREFUSED.*\.$/,
    ],
  ])('ends with one sentence and code 1 for %j', async (variables, sentence) => {
    const started = weir(['start'], variables)
    expect(await started.exited).toBe(1)
    expect(started.output().trim()).toMatch(sentence)
    expect(started.output().trim().split('\n')).toHaveLength(1)
    expect(started.output()).not.toContain('hunter2')
  })

  it.each(['start', 'migrate'])(
    '%s refuses a database that another version of Weir wrote',
    async (command) => {
      const database = await emptyDatabase()
      const client = new pg.Client({ connectionString: database.url })
      await client.connect()
      try {
        await client.query(
          'create table weir_migrations (name varchar(255) primary key, timestamp varchar(255))',
        )
        await client.query(`insert into weir_migrations values ('0001_tenants', '2026-01-01T00:00:00.000Z')`)
        const refused = weir([command], { DATABASE_URL: database.url })
        expect(await refused.exited).toBe(1)
        const said = refused.output().trim().split('\n')
        expect(said.at(-1)).toMatch(
          /^The database was written by another version of Weir: its migration 0001_tenants .* data folder\.$/,
        )
        const { rows } = await client.query(`select to_regclass('organizations') as organizations`)
        expect(rows).toEqual([{ organizations: null }])
      } finally {
        await client.end()
        await database.drop()
      }
    },
  )

  it('says which rights the user of DATABASE_URL lacks', async () => {
    const admin = new pg.Client({ connectionString: inject('databaseUrl') })
    await admin.connect()
    const role = `weir_poor_${process.pid}`
    try {
      await admin.query(`create role ${role} login password 'poor'`)
      const url = new URL(inject('databaseUrl'))
      url.username = role
      url.password = 'poor'
      const started = weir(['start'], { DATABASE_URL: url.toString() })
      expect(await started.exited).toBe(1)
      expect(started.output()).toMatch(/^The user of DATABASE_URL lacks rights at .*: it needs CREATE on/)
    } finally {
      await admin.query(`drop role ${role}`)
      await admin.end()
    }
  })
})
