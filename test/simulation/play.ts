import { setTimeout as sleep } from 'node:timers/promises'
import { Decimal } from '../../src/core/amounts/decimal.ts'
import { instant } from '../../src/core/calendar/instant.ts'
import type { EventProperties } from '../../src/core/metering/property-value.ts'
import { urlOf } from '../support/paths.ts'
import type { AcceptedEvent, Book, Look, UnitsChange, Wire } from './book.ts'
import type { Body } from './catalogue.ts'
import { type Chance, chanceOf } from './chance.ts'
import { type EventDraft, iso, type Life, type Step } from './life.ts'
import { keyOfFinal, takeMoneyStep, walletsOf } from './money-steps.ts'
import { billedAt, datedAsFirst, linesOf, nextBillAt } from './preview-step.ts'
import { ADMIN_KEY, type SimulatedServer } from './server.ts'
import { differences } from './validators/plays.ts'

/** How a life is played; the figures must not depend on this. */
export type Manner = {
  /** Waits after each event until the workers have done what it caused. */
  readonly isCalm: boolean
  /** Share of the steps during which the server is killed. */
  readonly killRate: number
  /** Seed of when it is killed. */
  readonly killSeed: number
}

const ALL_STATUSES = 'status[]=active&status[]=pending&status[]=terminated&status[]=canceled'
const PAGE = 100
const STATEMENTS_MAX = 90
/** Half a minute: a clock that a dead process was moving is moved on by the next one. */
const TRIES_MAX = 600
const IN_USE = 409

/** Plays a life on a server, in its own organization, and returns everything the server returned. */
export async function play(server: SimulatedServer, life: Life, manner: Manner): Promise<Book> {
  const player = new Player(server, life, manner)
  await player.setUp()
  for (const [index, step] of life.steps.entries()) await player.take(index, step)
  return player.book()
}

class Player {
  private readonly server: SimulatedServer
  private readonly life: Life
  private readonly manner: Manner
  private readonly chance: Chance
  private headers: Readonly<Record<string, string>> = {}
  private now: number
  private requests = 0
  private readonly name = Math.random().toString(36).slice(2)
  private subscriptions: readonly Wire[] = []
  private readonly answers: string[] = []
  private readonly metrics = new Map<string, Wire>()
  private readonly plans = new Map<string, Wire>()
  private readonly events: AcceptedEvent[] = []
  private readonly finalAfter = new Map<string, number>()
  private readonly looks: Look[] = []
  private readonly wrongPreviews: string[] = []
  private readonly unitsChanges: UnitsChange[] = []

  constructor(server: SimulatedServer, life: Life, manner: Manner) {
    this.server = server
    this.life = life
    this.manner = manner
    this.chance = chanceOf(manner.killSeed)
    this.now = life.start
  }

  async setUp(): Promise<void> {
    const { catalogue, customers, coupons, entity, seed } = this.life
    const organization = {
      name: `Life ${seed}`,
      email: `${this.name}@example.com`,
      sandbox: true,
    }
    const made = await this.server.request(
      'POST',
      '/admin/organizations',
      { 'x-admin-api-key': ADMIN_KEY },
      organization,
    )
    const answer = made?.body as Wire
    if (made?.status !== 201) throw new Error(`no organization: ${JSON.stringify(made)}`)
    this.headers = { authorization: `Bearer ${answer.organization.api_key}` }
    await this.moveClock(this.life.start)
    const [own] = await this.list('/billing_entities', 'billing_entities')
    if (Object.keys(entity).length > 0) {
      await this.ok('PUT', `/billing_entities/${own.code}`, { billing_entity: entity })
    }
    for (const tax of catalogue.taxes) await this.ok('POST', '/taxes', { tax })
    for (const addOn of catalogue.addOns) await this.ok('POST', '/add_ons', { add_on: addOn })
    for (const { code, body } of catalogue.metrics) {
      const { billable_metric } = await this.ok('POST', '/billable_metrics', { billable_metric: body })
      this.metrics.set(code, billable_metric)
    }
    for (const { code, body } of catalogue.plans) {
      const charges = (body.charges as Body[]).map(({ billable_metric_code: metric, ...charge }) => ({
        ...charge,
        billable_metric_id: this.metrics.get(String(metric)).lago_id,
      }))
      const { plan } = await this.ok('POST', '/plans', { plan: { ...body, charges } })
      this.plans.set(code, plan)
    }
    for (const customer of customers) await this.ok('POST', '/customers', { customer })
    for (const coupon of coupons) await this.ok('POST', '/coupons', { coupon })
  }

