// What the scripts that try the whole product share: the build, and a server with an empty data folder.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export const root = join(import.meta.dirname, '..')
const START_LIMIT_MS = 30_000

/** Runs a program to its end and gives its exit code. */
export function run(program, args, settings = {}) {
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
      // Nothing listens there: no case may depend on an address outside of this machine.
      WEIR_VIES_URL: 'http://127.0.0.1:9',
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

/**
 * Builds Weir, starts it on a free port and does some work against it: `work({ url, adminKey, folder, log })`. The
 * folder is removed at the end.
 */
export async function withServer(work) {
  if ((await run('npm', ['run', '--silent', 'build'])) !== 0) throw new Error('the build failed')
  const folder = await mkdtemp(join(tmpdir(), 'weir-trial-'))
  const adminKey = randomBytes(16).toString('hex')
  try {
    const server = await startServer(folder, adminKey)
    try {
      await work({ url: server.url, adminKey, folder, log: server.said })
    } finally {
      await server.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
