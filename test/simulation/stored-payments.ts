import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { Chaos, type ChaosPlan } from '../fakes/chaos.ts'
import type { SentMessage } from '../fakes/chaotic-server.ts'
import { WeirProcess } from '../support/weir-process.ts'
import { comparePayments, type PaymentsFound } from './compare-payments.ts'
import { PLAYED_PROVIDERS, type PlayedProvider } from './played-providers.ts'

/** What a run is to be like. */
export type PaymentsRun = {
  readonly provider: keyof typeof PLAYED_PROVIDERS
  readonly databaseUrl: string
  readonly invoices: number
  /** How often the process is killed (-9) while payments are under way. */
  readonly kills: number
  readonly seed: number
  /** Told how far the run is. */
  readonly onProgress?: (says: string) => void
}

const ADMIN_KEY = 'stored-payments-admin-key'
const WEIR = '/api/weir/v1'
/** Per thousand calls that move something. */
const PLAN: ChaosPlan = {
  hang_before: 4,
  hang_after: 6,
  reset_before: 15,
  reset_after: 15,
  error500_before: 15,
  error500_after: 15,
  html502: 10,
  half_body: 10,
  rate429: 20,
}
/** How long Weir waits for a call that hangs; a minute is what it waits for a provider itself. */
const TIMEOUT_MS = 700
const LANES = 8
/**
 * After a wave of invoices a minute passes. Those of the wave before are charged then, and what is unknown is looked for,
 * while others are sold and the process is killed.
 */
const WAVE_MS = 60_000
const WAVES = 10
const [WAVE_MIN, WAVE_MAX] = [20, 250]
/** Invoices of a customer: few, as in life, where a customer is not asked for hundreds of payments at once. */
const INVOICES_OF_A_CUSTOMER = 50
/** Jobs that may wait when a wave begins. */
const BACKLOG_MAX = 500
const BEGIN = Date.parse('2025-01-01T10:00:00Z')
/** Moves of the sandbox's clock until everything has ended: the looks of ten days. */
const MOVES_MS = [60, 60, 180, 300, 900, 1800, 3600, 3600, 7200, 86_400, 86_400, 172_800, 518_400].map(
  (s) => s * 1000,
)
/** Without any job that ends for so long, the queue stands still. */
const IDLE_PATIENCE_MS = 300_000
const PAUSE_MS = 200
const PROGRESS = 500
/** Sweeps of a run: each lists every message since it began. */
const SWEEPS = 4

/**
 * Charges invoices through Weir, with its real queue and clock, at a provider that loses requests, answers and messages,
 * while the process is killed now and then; then compares what the provider holds with what Weir says.
 */
export async function playStoredPayments(run: PaymentsRun): Promise<PaymentsFound> {
  const player = await Player.begin(run)
  try {
    await player.play()
    return await player.found()
  } finally {
    await player.end()
  }
}

class Player {
  private readonly run: PaymentsRun
  private readonly provider: PlayedProvider
  private readonly owner: pg.Client
  private readonly chance: Chaos
  private weir: WeirProcess
  private key = ''
  private clock = BEGIN
  private readonly beganAt = performance.now()
  private readonly customers: number
  private kills = 0
  private isEnding = false
  private readonly invoices: string[] = []
  /** Messages of a provider that sends them until they are answered. */
  private readonly unanswered: SentMessage[] = []
  private connection = { organizationId: '', id: '' }
  /** Resolves when the process answers, after it was killed. */
  private alive: Promise<void> = Promise.resolve()

  private constructor(run: PaymentsRun, provider: PlayedProvider, owner: pg.Client, weir: WeirProcess) {
    this.run = run
    this.provider = provider
    this.owner = owner
    this.weir = weir
    this.chance = new Chaos(run.seed)
    this.customers = Math.max(provider.kinds, Math.ceil(run.invoices / INVOICES_OF_A_CUSTOMER))
  }

  static async begin(run: PaymentsRun): Promise<Player> {
    const provider = await PLAYED_PROVIDERS[run.provider](run.seed)
    const owner = new pg.Client(run.databaseUrl)
    await owner.connect()
    return new Player(run, provider, owner, await WeirProcess.start(environmentOf(run, provider)))
  }

  async end(): Promise<void> {
    await this.weir.kill('SIGKILL')
    await this.owner.end()
    await this.provider.close()
  }