  /** Does one step and waits for its end; what it made final is noted. */
  async take(index: number, step: Step): Promise<void> {
    if (this.chance.often(this.manner.killRate)) {
      this.server.killAfter(this.chance.int(1, STATEMENTS_MAX), this.chance.often(0.5))
    }
    this.answers.push(await this.answerTo(index, step))
    if (step.kind === 'events' || step.kind === 'repeat' || step.kind === 'look') return
    // A bill that is due waits for nobody: what comes next must find it done in every play.
    if (step.kind !== 'clock') await this.moveClock(this.now)
    await this.noteFinal()
    this.subscriptions = await this.list(`/subscriptions?${ALL_STATUSES}`, 'subscriptions')
  }

  async book(): Promise<Book> {
    await this.moveClock(this.now)
    await this.noteFinal()
    const listed = await this.list('/invoices', 'invoices')
    const all: Wire[] = []
    for (const { lago_id: id } of listed) all.push((await this.ok('GET', `/invoices/${id}`)).invoice)
    const isVoided = ({ status }: Wire) => status === 'voided'
    return {
      life: this.life,
      answers: this.answers,
      plans: this.plans,
      metrics: this.metrics,
      customers: await this.list('/customers', 'customers'),
      events: this.events,
      listedEvents: await this.list('/events', 'events'),
      subscriptions: await this.list(`/subscriptions?${ALL_STATUSES}`, 'subscriptions'),
      invoices: datedAsFirst(all).filter((invoice) => !isVoided(invoice)),
      voided: all.filter(isVoided),
      appliedCoupons: await this.list('/applied_coupons', 'applied_coupons'),
      wallets: await walletsOf(this.life.customers, (path, root) => this.list(path, root)),
      creditNotes: await this.list('/credit_notes', 'credit_notes'),
      payments: await this.list('/payments', 'payments'),
      wrongPreviews: this.wrongPreviews,
      unitsChanges: this.unitsChanges,
      finalAfter: this.finalAfter,
      looseFees: (await this.list('/fees', 'fees')).filter((fee) => !fee.invoiceable),
      looks: this.looks,
      now: this.now,
    }
  }

  private async answerTo(index: number, step: Step): Promise<string> {
    switch (step.kind) {
      case 'clock':
        await this.moveClock(step.to)
        return 'moved'
      case 'events':
        return this.sendEvents(step.events, step.isBatch)
      case 'repeat':
        return this.repeat(step.event)
      case 'request':
        return this.said(await this.write(step.method, step.path, step.body))
      case 'look':
        return this.look(index)
      case 'pay_fees':
        return this.payFees()
      case 'preview':
        return this.preview(step.subscription)
      case 'units':
        return this.changeUnits(step)
      case 'regenerate':
        return this.regenerate(step.place)
      case 'finalize_draft':
        return this.touchDraft('finalize')
      case 'refresh_draft':
        return this.touchDraft('refresh')
      default:
        return takeMoneyStep(step, {
          list: (path, root) => this.list(path, root),
          write: (method, path, body) => this.write(method, path, body),
          said: (sent) => this.said(sent as Sent),
        })
    }
  }

  private async sendEvents(events: readonly EventDraft[], isBatch: boolean): Promise<string> {
    const requests = isBatch ? [events] : events.map((event) => [event])
    for (const sent of requests) {
      const path = isBatch ? '/events/batch' : '/events'
      const body = isBatch ? { events: sent } : { event: sent[0] }
      const { status, tries, answer } = await this.send('POST', path, body)
      // A repeat of what a death left unanswered is refused, when it had been kept.
      const isKept = status === 200 || (tries > 1 && status === 422 && isDuplicate(answer))
      if (!isKept) throw new Error(`events were answered with ${status}: ${JSON.stringify(answer)}`)
      for (const event of sent) this.accept(event)
      if (this.manner.isCalm || this.life.isWatched) await this.moveClock(this.now)
      if (this.life.isWatched) await this.noteFinal()
    }
    return 'accepted'
  }

