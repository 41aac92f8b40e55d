import { PROBE_EVERY_MS } from '../../src/actions/payment-providers/provider-health.ts'
import { Chaos, type ChaosPlan } from '../fakes/chaos.ts'
import { comparePayments, type PaymentsFound } from './compare-payments.ts'
import { PLAYED_PROVIDERS, type PlayedProvider } from './played-providers.ts'
import { CHARGE_DELAY_MS, inLanes, LANES, PlayedWeir } from './played-weir.ts'

/** What a run is to be like. */
export type PaymentsRun = {
  readonly provider: keyof typeof PLAYED_PROVIDERS
  readonly databaseUrl: string
  /** How many are charged at least; every customer has as many. */
  readonly invoices: number
  /** How many processes share the work. */
  readonly processes: number
  /** How often one of them is killed (-9) while payments are under way. */
  readonly kills: number
  readonly seed: number
  /** Whether the provider does not know the key for ten minutes in the middle; for runs with many charges in a wave. */
  readonly revokesKey?: boolean
  /** Stops the database without any care; whoever gives it starts it again. */
  readonly stopDatabase?: () => Promise<void>
  /** Told how far the run is. */
  readonly onProgress?: (says: string) => void
}

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
/** Bills of every customer come in waves: each week one, paid in advance. */
const WAVES = 10
const WAVE_MAX = 2500
const WEEK_MS = 7 * 86_400_000
const PLANS_MAX = 50
const [CENTS_MIN, CENTS_MAX] = [100, 50_000]
/** Midnight, when bills are made. */
const BEGIN = Date.parse('2025-01-01T00:00:00Z')
/** Moves of the sandbox's clock after a wave: the charges, and the first looks of what is unknown. */
const WAVE_MOVES_MS = [CHARGE_DELAY_MS, 60_000, 180_000, 900_000, 3_600_000]
/** In one wave the provider does not know the key for the first of them: five minutes, and five more. */
const REVOKED_MOVES = 3
/** Moves until everything has ended: the looks of ten days. */
const MOVES_MS = [60, 60, 180, 300, 900, 1800, 3600, 3600, 7200, 86_400, 86_400, 172_800, 518_400].map(
  (s) => s * 1000,
)
/** Sweeps of a run: each lists every message since it began. */
const SWEEPS = 4
/** Of a hundred payments, those of which a part is given back by a credit note. */
const CREDITED = 0.02

/**
 * Bills customers and charges them through Weir, with its real queue and clock, at a provider that loses requests,
 * answers and messages, while a process is killed now and then; then compares what the provider holds with what Weir
 * says.
 */
export async function playStoredPayments(run: PaymentsRun): Promise<PaymentsFound> {
  const provider = await PLAYED_PROVIDERS[run.provider](run.seed)
  const chance = new Chaos(run.seed)
  const { databaseUrl, processes } = run
  const weir = await PlayedWeir.start({ databaseUrl, provider, chance, processes, beginAt: BEGIN })
  const player = new Player(run, provider, chance, weir)
  try {
    await player.play()
    return await player.found()
  } finally {
    await weir.end()
    await provider.close()
  }
}

type Sold = { readonly id: string; readonly cents: number }

class Player {
  private readonly run: PaymentsRun
  private readonly provider: PlayedProvider
  private readonly chance: Chaos
  private readonly weir: PlayedWeir
  private readonly beganAt = performance.now()
  private readonly customers: number
  private readonly waves: number
  private readonly invoices: Sold[] = []
  private connection = { organizationId: '', providerId: '' }

  constructor(run: PaymentsRun, provider: PlayedProvider, chance: Chaos, weir: PlayedWeir) {
    this.run = run
    this.provider = provider
    this.chance = chance
    this.weir = weir
    this.customers = Math.max(provider.kinds, Math.min(WAVE_MAX, Math.ceil(run.invoices / WAVES)))
    this.waves = Math.ceil(run.invoices / this.customers)
  }

  async play(): Promise<void> {
    await this.prepare()
    this.provider.setChaos(PLAN)
    for (let n = 0; n < this.waves; n += 1) await this.playWave(n)
    for (const [n, step] of MOVES_MS.entries()) {
      await this.rest()
      if (n % Math.ceil(MOVES_MS.length / SWEEPS) === 0) await this.sweep()
      this.decide()
      this.tell(`move ${n + 1} of ${MOVES_MS.length}`)
      // In the end the network is well, and every message arrives that was not lost.
      if (n === MOVES_MS.length - 3) this.provider.setChaos({})
      await this.weir.move(step)
    }
    // What waits for another message has waited for hours by now.
    this.weir.isEnding = true
    for (let n = 0; n < 4; n += 1) {
      this.decide()
      await this.weir.deliver(!this.provider.canBeAsked)
      if (n % 2 === 1) await this.sweep()
      await this.weir.rest()
    }
  }