  async play(): Promise<void> {
    await this.prepare()
    this.provider.setChaos(PLAN)
    const killAt = new Set(
      Array.from({ length: this.run.kills }, (_, n) =>
        Math.floor(((n + 1) * this.run.invoices) / (this.run.kills + 1)),
      ),
    )
    const { invoices } = this.run
    const wave = Math.min(WAVE_MAX, Math.max(WAVE_MIN, Math.ceil(invoices / WAVES)))
    for (let begin = 0; begin < invoices; begin += wave) {
      await this.sellWave(begin, Math.min(begin + wave, invoices), killAt)
    }
    for (const [n, step] of MOVES_MS.entries()) {
      await this.rest()
      await this.deliver()
      if (n % Math.ceil(MOVES_MS.length / SWEEPS) === 0) await this.sweep()
      this.decide()
      this.tell(`move ${n + 1} of ${MOVES_MS.length}`)
      // In the end the network is well, and every message arrives that was not lost.
      if (n === MOVES_MS.length - 3) this.provider.setChaos({})
      await this.move(step)
    }
    // What waits for another message has waited for hours by now.
    this.isEnding = true
    for (let n = 0; n < 4; n += 1) {
      this.decide()
      await this.deliver(this.provider.canBeAsked ? undefined : 1)
      if (n % 2 === 1) await this.sweep()
      await this.rest()
    }
  }

  private tell(says: string): void {
    const seconds = ((performance.now() - this.beganAt) / 1000).toFixed(0)
    this.run.onProgress?.(`${seconds} s: ${says}`)
  }