  private accept(event: EventDraft): void {
    const cents = event.precise_total_amount_cents
    const raw = {
      id: String(this.events.length + 1),
      transactionId: event.transaction_id,
      code: event.code,
      externalSubscriptionId: event.external_subscription_id,
      at: instant(event.timestamp * 1000),
      properties: event.properties as EventProperties,
      preciseTotalAmountCents: cents === undefined ? null : Decimal.of(cents),
    }
    this.events.push({ raw, subscriptions: this.subscriptions })
  }

  private async repeat(event: EventDraft): Promise<string> {
    const { status, answer } = await this.send('POST', '/events', { event })
    if (status !== 422 || !isDuplicate(answer)) throw new Error(`a repeat was answered with ${status}`)
    return 'refused'
  }

  private async look(index: number): Promise<string> {
    await this.moveClock(this.now)
    const usage: Record<string, Wire> = {}
    for (const subscription of this.subscriptions.filter(({ status }) => status === 'active')) {
      const { external_id: id, external_customer_id: customer } = subscription
      const path = `/customers/${customer}/current_usage?external_subscription_id=${id}`
      usage[id] = (await this.ok('GET', path)).customer_usage
    }
    const { subscriptions, now } = this
    this.looks.push({ step: index, now, accepted: this.events.length, subscriptions, usage })
    return 'looked'
  }

  /** Marks the oldest uninvoiced fees as paid. */
  private async payFees(): Promise<string> {
    await this.moveClock(this.now)
    const fees = await this.list('/fees?payment_status=pending', 'fees')
    const own = fees
      .filter((fee) => !fee.invoiceable && fee.lago_invoice_id === null)
      .sort((a, b) => (keyOfFee(a) < keyOfFee(b) ? -1 : 1))
    for (const { lago_id: id } of own.slice(0, 3)) {
      await this.ok('PUT', `/fees/${id}`, { fee: { payment_status: 'succeeded' } })
    }
    return `${own.length} to pay`
  }

  private async touchDraft(verb: 'finalize' | 'refresh'): Promise<string> {
    const drafts = await this.list('/invoices?status=draft', 'invoices')
    const [first] = drafts.sort((a, b) => (keyOfDraft(a) < keyOfDraft(b) ? -1 : 1))
    if (!first) return 'no draft'
    return this.said(await this.write('PUT', `/invoices/${first.lago_id}/${verb}`))
  }

  /** Compares the preview of the next bill with the bill, if one is made soon. */
  private async preview(externalId: string): Promise<string> {
    const found = this.subscriptions.find(
      (each) => each.external_id === externalId && each.status === 'active',
    )
    if (!found) return 'not active'
    const { subscription } = await this.ok('GET', `/subscriptions/${externalId}`)
    const at = nextBillAt(subscription, this.now)
    if (at === null) return 'no bill soon'
    await this.moveClock(at - 1000)
    const current = this.life.customers.find(({ external_id: id }) => id === found.external_customer_id)
    const asked = {
      customer: { external_id: current?.external_id },
      subscriptions: { external_ids: [externalId] },
    }
    const { status, answer } = await this.send('POST', '/invoices/preview', asked)
    await this.moveClock(at)
    const listed = await this.list(`/invoices?external_customer_id=${found.external_customer_id}`, 'invoices')
    const made: Wire[] = []
    for (const { lago_id: id, created_at } of listed) {
      if (Date.parse(created_at) === at) made.push((await this.ok('GET', `/invoices/${id}`)).invoice)
    }
    const bill = billedAt(made, subscription, at)
    if (status !== 200 || !bill) return `${status}, ${bill ? 'a bill' : 'no bill'}`
    const [shown, billed] = [linesOf(answer.invoice, externalId), linesOf(bill, externalId)]
    const where = `${externalId} at ${iso(at)}`
    this.wrongPreviews.push(...differences(shown, billed).map((says) => `${where}: ${says}`))
    return 'compared'
  }

  private async changeUnits(step: Extract<Step, { kind: 'units' }>): Promise<string> {
    const { subscription: externalId, place, units } = step
    const found = this.subscriptions.find(
      (each) => each.external_id === externalId && each.status === 'active',
    )
    const charges: readonly Wire[] = this.plans.get(found?.plan_code)?.fixed_charges ?? []
    const charge = charges[Math.floor(place * charges.length)]
    if (!found || !charge) return 'no fixed charge'
    const path = `/subscriptions/${externalId}/fixed_charges/${charge.code}`
    const sent = await this.write('PUT', path, { fixed_charge: { units } })
    if (sent.status === 200) {
      this.unitsChanges.push({ subscriptionId: found.lago_id, code: charge.code, units, at: this.now })
    }
    return this.said(sent)
  }

