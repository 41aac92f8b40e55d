import { PAYMENT_INVARIANTS } from '../../src/store/payment-invariants.ts'
import type { Capture, PlayedProvider } from './played-providers.ts'
import type { PlayedWeir } from './played-weir.ts'

/** What was found after everything had come to rest; a list of faults that is empty when nothing is wrong. */
export type PaymentsFound = {
  readonly faults: readonly string[]
  readonly invoices: number
  readonly payments: number
  readonly captures: number
  readonly refunds: number
  readonly calls: number
  readonly kills: number
  /** What the provider did badly, and how often. */
  readonly mischief: Readonly<Record<string, number>>
  /** Payments by state. */
  readonly states: Readonly<Record<string, number>>
  /** Payments whose outcome was unknown for a time. */
  readonly unknown: number
  /** How long it was unknown at the most, by the sandbox's clock; without those that were left to somebody. */
  readonly longestUnknownMs: number
  /** Payments that nobody wants any more and nobody has heard of, where nobody can be asked. */
  readonly leftToSomebody: number
}

type PaymentFacts = {
  readonly id: string
  readonly state: string
  readonly there: string | null
  readonly cents: number
  readonly excess: number
  /** Given back by credit notes. */
  readonly credited: number
  readonly invoice_id: string | null
  readonly review: string | null
  readonly reversal: string | null
  /** Its refunds here, in words. */
  readonly refunds: string | null
}

const ENDED = ['succeeded', 'failed', 'canceled', 'held']

/** Compares what a provider holds with what Weir says of it: every payment, capture and invoice. */
export async function comparePayments(
  weir: PlayedWeir,
  provider: PlayedProvider,
  invoices: readonly { readonly id: string }[],
): Promise<PaymentsFound> {
  const payments = await weir.query<PaymentFacts>(
    `select p.id, p.state, p.provider_payment_id as there, p.amount_cents::int as cents, p.excess_cents::int as excess,
       p.invoice_id, p.review, p.reversal_kind as reversal,
       coalesce((select sum(r.amount_cents) from refunds r where r.organization_id = p.organization_id
         and r.payment_id = p.id and r.credit_note_id is not null and r.state = 'succeeded'), 0)::int as credited,
       (select string_agg(format('%s %s %s %s', r.reason, r.amount_cents, r.state, r.error), ', ') from refunds r
        where r.organization_id = p.organization_id and r.payment_id = p.id) as refunds
     from payments p where p.payment_type = 'provider'`,
  )
  const captures = provider.captures()
  const isLeft = (row: PaymentFacts) =>
    !provider.canBeAsked && row.state === 'unknown' && row.review === 'outcome_unknown'
  const faults = [
    ...provider.violations,
    ...faultsOfCaptures(provider, captures, payments),
    ...faultsOfPayments(payments, new Set(captures.map(({ id }) => id)), isLeft),
    ...(await historyOf(
      weir,
      payments.filter((row) => !isLeft(row) && !ENDED.includes(row.state)),
    )),
    ...(await faultsOfInvoices(weir, provider, captures, payments, invoices)),
    ...(await faultsOfReceipts(weir)),
    ...(await faultsByDoctor(weir)),
  ]
  const [counts] = await weir.query<{ calls: number }>('select count(*)::int as calls from payment_calls')
  const states: Record<string, number> = {}
  for (const { state } of payments) states[state] = (states[state] ?? 0) + 1
  return {
    faults,
    invoices: invoices.length,
    payments: payments.length,
    captures: captures.length,
    refunds: provider.refundCount(),
    calls: counts?.calls ?? 0,
    kills: weir.kills,
    mischief: Object.fromEntries(provider.mischief),
    states,
    ...(await timesUnknown(weir)),
    leftToSomebody: payments.filter(isLeft).length,
  }
}

/** Money that was taken is known here, once, and what was too much has gone back. */
function faultsOfCaptures(
  provider: PlayedProvider,
  captures: readonly Capture[],
  payments: readonly PaymentFacts[],
): string[] {
  const byIntent = new Map(payments.map((row) => [row.there, row]))
  return captures.flatMap(({ id }) => {
    const row = byIntent.get(id)
    if (!row) return [`capture ${id} is unknown here`]
    if (row.state !== 'succeeded') return [`capture ${id} is ${row.state} here`]
    const isDisputed = provider.isDisputed(id)
    if ((row.reversal === 'dispute') !== isDisputed)
      return [`capture ${id} is disputed: ${isDisputed}, here ${row.reversal}`]
    const owed = row.excess + row.credited
    const returned = givenBack(provider, id, row)
    return returned === owed
      ? []
      : [`capture ${id}: ${owed} to be given back, ${returned} given back (${row.refunds})`]
  })
}

/** What of a capture its payer has again without any doubt; nothing more is to go back of one that is disputed. */
function givenBack(provider: PlayedProvider, id: string, { excess, credited }: PaymentFacts): number {
  return Math.max(provider.refundedOf(id), provider.isDisputed(id) ? excess + credited : 0)
}

