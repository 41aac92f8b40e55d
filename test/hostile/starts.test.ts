import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { WEIR } from '../support/built-weir.ts'
import { emptyDatabase } from '../support/database.ts'

// Every way to fail to start ends with a sentence and a code, and what a start leaves behind is nobody else's to read.

let folder: string
let running: { readonly child: ChildProcess; readonly exited: Promise<number | null> }[]

beforeEach(async () => {
  running = []
  folder = await mkdtemp('/tmp/weir-hostile-')
})
afterEach(async () => {
  for (const { child, exited } of running) {
    child.kill('SIGTERM')
    await exited
  }
  await rm(folder, { recursive: true, force: true })
})

function weir(args: readonly string[], variables: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [WEIR, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      WEIR_DATA_DIR: join(folder, 'data'),
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'warn',
      ...variables,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk
    })
  }
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  running.push({ child, exited })
  return { child, exited, output: () => output }
}

/** What a start that must fail says: one sentence for each fault, and no stack. */
async function refusal(variables: Readonly<Record<string, string>>): Promise<string> {
  const started = weir(['start'], variables)
  expect(await started.exited, started.output()).toBe(1)
  const lines = started.output().trim().split('\n')
  const isFirst = lines.some((line) => line.includes('shown only once'))
  const told = lines.filter((line) => !line.startsWith('{'))
  // An organization that was made before the fault was met has been told of.
  const said = (isFirst ? told.slice(-1) : told).join('\n')
  expect(said).toMatch(/^[A-Z].*[.]$/s)
  expect(started.output()).not.toMatch(/\n\s+at |node:internal/)
  return said
}

async function ready(started: { output: () => string; child: ChildProcess }): Promise<void> {
  for (let tries = 0; tries < 1800; tries += 1) {
    if (started.output().includes('Weir is ready')) return
    if (started.child.exitCode !== null) break
    await sleep(50)
  }
  throw new Error(`it is not ready:\n${started.output()}`)
}

describe('a start that cannot succeed says why', () => {
  it.each([
    [
      'a folder of the kernel',
      { WEIR_DATA_DIR: '/proc/x' },
      /^The data folder \/proc\/x cannot be created: \S/,
    ],
    [
      'a file in the place of a folder',
      { WEIR_DATA_DIR: '/etc/passwd' },
      /^The data folder \/etc\/passwd cannot be created: \S/,
    ],
    [
      'a folder below a file',
      { WEIR_DATA_DIR: '/etc/passwd/x' },
      /^The data folder \/etc\/passwd\/x cannot be created: \S/,
    ],
    ['a device', { WEIR_DATA_DIR: '/dev/null' }, /^The data folder \/dev\/null cannot be created: \S/],
    ['no port', { PORT: '99999' }, /^PORT must be a whole number from 0 to 65535/],
    [
      'an address of another machine',
      { HOST: '192.0.2.1' },
      /^Weir cannot listen on 192\.0\.2\.1:\d+ \(HOST, PORT\): /,
    ],
    ['an admin key that is guessed', { ADMIN_API_KEY: 'k' }, /^ADMIN_API_KEY must be at least 20 characters/],
    ['a pool of one', { WEIR_POOL_SIZE: '1' }, /^WEIR_POOL_SIZE must be a whole number from 2 to 500/],
    [
      'several settings at once',
      { WEIR_BODY_TIMEOUT_SECONDS: 'x', WEIR_BODY_MAX_BYTES: '-1', WEIR_IDLE_TIMEOUT_SECONDS: '0' },
      /^WEIR_BODY_MAX_BYTES must be .*\nWEIR_BODY_TIMEOUT_SECONDS must be .*\nWEIR_IDLE_TIMEOUT_SECONDS must be /,
    ],
    [
      'a database that is not there',
      { DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x' },
      /^PostgreSQL at 127\.0\.0\.1:1\/x \(DATABASE_URL\) cannot be used: .*ECONNREFUSED/,
    ],
    [
      'a database of another kind',
      { DATABASE_URL: 'mysql://u:hunter2@h/x' },
      /^DATABASE_URL must be a URL that begins with/,
    ],
  ])('%s', async (_name, variables, sentence) => {
    const said = await refusal(variables as unknown as Record<string, string>)
    expect(said).toMatch(sentence)
    expect(said).not.toContain('hunter2')
  })

  it('a folder with the files of others, open to them', async () => {
    const data = join(folder, 'shared')
    await mkdir(data)
    await chmod(data, 0o755)
    await writeFile(join(data, 'letter.txt'), 'mine')
    expect(await refusal({ WEIR_DATA_DIR: data })).toMatch(
      /holds other files and is open to other users: choose/,
    )
    expect((await stat(data)).mode & 0o777).toBe(0o755)
  })

  it('a port that is taken', async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const bound = server.address()
        resolve(typeof bound === 'object' && bound ? bound.port : 0)
      })
    })
    const database = await emptyDatabase()
    try {
      const said = await refusal({ PORT: String(port), DATABASE_URL: database.url })
      expect(said).toBe(`Another program is listening on 127.0.0.1:${port}: stop it, or set PORT.`)
    } finally {
      server.close()
      await database.drop()
    }
  })

  it('a password that is wrong, a database that does not exist, a cluster of another version', async () => {
    const url = new URL(inject('databaseUrl'))
    url.pathname = '/no_such_database'
    expect(await refusal({ DATABASE_URL: url.toString() })).toMatch(
      /\(DATABASE_URL\) cannot be used: .*no_such_database.* does not exist\.$/,
    )
    await mkdir(join(folder, 'data', 'postgres'), { recursive: true, mode: 0o700 })
    await writeFile(join(folder, 'data', 'postgres', 'PG_VERSION'), '9\n')
    await chmod(join(folder, 'data'), 0o700)
    expect(await refusal({})).toMatch(/was written by PostgreSQL 9, and this Weir brings PostgreSQL \d+\.$/)
  })

  it('a pool that is larger than PostgreSQL, with the size that fits', async () => {
    const database = await emptyDatabase()
    try {
      const said = await refusal({ DATABASE_URL: database.url, WEIR_POOL_SIZE: '500' })
      expect(said).toMatch(
        /^WEIR_POOL_SIZE=500 needs \d+ connections .* PostgreSQL gives \d+ .*: lower WEIR_POOL_SIZE to \d+/,
      )
    } finally {
      await database.drop()
    }
  })
})