  /** Some invoices, several at a time; then a minute passes for those that were sold before. */
  private async sellWave(begin: number, end: number, killAt: ReadonlySet<number>): Promise<void> {
    let next = begin
    const lane = async () => {
      while (next < end) {
        const n = next
        next += 1
        if (killAt.has(n)) this.alive = this.killAndStart()
        await this.alive
        await this.sell(n)
        await this.deliver()
        if (next % PROGRESS === 0) this.tell(`${next} invoices`)
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    await this.alive
    if (end === this.run.invoices) return
    await this.rest(BACKLOG_MAX)
    this.decide()
    await this.move(WAVE_MS)
  }

  /** A sandbox with a connection, and customers that have left their methods. */
  private async prepare(): Promise<void> {
    const made = await this.answered('POST', '/admin/organizations', {
      name: 'Chaos',
      email: 'chaos@example.com',
      sandbox: true,
    })
    this.key = made.organization.api_key
    await this.answered('PUT', '/test_clock', { test_clock: { now: new Date(this.clock).toISOString() } })
    await this.answered('POST', '/add_ons', {
      add_on: { name: 'Job', code: 'job', amount_cents: 1000, amount_currency: 'EUR' },
    })
    const { type, settings } = this.provider
    const { payment_provider: connected } = await this.answered('POST', `${WEIR}/payment_providers`, {
      payment_provider: { type, code: 'eu', name: 'EU', ...settings },
    })
    this.provider.onConnected(connected)
    this.connection = { organizationId: made.organization.lago_id, id: connected.lago_id }
    let next = 0
    const lane = async () => {
      while (next < this.customers) {
        next += 1
        await this.welcome(next - 1)
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    await this.deliver(1)
    await this.rest()
    this.tell(`${this.customers} customers`)
  }

  private async welcome(n: number): Promise<void> {
    const { type, kinds } = this.provider
    const billing_configuration = { payment_provider: type, sync_with_provider: true, sync: true }
    const { customer } = await this.answered('POST', '/customers', {
      customer: { external_id: `c${n}`, name: `C ${n}`, email: `c${n}@example.com`, billing_configuration },
    })
    this.provider.leaveMethod(customer.billing_configuration.provider_customer_id, n % kinds)
  }

  /** An invoice, and now and then a page that is paid, a payment by hand, a void or many requests at once beside it. */
  private async sell(n: number): Promise<void> {
    const cents = 100 + Math.floor(this.chance.random() * 49_900)
    const made = await this.tried('POST', '/invoices', {
      invoice: {
        external_customer_id: `c${n % this.customers}`,
        currency: 'EUR',
        fees: [{ add_on_code: 'job', unit_amount_cents: cents }],
      },
    })
    const id: string | undefined = made?.invoice?.lago_id
    if (id === undefined) return
    this.invoices.push(id)
    const luck = this.chance.random()
    if (luck < 0.05) await this.payOnPage(id)
    else if (luck < 0.08) {
      const payment = { invoice_id: id, amount_cents: cents, reference: 'bank' }
      await this.tried('POST', '/payments', { payment })
    } else if (luck < 0.11) await this.tried('POST', `/invoices/${id}/void`, {})
    else if (luck < 0.15) {
      await Promise.all(
        Array.from({ length: 10 }, () => this.tried('POST', `/invoices/${id}/retry_payment`, {})),
      )
    }
  }

  private async payOnPage(id: string): Promise<void> {
    const answer = await this.tried('POST', `/invoices/${id}/payment_url`, {})
    const url: string | undefined = answer?.invoice_payment_details?.payment_url
    if (url !== undefined) this.provider.pay(url)
  }

  /** What waits for a bank or a payer is decided, most of it well. */
  private decide(): void {
    this.provider.decide(() => this.chance.random())
  }

  /** What the queue does every ten minutes of real time. */
  private async sweep(): Promise<void> {
    const { organizationId, id: providerId } = this.connection
    const payload = JSON.stringify({ organizationId, providerId })
    await this.owner.query(`select graphile_worker.add_job('sweep_provider_messages', $1::json)`, [payload])
    await this.rest()
  }

  /** Delivers the messages of the provider: some are lost, some come more than once, and all in another order. */
  private async deliver(share = 0.9): Promise<void> {
    const { canBeAsked } = this.provider
    const waiting = [...this.unanswered.splice(0), ...this.provider.takeMessages()]
    const sent = waiting.flatMap((message): SentMessage[] => {
      const luck = this.chance.random()
      if (luck > share) {
        if (!canBeAsked) this.unanswered.push(message)
        return []
      }
      return luck < 0.1 && share < 1 ? [message, message] : [message]
    })
    sent.sort(() => (share < 1 ? this.chance.random() - 0.5 : 0))
    for (const message of sent) {
      const { url, body, headers } = this.provider.sign(message, Date.now())
      const { pathname, search } = new URL(url)
      const answer = await fetch(`${this.weir.url}${pathname}${search}`, {
        method: 'POST',
        headers,
        body,
      }).catch(() => undefined)
      if (answer?.ok !== true && !canBeAsked) this.unanswered.push(message)
    }
  }

  private async killAndStart(): Promise<void> {
    await this.weir.kill('SIGKILL')
    this.kills += 1
    this.weir = await WeirProcess.start(environmentOf(this.run, this.provider))
  }

  /** Waits until little enough is queued that could run now; what waits for its next try is tried now. */
  private async rest(waitingMax = 0): Promise<void> {
    let [last, until] = ['', Date.now() + IDLE_PATIENCE_MS]
    while (Date.now() < until) {
      await this.owner.query(
        `update graphile_worker._private_jobs j set run_at = now()
         from graphile_worker._private_tasks t
         where t.id = j.task_id and j.locked_at is null and j.run_at > now()
           and (j.attempts < 9 or t.identifier ~ '^(advance|cancel)_')
           and t.identifier ~ 'payment|refund|provider|methods'
           and (j.last_error is null or j.last_error !~ '^message ' or $1)`,
        [this.isEnding],
      )
      const { rows } = await this.owner.query(
        `select count(j.id)::int + d.due as count, max(j.id)::text as latest, min(j.id)::text as oldest
         from (select count(*)::int as due from due_items
               where kind ~ '_charge|_attention' and due_at <= $1) d
         left join (graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
           and t.identifier ~ 'payment|refund|provider|methods') on j.locked_at is not null or j.run_at <= now()
         group by d.due`,
        [new Date(this.clock).toISOString()],
      )
      if (rows[0].count <= waitingMax) return
      const state = JSON.stringify(rows[0])
      if (state !== last) [last, until] = [state, Date.now() + IDLE_PATIENCE_MS]
      await sleep(PAUSE_MS)
    }
    throw new Error('the queue does not come to rest')
  }

  private async move(ms: number): Promise<void> {
    this.clock += ms
    await this.answered('PUT', '/test_clock', { test_clock: { now: new Date(this.clock).toISOString() } })
  }

  private async answered(method: string, path: string, body: unknown) {
    const answer = await this.ask(method, path, body)
    if (answer.status !== 200 && answer.status !== 201)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  /** A request that may be refused, or that a death may cut off. */
  private async tried(method: string, path: string, body: unknown) {
    const answer = await this.ask(method, path, body).catch(() => undefined)
    if (answer && answer.status >= 500 && answer.status !== 503) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    }
    return answer?.body
  }

  private async ask(method: string, path: string, body: unknown) {
    if (!path.startsWith('/admin')) return this.weir.call(method, path, body, this.key)
    const answer = await fetch(`${this.weir.url}${path}`, {
      method,
      headers: { 'x-admin-api-key': ADMIN_KEY, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: JSON.parse(await answer.text()) }
  }

  /** What the provider holds, beside what Weir says of it, and what `weir doctor` says of the database. */
  async found(): Promise<PaymentsFound> {
    this.tell('comparing')
    return comparePayments(this.owner, this.provider, { invoices: this.invoices, kills: this.kills })
  }
}

function environmentOf(
  { databaseUrl }: PaymentsRun,
  { type, url }: PlayedProvider,
): Readonly<Record<string, string>> {
  return {
    DATABASE_URL: databaseUrl,
    ADMIN_API_KEY: ADMIN_KEY,
    WEIR_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
    WEIR_ALLOW_FAKE_PROVIDERS: 'true',
    WEIR_PROVIDER_HOSTS: JSON.stringify({ [type]: `${url}#timeout=${TIMEOUT_MS}` }),
    LAGO_DISABLE_PDF_GENERATION: 'true',
    // The first charge waits for a page for one wave.
    LAGO_CHECKOUT_AUTO_PAYMENT_DELAY_SECONDS: String(WAVE_MS / 1000),
    LOG_LEVEL: 'error',
  }
}
