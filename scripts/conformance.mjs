// npm run conformance [-- --done-only] [-- --filter TEXT] [-- --verbose] [-- FILE|FOLDER of cases …]
// Builds Weir, starts it on a free port with an empty data folder and runs the black-box cases against it.
// --answers FOLDER compares the shape of every answer with a record, and --values the values too.
// --done-only runs what test/conformance-done.json lists and fails when any of it fails that is no exception there.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '..')
const home = process.env.WEIR_CONFORMANCE_DIR ?? join(root, '../shared/conformance')
const START_LIMIT_MS = 30_000

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    filter: { type: 'string' },
    'done-only': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '2' },
    json: { type: 'string' },
    answers: { type: 'string' },
    values: { type: 'boolean', default: false },
  },
})

/** Runs a program and returns its exit code. */
function run(program, args, settings = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd: root, ...settings })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

async function startServer(folder, adminKey) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const server = spawn(process.execPath, [join(root, 'bin/weir.js'), 'start'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      HOST: '127.0.0.1',
      WEIR_DATA_DIR: join(folder, 'data'),
      ADMIN_API_KEY: adminKey,
      WEIR_ALLOW_PRIVATE_WEBHOOKS: 'true',
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
    },
  })
  let said = ''
  for (const stream of [server.stdout, server.stderr]) {
    stream.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-20_000)
    })
  }
  const exited = new Promise((resolve) => server.once('exit', resolve))
  const until = performance.now() + START_LIMIT_MS
  while (performance.now() < until && server.exitCode === null) {
    const health = await fetch(`${url}/health`).catch(() => null)
    if (health?.ok) return { url, said: () => said, stop: () => stopServer(server, exited) }
    await sleep(50)
  }
  await stopServer(server, exited)
  throw new Error(`the server did not start:\n${said}`)
}

async function stopServer(server, exited) {
  server.kill('SIGTERM')
  const ended = await Promise.race([exited.then(() => true), sleep(12_000, false, { ref: false })])
  if (!ended) {
    server.kill('SIGKILL')
    console.log('The server did not end within 12 s of SIGTERM.')
    process.exitCode = 1
  }
}

/** `{ areas: [folder or file below cases/], exceptions: { case id: reason } }`. */
async function readDone() {
  const done = JSON.parse(await readFile(join(root, 'test/conformance-done.json'), 'utf8'))
  const missing = done.areas.filter((area) => !existsSync(join(home, 'cases', area)))
  if (missing.length > 0)
    throw new Error(`test/conformance-done.json names ${missing.join(', ')}, which is not there`)
  return { areas: done.areas, exceptions: done.exceptions ?? {} }
}

/** The runner names a case by its path below the place it was given, so an exception may say the longer path. */
const reasonFor = (exceptions, id) =>
  Object.entries(exceptions).find(([key]) => key === id || key.endsWith(`/${id}`))?.[1]

async function judge(resultsFile, exceptions) {
  const results = JSON.parse(await readFile(resultsFile, 'utf8'))
  const failed = results.filter((one) => !one.passed && !reasonFor(exceptions, one.id))
  const excused = results.filter((one) => !one.passed && reasonFor(exceptions, one.id))
  const needless = results.filter((one) => one.passed && reasonFor(exceptions, one.id))
  for (const one of excused) console.log(`excepted: ${one.id}: ${reasonFor(exceptions, one.id)}`)
  for (const one of needless) console.log(`passes now, take it off the exceptions: ${one.id}`)
  for (const one of failed) console.log(`must pass: ${one.id}`)
  if (failed.length > 0 || needless.length > 0) process.exitCode = 1
}

async function main() {
  const runner = join(home, 'run.mjs')
  if (!existsSync(runner)) {
    console.log(`conformance: skipped, there are no cases at ${home}`)
    return
  }
  const done = options['done-only'] ? await readDone() : null
  if (done && done.areas.length === 0) {
    console.log('conformance: skipped, test/conformance-done.json lists no area yet')
    return
  }
  const built = await run('npm', ['run', '--silent', 'build'])
  if (built !== 0) throw new Error('the build failed')
  const folder = await mkdtemp('/tmp/weir-conformance-')
  const adminKey = randomBytes(16).toString('hex')
  try {
    const server = await startServer(folder, adminKey)
    try {
      const places = (done?.areas ?? positionals).map((area) =>
        existsSync(join(home, 'cases', area)) ? join(home, 'cases', area) : area,
      )
      const resultsFile = options.json ?? join(folder, 'results.json')
      const args = [runner, '--url', server.url, '--admin-key', adminKey, '--jobs', options.jobs]
      if (options.filter) args.push('--filter', options.filter)
      if (options.verbose) args.push('--verbose')
      if (options.answers) args.push('--answers', options.answers)
      if (options.values) args.push('--values')
      const code = await run(process.execPath, [...args, '--json', resultsFile, ...places])
      if (done && existsSync(resultsFile)) await judge(resultsFile, done.exceptions)
      else if (code !== 0) process.exitCode = 1
      if (process.exitCode === 1 && server.said() !== '')
        console.log(`the server's log ends:\n${server.said().slice(-3000)}`)
    } finally {
      await server.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

await main()