describe('what a start leaves', () => {
  it('an embedded PostgreSQL has room for WEIR_POOL_SIZE=100, and every write succeeds', async () => {
    const started = weir(['start'], { WEIR_POOL_SIZE: '100', LOG_LEVEL: 'info' })
    await ready(started)
    const key = /shown only once: (\S+)/.exec(started.output())?.[1]
    const address = /"address":"http:\/\/localhost:(\d+)"/.exec(started.output())?.[1]
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const answer = await fetch(`http://127.0.0.1:${address}/api/v1/customers`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ customer: { external_id: `c${n}` } }),
        })
        await answer.text()
        return answer.status
      }),
    )
    expect(statuses.filter((status) => status !== 200)).toEqual([])
  })

  it('a folder that was open is closed, and the note of a killed first start leads to its password', async () => {
    const data = join(folder, 'data')
    await mkdir(data)
    await chmod(data, 0o755)
    const desk = await mkdtemp('/tmp/weir-postgres-')
    await writeFile(join(desk, 'password'), 'of the superuser')
    await writeFile(join(data, 'postgres.desk'), desk)
    await writeFile(
      join(data, 'postgres.json'),
      JSON.stringify({
        marker: `weir-${Date.now().toString(16)}`,
        adminPassword: 'a'.repeat(32),
        ownerPassword: 'b'.repeat(32),
      }),
    )
    const started = weir(['start'], { LOG_LEVEL: 'info' })
    await ready(started)
    expect((await stat(data)).mode & 0o777).toBe(0o700)
    expect(started.output()).toContain('the data folder was open to other users')
    await expect(stat(desk)).rejects.toThrow('ENOENT')
    expect(await readdir(data)).not.toContain('postgres.desk')
    expect((await readdir('/tmp')).filter((name) => name === desk.slice('/tmp/'.length))).toEqual([])
  })

  it('a first start that is killed while it makes the database leaves no password to the next', async () => {
    const data = join(folder, 'data')
    const first = weir(['start'], {})
    let desk = ''
    for (let tries = 0; tries < 4000 && desk === ''; tries += 1) {
      desk = existsSync(join(data, 'postgres.desk')) ? 'found' : ''
      if (desk === '') await sleep(5)
    }
    expect(desk).toBe('found')
    first.child.kill('SIGKILL')
    await first.exited
    const second = weir(['start'], { LOG_LEVEL: 'info' })
    await ready(second)
    expect(await readdir(data)).not.toContain('postgres.desk')
  })

  it('nothing that the commands print tells another key', async () => {
    const database = await emptyDatabase()
    try {
      const variables = { DATABASE_URL: database.url, WEIR_ORG_NAME: 'Keys' }
      const started = weir(['start'], { ...variables, LOG_LEVEL: 'info' })
      await ready(started)
      const run = async (...args: string[]) => {
        const command = weir(['api-key', ...args], variables)
        return { code: await command.exited, said: command.output().trim() }
      }
      const made = await run('create', '--name', 'second')
      expect(made).toMatchObject({ code: 0, said: expect.stringMatching(/^[0-9a-f-]{36}$/) })
      const listed = await run('list')
      expect(listed.said.split('\n')).toHaveLength(2)
      expect(listed.said).not.toContain(made.said)
      const line = listed.said.split('\n').find((each) => each.endsWith('second')) ?? ''
      const [id = ''] = line.split(' ')
      const rotated = await run('rotate', id, '--overlap', '2')
      expect(rotated.said).toMatch(/^[0-9a-f-]{36}$/)
      expect((await run('list')).said.split('\n')).toHaveLength(3)
      expect((await run('revoke', id)).code).toBe(0)
      expect(await run('revoke', id)).toEqual({
        code: 1,
        said: `There is no key ${id} that works; weir api-key list shows those that do.`,
      })
    } finally {
      for (const { child, exited } of running) {
        child.kill('SIGTERM')
        await exited
      }
      await database.drop()
    }
  })
})