  /** What the provider holds, beside what Weir says of it, and what `weir doctor` says of the database. */
  async found(): Promise<PaymentsFound> {
    this.tell('comparing')
    return comparePayments(this.weir, this.provider, this.invoices)
  }

  private tell(says: string): void {
    const seconds = ((performance.now() - this.beganAt) / 1000).toFixed(0)
    this.run.onProgress?.(`${seconds} s: ${says}`)
  }

  /** A sandbox with a connection, and customers that have left their methods and subscribe. */
  private async prepare(): Promise<void> {
    const { weir, provider } = this
    const organizationId = await weir.found()
    const { payment_provider: connected } = await weir.answered('POST', `${WEIR}/payment_providers`, {
      payment_provider: { type: provider.type, code: 'eu', name: 'EU', ...provider.settings },
    })
    provider.onConnected(connected)
    this.connection = { organizationId, providerId: connected.lago_id }
    const customers = Array.from({ length: this.customers }, (_, n) => n)
    const plans = customers.slice(0, PLANS_MAX)
    await inLanes(plans, LANES, (n) => this.offer(n))
    await inLanes(customers, LANES, (n) => this.welcome(n))
    await weir.deliver(true)
    await weir.rest()
    this.tell(`${this.customers} customers`)
    await inLanes(customers, LANES, (n) => this.subscribe(n, plans.length))
  }

  private async offer(n: number): Promise<void> {
    const { currencies, kinds } = this.provider
    await this.weir.answered('POST', '/plans', {
      plan: {
        name: `Plan ${n}`,
        code: `p${n}`,
        interval: 'weekly',
        pay_in_advance: true,
        amount_cents: CENTS_MIN + Math.floor(this.chance.random() * (CENTS_MAX - CENTS_MIN)),
        // The kinds of customers take turns, and so each of them pays in each currency.
        amount_currency: currencies[Math.floor(n / kinds) % currencies.length],
      },
    })
  }

  private async welcome(n: number): Promise<void> {
    const { type, kinds } = this.provider
    const billing_configuration = { payment_provider: type, sync_with_provider: true, sync: true }
    const { customer } = await this.weir.answered('POST', '/customers', {
      customer: { external_id: `c${n}`, name: `C ${n}`, email: `c${n}@example.com`, billing_configuration },
    })
    this.provider.leaveMethod(customer.billing_configuration.provider_customer_id, n % kinds)
  }

  private async subscribe(n: number, plans: number): Promise<void> {
    await this.weir.answered('POST', '/subscriptions', {
      subscription: {
        external_customer_id: `c${n}`,
        external_id: `s${n}`,
        plan_code: `p${n % plans}`,
        billing_time: 'anniversary',
      },
    })
  }

  /** Everybody's bill of a week, its charges, and what people do before and meanwhile. */
  private async playWave(wave: number): Promise<void> {
    const { weir } = this
    const billedAt = BEGIN + wave * WEEK_MS
    if (weir.clock < billedAt) await weir.move(billedAt - weir.clock)
    const sold = await weir.query<Sold>(
      `select id, total_amount_cents::int as cents from invoices where organization_id = $1 and created_at >= $2`,
      [this.connection.organizationId, new Date(billedAt).toISOString()],
    )
    this.invoices.push(...sold)
    const half = Math.ceil(sold.length / 2)
    await inLanes(sold.slice(0, half), LANES, (invoice) => this.meet(invoice))
    const deaths = this.deathsOf(wave, sold.length)
    const isRevoked = this.run.revokesKey === true && wave === Math.floor(this.waves / 2)
    if (isRevoked) await this.revoke(true)
    for (const [n, step] of WAVE_MOVES_MS.entries()) {
      if (isRevoked && n === REVOKED_MOVES) {
        await weir.move(PROBE_EVERY_MS)
        await this.revoke(false)
      }
      this.decide()
      await weir.move(step)
      const others = n === 0 ? sold.slice(half) : []
      await Promise.all([inLanes(others, LANES, (invoice) => this.meet(invoice)), this.rest(deaths)])
    }
    await this.creditSome(sold)
    this.tell(`${this.invoices.length} invoices`)
  }