function faultsOfPayments(
  payments: readonly PaymentFacts[],
  captured: ReadonlySet<string | null>,
  isLeft: (row: PaymentFacts) => boolean,
): string[] {
  return payments.flatMap((row) => {
    const faults: string[] = []
    // What nobody wants any more and nobody has heard of is for somebody to see, where nobody can be asked.
    if (!isLeft(row) && !ENDED.includes(row.state)) faults.push(`payment ${row.id} is ${row.state}`)
    // What was given back of money that its bank took back later is for somebody to see.
    if (!isLeft(row) && row.review !== null && row.review !== 'refunded_and_taken_back')
      faults.push(`payment ${row.id} waits for somebody: ${row.review}`)
    if (row.state === 'succeeded' && !captured.has(row.there))
      faults.push(`payment ${row.id} succeeded without a capture`)
    return faults
  })
}

/** How payments came to stand still, and what would move them on. */
async function historyOf(weir: PlayedWeir, payments: readonly PaymentFacts[]): Promise<string[]> {
  const rows = await weir.query(
    `select p.id, p.tries, p.looks, p.next_look_at,
       (select string_agg(format('%s by %s (%s)', t.to_state, t.cause, t.note), ', ' order by t.id)
        from payment_transitions t where t.payment_id = p.id) as states,
       (select format('%s at %s', d.due_at, d.error) from due_items d
        where d.kind = 'payment_attention' and d.subject_id = p.id) as due,
       (select format('%s tries, at %s, %s', j.attempts, j.run_at, j.last_error)
        from graphile_worker._private_jobs j where j.key = 'payment:' || p.id) as job,
       (select string_agg(format('%s %s, expires at %s; %s', g.id, g.status, g.expires_at,
            (select string_agg(format('%s %s %s %s', c.call, c.outcome, c.http_code, c.error), ', ' order by c.id)
             from (select * from payment_calls c where c.subject_id = g.id order by c.id desc limit 5) c)), '; ')
        from payment_pages g where g.invoice_id = p.invoice_id) as pages
     from payments p where p.id = any ($1::uuid[])`,
    [payments.slice(0, 20).map(({ id }) => id)],
  )
  return rows.map((row) => JSON.stringify(row))
}

/** What the provider kept for an invoice, with what was paid by hand, is what the invoice says is paid: never more than it is. */
async function faultsOfInvoices(
  weir: PlayedWeir,
  provider: PlayedProvider,
  captures: readonly Capture[],
  payments: readonly PaymentFacts[],
  invoices: readonly { readonly id: string }[],
): Promise<string[]> {
  const rows = await weir.query(
    `select i.id, i.total_paid_amount_cents::int as paid, i.total_amount_cents::int as total,
       coalesce(p.cents, 0)::int as by_hand
     from invoices i
     left join (select invoice_id, sum(amount_cents) as cents from payments where payment_type = 'manual' group by 1) p
       on p.invoice_id = i.id
     where i.id = any ($1::uuid[])`,
    [invoices.map(({ id }) => id)],
  )
  // What a credit note gave back was paid all the same.
  const byIntent = new Map(payments.map((row) => [row.there, row]))
  const kept = new Map<string | undefined, number>()
  for (const { id, invoiceId, cents } of captures) {
    const row = byIntent.get(id)
    const keptOfIt = row ? cents - givenBack(provider, id, row) + row.credited : cents
    kept.set(invoiceId, (kept.get(invoiceId) ?? 0) + keptOfIt)
  }
  const missing =
    rows.length === invoices.length ? [] : [`${invoices.length - rows.length} invoices are gone`]
  return rows.reduce((faults: string[], row) => {
    const there = kept.get(row.id) ?? 0
    const isRight = there + row.by_hand === row.paid && row.paid <= row.total
    if (!isRight)
      faults.push(
        `invoice ${row.id} of ${row.total}: ${row.paid} paid, ${there} kept, ${row.by_hand} by hand`,
      )
    return faults
  }, missing)
}

/** A payment that paid something has one receipt, however often it was told of. */
async function faultsOfReceipts(weir: PlayedWeir): Promise<string[]> {
  const rows = await weir.query(
    `select p.id, count(r.id)::int as receipts from payments p
     left join payment_receipts r on r.payment_id = p.id and r.organization_id = p.organization_id
     where p.state = 'succeeded' and p.payment_type = 'provider'
     group by p.organization_id, p.id
     having count(r.id) <> (case when p.excess_cents < p.amount_cents then 1 else 0 end)`,
  )
  return rows.map(({ id, receipts }) => `payment ${id} has ${receipts} receipts`)
}

/** What `weir doctor` calls broken of payments. */
async function faultsByDoctor(weir: PlayedWeir): Promise<string[]> {
  const faults: string[] = []
  for (const { code, query } of PAYMENT_INVARIANTS.filter(({ weight }) => weight === 'error')) {
    const rows = await weir.query(query)
    for (const { subject, detail } of rows) faults.push(`doctor, ${code}: ${subject}, ${detail}`)
  }
  return faults
}

async function timesUnknown(weir: PlayedWeir): Promise<{ unknown: number; longestUnknownMs: number }> {
  const rows = await weir.query(
    `select count(*)::int as unknown, coalesce(max(extract(epoch from known.at - lost.at) * 1000), 0)::float8 as longest
     from (select payment_id, min(created_at) as at from payment_transitions where to_state = 'unknown'
           group by 1) lost
     left join lateral (
       select min(t.created_at) as at from payment_transitions t
       where t.payment_id = lost.payment_id and t.created_at >= lost.at
         and t.to_state in ('processing', 'action_required', 'succeeded', 'failed', 'canceled')
     ) known on true`,
  )
  return { unknown: rows[0]?.unknown, longestUnknownMs: rows[0]?.longest }
}
