import { type ChildProcess, fork } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Notice, Order } from './child.ts'

export const ADMIN_KEY = 'simulation-admin-key'

/** The server as build-child.mjs bundles it. */
const CHILD = join(import.meta.dirname, '../../dist/simulation/child.js')
/** What every thread of a server loads first. */
const HOOKS = new URL('./hooks.mjs', import.meta.url).href
const OUTPUT_MAX = 20_000
const HEALTH_PAUSE_MS = 20

type Child = {
  readonly process: ChildProcess
  readonly exited: Promise<unknown>
  readonly loaded: Promise<void>
}

/** A free port of this machine. */
async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address()
      server.close(() => resolve(typeof bound === 'object' && bound !== null ? bound.port : 0))
    })
  })
}

/**
 * A server process on a database, which is started again whenever it dies. Once it is to die, the next process is
 * loaded already, so that a life with many deaths does not spend its time on starts.
 */
export class SimulatedServer {
  private readonly env: Readonly<Record<string, string>>
  private readonly jitterSeed: number | null
  private readonly address: string
  private spare: Child | null = null
  private serving: Child | null = null
  private isClosing = false
  /** Set when a process exited without being killed. */
  private hasFailed = false
  private output = ''
  deaths = 0

  private constructor(databaseUrl: string, port: number, jitterSeed: number | null) {
    this.address = `http://127.0.0.1:${port}`
    this.jitterSeed = jitterSeed
    this.env = {
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      HOST: '127.0.0.1',
      ADMIN_API_KEY: ADMIN_KEY,
      WEIR_ORG_NAME: 'Simulation',
    }
  }

  /** Starts a server on a migrated database; `jitterSeed` lets its work wait for random moments. */
  static async start(databaseUrl: string, jitterSeed: number | null = null): Promise<SimulatedServer> {
    const server = new SimulatedServer(databaseUrl, await freePort(), jitterSeed)
    await server.serve()
    return server
  }

  /** Lets the process die at its n-th statement from now, before it is sent or before it is answered. */
  killAfter(statements: number, isSent: boolean): void {
    this.spare ??= this.load()
    this.order(this.serving, { kind: 'kill', statements, isSent })
  }

  /** One request; undefined when the server died before it answered. */
  async request(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
    try {
      const answer = await fetch(this.address + path, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
    } catch (error) {
      // From here, a crash is just a broken connection.
      if (error instanceof TypeError) return undefined
      throw error
    }
  }

  /** Resolves when the server answers; throws when no process of it can be started any more. */
  async healthy(): Promise<void> {
    for (;;) {
      const answer = await this.request('GET', '/health', {})
      if (answer?.status === 200) return
      if (this.hasFailed || this.isClosing) throw new Error(`the server ended by itself:\n${this.output}`)
      await sleep(HEALTH_PAUSE_MS)
    }
  }

  /** What its processes have logged: nothing below an error. */
  logged(): string {
    return this.output
  }

  async stop(): Promise<void> {
    this.isClosing = true
    for (const child of [this.serving, this.spare]) {
      child?.process.kill('SIGKILL')
      await child?.exited
    }
  }

  private load(): Child {
    const child = fork(CHILD, {
      execArgv: ['--import', HOOKS],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env.PATH ?? '' },
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output = (this.output + String(chunk)).slice(-OUTPUT_MAX)
      })
    }
    const exited = new Promise((resolve) => child.once('exit', resolve))
    const loaded = new Promise<void>((resolve) => {
      child.on('message', (notice: Notice) => {
        if (notice.kind === 'loaded') resolve()
      })
      void exited.then(() => resolve())
    })
    return { process: child, exited, loaded }
  }

  private async serve(): Promise<void> {
    const next = this.spare ?? this.load()
    this.spare = null
    this.serving = next
    await next.loaded
    this.order(next, { kind: 'start', env: this.env, jitterSeed: this.jitterOf() })
    void next.exited.then(() => this.onDeath(next))
    await this.healthy()
  }

  private jitterOf(): number | null {
    return this.jitterSeed === null ? null : this.jitterSeed + this.deaths
  }

  private onDeath(died: Child): void {
    if (this.isClosing) return
    this.deaths += 1
    const { signalCode, exitCode } = died.process
    if (signalCode !== 'SIGKILL') this.fail(new Error(`it ended with ${signalCode ?? exitCode}`))
    else this.serve().catch((error: unknown) => this.fail(error))
  }

  private fail(error: unknown): void {
    this.hasFailed = true
    this.output += `\n${String(error)}`
  }

  private order(child: Child | null, order: Order): void {
    if (child?.process.connected) child.process.send(order)
  }
}
