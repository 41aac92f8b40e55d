import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Chaos } from '../fakes/chaos.ts'
import type { SentMessage } from '../fakes/chaotic-server.ts'
import { WeirProcess } from '../support/weir-process.ts'
import type { PlayedProvider } from './played-providers.ts'

const ADMIN_KEY = 'stored-payments-admin-key'
/** How long Weir waits for a call that hangs; a minute is what it waits for a provider itself. */
const TIMEOUT_MS = 700
/** Requests and deliveries that are under way at once. */
export const LANES = 8
/** Without any job that ends for so long, the queue stands still. */
const IDLE_PATIENCE_MS = 300_000
const PAUSE_MS = 200
/** The shares of messages that are lost, and of those that come twice. */
const [LOST, TWICE] = [0.1, 0.1]
/** Of an answer from a database that is being restarted. */
const RESTARTING = /^(57P0\d|08\d\d\d|ECONN\w+|EPIPE|ENOENT)$/

/** How long the first charge of an invoice waits where customers also pay on pages. */
export const CHARGE_DELAY_MS = 60_000

/** The whole server as a run plays with it, in one process or several: its API, its queue and clock, and its deaths. */
export class PlayedWeir {
  kills = 0
  /** What waits for another message does not come back any more, once everything is ending. */
  isEnding = false
  /** While the provider refuses everything, nothing that failed is tried before its time. */
  isRefused = false
  key = ''
  clock: number
  readonly databaseUrl: string
  readonly provider: PlayedProvider
  private readonly chance: Chaos
  private readonly owner: pg.Pool
  /** The processes that answer; requests take turns. */
  private readonly living: WeirProcess[]
  private turn = 0
  /** Resolves when the last that was killed has come back. */
  private alive: Promise<void> = Promise.resolve()
  /** Messages of a provider that sends them until they are answered. */
  private readonly unanswered: SentMessage[] = []

  private constructor(parts: Parts, first: WeirProcess) {
    this.databaseUrl = parts.databaseUrl
    this.provider = parts.provider
    this.chance = parts.chance
    this.clock = parts.beginAt
    this.owner = new pg.Pool({ connectionString: parts.databaseUrl, max: 2 })
    // A restart of the database is met by the next statement.
    this.owner.on('error', () => undefined)
    this.living = [first]
  }

  static async start(parts: Parts): Promise<PlayedWeir> {
    const played = new PlayedWeir(parts, await startProcess(parts))
    for (let n = 1; n < parts.processes; n += 1) played.living.push(await startProcess(parts))
    return played
  }

  async end(): Promise<void> {
    await this.alive
    await Promise.all(this.living.map((weir) => weir.kill('SIGKILL')))
    await this.owner.end()
  }

