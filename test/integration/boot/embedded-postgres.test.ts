import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pidsWithMarker } from '../../../src/boot/postgres/postmasters.ts'
import { markerOf, readClusterRecord, readRunRecord } from '../../../src/boot/postgres/records.ts'

type Answer = { readonly url?: string; readonly problem?: string; readonly tookMs?: number }
type Driver = { readonly child: ChildProcess; readonly answer: Answer }

const isRoot = process.getuid?.() === 0
let folder: string
let dataDir: string
let children: ChildProcess[]

async function drive(asUser?: number, on = dataDir): Promise<Driver> {
  const script = join(import.meta.dirname, '../../support/postgres-driver.ts')
  const options = asUser === undefined ? [] : [String(asUser)]
  const child = spawn(process.execPath, ['--import', 'tsx', script, on, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const answer = await new Promise<Answer>((resolve, reject) => {
    child.stdout?.once('data', (chunk) => resolve(JSON.parse(String(chunk)) as Answer))
    child.once('exit', (code) => reject(new Error(`the driver ended with ${code}`)))
  })
  return { child, answer }
}

const ended = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise<void>((resolve) => child.once('exit', () => resolve()))

async function kill(driver: Driver, signal: NodeJS.Signals): Promise<void> {
  driver.child.kill(signal)
  await ended(driver.child)
}

async function query(driver: Driver, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: driver.answer.url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

async function serverPids(of = dataDir, uid = isRoot ? 60_806 : null): Promise<number[]> {
  const record = await readClusterRecord(of)
  return record ? pidsWithMarker(await markerOf(record, join(of, 'postgres')), uid) : []
}

beforeEach(async () => {
  children = []
  folder = await mkdtemp('/tmp/weir-boot-')
  await chmod(folder, 0o700)
  dataDir = join(folder, 'project/data')
})

afterEach(async () => {
  for (const child of children) {
    child.kill('SIGTERM')
    await ended(child)
  }
  for (const pid of await serverPids()) process.kill(pid, 'SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

describe('startEmbeddedPostgres', () => {
  it('runs on a socket only, keeps its secrets to itself, and leaves nothing running', async () => {
    const driver = await drive()
    expect(await query(driver, 'show listen_addresses')).toEqual([{ listen_addresses: '' }])
    expect(await query(driver, 'show synchronous_commit')).toEqual([{ synchronous_commit: 'on' }])
    expect(await query(driver, 'select rolsuper from pg_roles where rolname = current_user')).toEqual([
      { rolsuper: false },
    ])
    const url = new URL(driver.answer.url ?? '')
    url.password = 'wrong'
    await expect(new pg.Client({ connectionString: url.toString() }).connect()).rejects.toThrow(/password/)
    expect((await serverPids()).length).toBeGreaterThan(1)
    await kill(driver, 'SIGTERM')
    expect(await serverPids()).toEqual([])
  })

  it('refuses a second start on the same folder with one sentence', async () => {
    const driver = await drive()
    const second = await drive()
    expect(second.answer.problem).toBe(
      `Weir is already running on the data folder ${dataDir} (process ${driver.child.pid}): ` +
        'stop it first, or set WEIR_DATA_DIR.',
    )
    await query(driver, 'select 1')
  })

  it('takes over the server of a killed Weir, with what was committed', async () => {
    const first = await drive()
    await query(first, 'create table kept as select 7 as value')
    const [pid] = await serverPids()
    await kill(first, 'SIGKILL')
    const second = await drive()
    expect((await serverPids())[0]).toBe(pid)
    expect(await query(second, 'select value from kept')).toEqual([{ value: 7 }])
    await kill(second, 'SIGTERM')
    expect(await serverPids()).toEqual([])
  })

  it('replaces a killed Weir’s server when its socket is gone', async () => {
    const first = await drive()
    const [pid] = await serverPids()
    await kill(first, 'SIGKILL')
    await rm((await readRunRecord(dataDir))?.socketDir ?? '', { recursive: true })
    const second = await drive()
    expect((await serverPids())[0]).not.toBe(pid)
    await query(second, 'select 1')
  })

  it('brings PostgreSQL back when only PostgreSQL is killed', async () => {
    const driver = await drive()
    await query(driver, 'create table kept as select 7 as value')
    const [pid] = await serverPids()
    process.kill(pid ?? 0, 'SIGKILL')
    let rows: unknown[] | null = null
    for (let tries = 0; tries < 100 && rows === null; tries++) {
      await sleep(100)
      rows = await query(driver, 'select value from kept').catch(() => null)
    }
    expect(rows).toEqual([{ value: 7 }])
    expect((await serverPids())[0]).not.toBe(pid)
  })

  it('recovers when both are killed, even if the old pid belongs to another program now', async () => {
    const first = await drive()
    await query(first, 'create table kept as select 7 as value')
    const [pid] = await serverPids()
    first.child.kill('SIGKILL')
    process.kill(pid ?? 0, 'SIGKILL')
    await ended(first.child)
    const pidFile = join(dataDir, 'postgres/postmaster.pid')
    const text = await readFile(pidFile, 'utf8')
    await writeFile(pidFile, text.replace(/^\d+/, String(process.pid)))
    const second = await drive()
    expect(await query(second, 'select value from kept')).toEqual([{ value: 7 }])
  })

  it('starts again after a first start that was killed half way', async () => {
    await mkdir(join(dataDir, 'postgres.new-dead/base'), { recursive: true })
    const driver = await drive()
    expect(await query(driver, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('runs on a copy of a data folder beside its original', async () => {
    const first = await drive()
    await query(first, 'create table kept as select 7 as value')
    await kill(first, 'SIGTERM')
    const copy = `${dataDir}-copy`
    execFileSync('cp', ['-a', dataDir, copy])
    const again = await drive()
    const [pid] = await serverPids()
    const beside = await drive(undefined, copy)
    expect(await query(beside, 'select value from kept')).toEqual([{ value: 7 }])
    await kill(beside, 'SIGTERM')
    expect(await serverPids(copy)).toEqual([])
    expect((await serverPids())[0]).toBe(pid)
    expect(await query(again, 'select value from kept')).toEqual([{ value: 7 }])
  })

  it('leaves the server of the original alone when the copy has the record of its run', async () => {
    const first = await drive()
    await kill(first, 'SIGTERM')
    const copy = `${dataDir}-copy`
    execFileSync('cp', ['-a', dataDir, copy])
    const again = await drive()
    execFileSync('cp', ['-a', join(dataDir, 'postgres-run.json'), copy])
    const beside = await drive(undefined, copy)
    await query(beside, 'select 1')
    await query(again, 'select 1')
  })

  it('says so when the cluster is of another major version', async () => {
    await mkdir(join(dataDir, 'postgres'), { recursive: true })
    await writeFile(join(dataDir, 'postgres/PG_VERSION'), '12\n')
    expect((await drive()).answer.problem).toMatch(/was written by PostgreSQL 12, and this Weir brings/)
  })

  it.runIf(isRoot)('works as an ordinary user', async () => {
    await chmod(folder, 0o755)
    await mkdir(dataDir, { recursive: true })
    await chown(dataDir, 65_534, 65_534)
    const driver = await drive(65_534)
    expect(await query(driver, 'select 1 as one')).toEqual([{ one: 1 }])
    await kill(driver, 'SIGTERM')
    expect(await serverPids(dataDir, 65_534)).toEqual([])
  })
})