  /** The provider refuses everything, as if its key had been made anew; then it takes the key again. */
  private async revoke(isRevoked: boolean): Promise<void> {
    const providers = await this.weir.query<{ state: string }>('select state from payment_providers')
    const states = providers.map(({ state }) => state)
    // Before, it works; after ten minutes Weir has noticed, and waits.
    if (!states.every((state) => state === (isRevoked ? 'active' : 'failing')))
      throw new Error(`the connection is ${states.join(', ')}`)
    this.provider.revoke(isRevoked)
    this.weir.isRefused = isRevoked
    this.tell(isRevoked ? 'the key is revoked' : 'the key is known again')
  }

  /** At how many payments that are left a process, and in two waves the database, dies. */
  private deathsOf(wave: number, invoices: number): Death[] {
    const { kills, stopDatabase } = this.run
    const upTo = (n: number) =>
      Math.floor(((n + 1) * kills) / this.waves) - Math.floor((n * kills) / this.waves)
    const deaths: Death[] = Array.from({ length: upTo(wave) }, () => {
      return { atLeft: Math.floor(invoices * (0.1 + 0.7 * this.chance.random())), die: () => this.weir.die() }
    })
    if (stopDatabase && (wave === Math.floor(this.waves / 3) || wave === Math.floor((2 * this.waves) / 3))) {
      deaths.push({ atLeft: Math.floor(invoices / 2), die: stopDatabase })
    }
    return deaths.sort((a, b) => b.atLeft - a.atLeft)
  }

  /** Until nothing is queued; messages come meanwhile, and deaths at their time. */
  private async rest(deaths: Death[] = []): Promise<void> {
    await this.weir.rest(async (left) => {
      const [next] = deaths
      if (next && left <= next.atLeft) {
        deaths.shift()
        await next.die()
      }
      await this.weir.deliver()
    })
    await this.weir.deliver()
  }

  /** Now and then a page that is paid, a payment by hand, a void or many requests at once. */
  private async meet({ id, cents }: Sold): Promise<void> {
    const luck = this.chance.random()
    if (luck < 0.05) await this.payOnPage(id)
    else if (luck < 0.08) {
      const payment = { invoice_id: id, amount_cents: cents, reference: 'bank' }
      await this.weir.tried('POST', '/payments', { payment })
    } else if (luck < 0.11) await this.weir.tried('POST', `/invoices/${id}/void`, {})
    else if (luck < 0.15) {
      await Promise.all(
        Array.from({ length: 10 }, () => this.weir.tried('POST', `/invoices/${id}/retry_payment`, {})),
      )
    }
  }

  private async payOnPage(id: string): Promise<void> {
    const answer = await this.weir.tried('POST', `/invoices/${id}/payment_url`, {})
    const url: string | undefined = answer?.invoice_payment_details?.payment_url
    if (url !== undefined) this.provider.pay(url)
  }

  /** Of some payments a part goes back by a credit note. */
  private async creditSome(sold: readonly Sold[]): Promise<void> {
    const ids = new Set(sold.map(({ id }) => id))
    const paid = this.provider
      .captures()
      .filter(({ invoiceId }) => invoiceId !== undefined && ids.has(invoiceId))
      .filter(({ id }) => this.chance.random() < CREDITED && !this.provider.isDisputed(id))
    await inLanes(paid, LANES, async ({ id, invoiceId, cents }) => {
      // Its bank does not take it back as well.
      this.provider.leaveAlone(id)
      const invoice = (await this.weir.tried('GET', `/invoices/${invoiceId}`, undefined))?.invoice
      const fee: string | undefined = invoice?.fees?.[0]?.lago_id
      if (fee === undefined) return
      const amount_cents = 1 + Math.floor(this.chance.random() * cents)
      await this.weir.tried('POST', '/credit_notes', {
        credit_note: {
          invoice_id: invoiceId,
          reason: 'other',
          refund_amount_cents: amount_cents,
          items: [{ fee_id: fee, amount_cents }],
        },
      })
    })
  }

  /** What waits for a bank or a payer is decided, most of it well. */
  private decide(): void {
    this.provider.decide(() => this.chance.random())
  }

  /** What the queue does every ten minutes of real time. */
  private async sweep(): Promise<void> {
    const payload = JSON.stringify(this.connection)
    await this.weir.query(`select graphile_worker.add_job('sweep_provider_messages', $1::json)`, [payload])
    await this.weir.rest()
  }
}

type Death = { readonly atLeft: number; readonly die: () => Promise<void> }
