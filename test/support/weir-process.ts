import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { WEIR } from './built-weir.ts'
import { urlOf } from './paths.ts'

export const PROCESS_KEY = 'key-of-the-first-organization'

/** Far more than a start takes on a machine with much else to do. */
const START_TRIES = 2400
const PAUSE_MS = 50

export type Told = {
  readonly status: number
  readonly retryAfter: string | null
  // biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
  readonly body: any
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address()
      server.close(() => resolve(typeof bound === 'object' && bound !== null ? bound.port : 0))
    })
  })
}

/** `weir start` as a program of its own, with an organization whose key is `PROCESS_KEY`. */
export class WeirProcess {
  readonly child: ChildProcess
  readonly exited: Promise<unknown>
  readonly url: string
  private text = ''

  private constructor(port: number, env: Readonly<Record<string, string>>) {
    this.url = `http://127.0.0.1:${port}`
    this.child = spawn(process.execPath, [WEIR, 'start'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        PORT: String(port),
        HOST: '127.0.0.1',
        LAGO_CREATE_ORG: 'true',
        LAGO_ORG_NAME: 'Process',
        LAGO_ORG_USER_EMAIL: 'process@example.com',
        LAGO_ORG_USER_PASSWORD: 'falls-and-rises',
        LAGO_ORG_API_KEY: PROCESS_KEY,
        WEIR_ALLOW_PRIVATE_WEBHOOKS: 'true',
        ...env,
      },
    })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk) => {
        this.text += String(chunk)
      })
    }
    this.exited = new Promise((resolve) => this.child.once('exit', resolve))
  }

  /** Starts one and waits until it is healthy. */
  static async start(env: Readonly<Record<string, string>>): Promise<WeirProcess> {
    const started = new WeirProcess(await freePort(), env)
    for (let tries = 0; tries < START_TRIES; tries += 1) {
      const answer = await fetch(`${started.url}/health`).catch(() => null)
      if (answer?.ok) return started
      if (started.child.exitCode !== null) break
      await sleep(PAUSE_MS)
    }
    throw new Error(`it is not healthy:\n${started.output()}`)
  }

  output(): string {
    return this.text
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** One request below /api/v1, or to a full path; throws when the connection breaks. */
  async call(method: string, path: string, body?: unknown, key: string = PROCESS_KEY): Promise<Told> {
    const answer = await fetch(`${this.url}${urlOf(path)}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return {
      status: answer.status,
      retryAfter: answer.headers.get('retry-after'),
      body: text === '' ? null : JSON.parse(text),
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.child.kill(signal)
    await this.exited
  }
}