  /** Voids a final invoice and makes it anew, with all of its fees. */
  private async regenerate(place: number): Promise<string> {
    await this.moveClock(this.now)
    const invoices = await this.list('/invoices?status=finalized&invoice_type=subscription', 'invoices')
    const sorted = invoices.sort((a, b) => (keyOfFinal(a) < keyOfFinal(b) ? -1 : 1))
    const chosen = sorted[Math.floor(place * sorted.length)]
    if (!chosen) return 'no invoice'
    await this.noteFinal()
    const { lago_id: id } = chosen
    const voided = await this.write('POST', `/invoices/${id}/void`)
    if (voided.status !== 200) return this.said(voided)
    const { invoice } = await this.ok('POST', `/api/weir/v1/invoices/${id}/regenerate`)
    this.finalAfter.set(invoice.lago_id, this.finalAfter.get(id) ?? this.events.length)
    return `regenerated ${invoice.fees.length} fees of ${invoice.fees_amount_cents}`
  }

  private async noteFinal(): Promise<void> {
    const invoices = await this.list('/invoices?status=finalized', 'invoices')
    for (const { lago_id: id } of invoices) {
      if (!this.finalAfter.has(id)) this.finalAfter.set(id, this.events.length)
    }
  }

  /** Moves the clock, or lets it stand and waits until everything that is due is done. */
  private async moveClock(to: number): Promise<void> {
    this.now = Math.max(this.now, to)
    const { status, answer } = await this.send('PUT', '/test_clock', { test_clock: { now: iso(this.now) } })
    if (status !== 200 || answer.test_clock.status !== 'ready') {
      throw new Error(`the clock at ${iso(this.now)}: ${JSON.stringify(answer)}\n${this.server.logged()}`)
    }
  }

  private said({ status, answer }: Sent): string {
    if (status >= 500)
      throw new Error(`answered with ${status}: ${JSON.stringify(answer)}\n${this.server.logged()}`)
    return status === 200
      ? '200'
      : `${status} ${answer?.code ?? ''} ${JSON.stringify(answer?.error_details ?? '')}`
  }

  private async list(path: string, root: string): Promise<Wire[]> {
    const found: Wire[] = []
    for (let page = 1; ; page += 1) {
      const sign = path.includes('?') ? '&' : '?'
      const body = await this.ok('GET', `${path}${sign}page=${page}&per_page=${PAGE}`)
      found.push(...body[root])
      if (!body.meta?.next_page) return found
    }
  }

  private async ok(method: string, path: string, body?: Body): Promise<Wire> {
    const { status, answer } = await (method === 'GET'
      ? this.send(method, path)
      : this.write(method, path, body))
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`)
    return answer
  }

  /** A write under a key of its own, which happens once however often it is sent. */
  private write(method: string, path: string, body?: Body): Promise<Sent> {
    this.requests += 1
    return this.send(method, path, body, { 'idempotency-key': `${this.name}-${this.requests}` })
  }

  /** Retries until there is a response, across all crashes of the server. */
  private async send(method: string, path: string, body?: Body, more = {}): Promise<Sent> {
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      const headers = { ...this.headers, ...more }
      const answer = await this.server.request(method, urlOf(path), headers, body)
      // The statement of a dead process may still be running in the database.
      const isBusy = answer?.status === IN_USE && tries > 1
      if (answer !== undefined && !isBusy) return { status: answer.status, tries, answer: answer.body }
      await sleep(isBusy ? 50 : 0)
      await this.server.healthy()
    }
    throw new Error(`${method} ${path} was never answered`)
  }
}

type Sent = { readonly status: number; readonly tries: number; readonly answer: Wire }

function isDuplicate(answer: Wire): boolean {
  return JSON.stringify(answer?.error_details ?? '').includes('value_already_exist')
}

function keyOfFee(fee: Wire): string {
  return JSON.stringify([
    fee.event_transaction_id ?? '',
    fee.item.code,
    fee.from_date,
    fee.lago_charge_filter_id === null,
  ])
}

function keyOfDraft(invoice: Wire): string {
  return JSON.stringify([
    invoice.customer.external_id,
    invoice.issuing_date,
    invoice.created_at,
    invoice.fees_amount_cents,
  ])
}