  /** A statement of the database's owner, which waits until a database that is being restarted is back. */
  async query<R extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    for (;;) {
      try {
        return (await this.owner.query<R>(text, [...values])).rows
      } catch (error) {
        const { code, message } = error as { code?: string; message: string }
        if (!RESTARTING.test(code ?? '') && !/terminated unexpectedly|timeout/.test(message)) throw error
        await sleep(PAUSE_MS)
      }
    }
  }

  /** Kills a process, and starts another one in its place. */
  async die(): Promise<void> {
    await this.alive
    const [victim] = this.living.splice(Math.floor(this.chance.random() * this.living.length), 1)
    this.alive = (async () => {
      await victim?.kill('SIGKILL')
      this.kills += 1
      this.living.push(await startProcess(this))
    })()
    await this.alive
  }

  /** A process that is not known to be dead. */
  private async next(): Promise<WeirProcess> {
    if (this.living.length === 0) await this.alive
    this.turn += 1
    const weir = this.living[this.turn % this.living.length]
    if (!weir) throw new Error('no process is left')
    return weir
  }

  /** Makes an organization with a sandbox's clock; its id. */
  async found(): Promise<string> {
    const made = await this.answered('POST', '/admin/organizations', {
      name: 'Chaos',
      email: 'chaos@example.com',
      sandbox: true,
    })
    this.key = made.organization.api_key
    await this.move(0)
    return made.organization.lago_id
  }

  async move(ms: number): Promise<void> {
    this.clock += ms
    await this.answered('PUT', '/test_clock', { test_clock: { now: new Date(this.clock).toISOString() } })
  }

  async answered(method: string, path: string, body: unknown) {
    const answer = await this.ask(method, path, body)
    if (answer.status !== 200 && answer.status !== 201)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  /** A request that may be refused, or that a death may cut off. */
  async tried(method: string, path: string, body: unknown) {
    const answer = await this.ask(method, path, body).catch(() => undefined)
    if (answer && answer.status >= 500 && answer.status !== 503) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    }
    return answer?.body
  }

  private async ask(method: string, path: string, body: unknown) {
    const weir = await this.next()
    if (!path.startsWith('/admin')) return weir.call(method, path, body, this.key)
    const answer = await fetch(`${weir.url}${path}`, {
      method,
      headers: { 'x-admin-api-key': ADMIN_KEY, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: JSON.parse(await answer.text()) }
  }

  /** Delivers the messages of the provider: some are lost, some come more than once, and all in another order. */
  async deliver(isWell = false): Promise<void> {
    const { canBeAsked } = this.provider
    const waiting = [...this.unanswered.splice(0), ...this.provider.takeMessages()]
    const sent = waiting.flatMap((message): SentMessage[] => {
      const luck = isWell ? 1 : this.chance.random()
      if (luck < LOST) {
        if (!canBeAsked) this.unanswered.push(message)
        return []
      }
      return luck < LOST + TWICE ? [message, message] : [message]
    })
    if (!isWell) sent.sort(() => this.chance.random() - 0.5)
    await inLanes(sent, isWell ? 1 : LANES, (message) => this.deliverOne(message))
  }

  private async deliverOne(message: SentMessage): Promise<void> {
    const weir = await this.next()
    const { url, body, headers } = this.provider.sign(message, Date.now())
    const { pathname, search } = new URL(url)
    const answer = await fetch(`${weir.url}${pathname}${search}`, {
      method: 'POST',
      headers,
      body,
    }).catch(() => undefined)
    // Its body is read, so that its connection can be used again.
    await answer?.arrayBuffer().catch(() => undefined)
    if (answer?.ok !== true && !this.provider.canBeAsked) this.unanswered.push(message)
  }

  /** What does not go on, and what the processes said last. */
  private async standing(): Promise<readonly unknown[]> {
    const jobs = await this.query(
      `select t.identifier, j.attempts, j.locked_by, min(j.run_at) as since, max(j.last_error) as error, count(*)::int
       from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
       group by 1, 2, 3 limit 20`,
    )
    const due = await this.query('select * from due_items where due_at <= $1 limit 20', [
      new Date(this.clock).toISOString(),
    ])
    return [...this.living.map((weir) => weir.output().slice(-1000)), ...jobs, ...due]
  }

  /**
   * Waits until nothing is queued that could run now; what waits for its next try is tried now. Meanwhile `beside` is
   * done again and again, with the number of what is left.
   */
  async rest(beside: (waiting: number) => Promise<void> = async () => undefined): Promise<void> {
    let [last, until] = ['', Date.now() + IDLE_PATIENCE_MS]
    while (Date.now() < until) {
      await this.query(
        `update graphile_worker._private_jobs j set run_at = now()
         from graphile_worker._private_tasks t
         where t.id = j.task_id and j.locked_at is null and j.run_at > now()
           and (j.attempts < 9 or t.identifier ~ '^(advance|cancel)_')
           and t.identifier ~ 'payment|refund|provider|methods'
           and (j.last_error is null or not $2 and (j.last_error !~ '^message ' or $1))`,
        [this.isEnding, this.isRefused],
      )
      const [state] = await this.query<{ count: number }>(
        `select count(j.id)::int + d.due as count, max(j.id)::text as latest, min(j.id)::text as oldest
         from (select count(*)::int as due from due_items
               where kind ~ '_charge|_attention' and due_at <= $1) d
         left join (graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
           and t.identifier ~ 'payment|refund|provider|methods') on j.locked_at is not null or j.run_at <= now()
         group by d.due`,
        [new Date(this.clock).toISOString()],
      )
      const { count } = state ?? { count: 0 }
      if (count === 0) return
      const text = JSON.stringify(state)
      if (text !== last) [last, until] = [text, Date.now() + IDLE_PATIENCE_MS]
      await beside(count)
      await sleep(PAUSE_MS)
    }
    throw new Error(`the queue does not come to rest: ${JSON.stringify(await this.standing())}`)
  }
}

type Parts = {
  readonly databaseUrl: string
  readonly provider: PlayedProvider
  readonly chance: Chaos
  readonly beginAt: number
  /** How many processes share the database. */
  readonly processes: number
}

/** Does something with each of many, several at a time. */
export async function inLanes<T>(
  all: readonly T[],
  lanes: number,
  act: (one: T, n: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const lane = async () => {
    for (let n = next++; n < all.length; n = next++) await act(all[n] as T, n)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

async function startProcess({ databaseUrl, provider }: Pick<Parts, 'databaseUrl' | 'provider'>) {
  const { type, url } = provider
  return WeirProcess.start({
    DATABASE_URL: databaseUrl,
    ADMIN_API_KEY: ADMIN_KEY,
    WEIR_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
    WEIR_ALLOW_FAKE_PROVIDERS: 'true',
    WEIR_PROVIDER_HOSTS: JSON.stringify({ [type]: `${url}#timeout=${TIMEOUT_MS}` }),
    LAGO_DISABLE_PDF_GENERATION: 'true',
    LAGO_CHECKOUT_AUTO_PAYMENT_DELAY_SECONDS: String(CHARGE_DELAY_MS / 1000),
    LOG_LEVEL: 'error',
  })
}
