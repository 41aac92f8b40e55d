import type { Body } from './catalogue.ts'
import { type Chance, chanceOf } from './chance.ts'
import type { Step } from './life.ts'

/** Apart from the seeds of lives. */
const SEED = 2_000_000_011
/** The share of the moves of the clock after which one of these happens. */
const RATE = 0.4

/** Coupons that customers may get. */
export function drawCoupons(seed: number, currency: string, planCodes: readonly string[]): Body[] {
  const r = chanceOf(seed + SEED)
  return ['once', 'recurring', 'forever'].map((frequency, k) => ({
    name: `Coupon ${k}`,
    code: `coupon${k}`,
    ...(r.often(0.5)
      ? { coupon_type: 'percentage', percentage_rate: r.pick(['5', '33.3', '100']) }
      : { coupon_type: 'fixed_amount', amount_cents: r.pick([1, 999, 50_000]), amount_currency: currency }),
    frequency,
    ...(frequency === 'recurring' ? { frequency_duration: r.int(1, 4) } : {}),
    expiration: 'no_expiration',
    ...(r.often(0.3) ? { applies_to: { plan_codes: [r.pick(planCodes)] } } : {}),
  }))
}

/**
 * The steps of a life with coupons, previews, other units, and voided invoices that are made anew between them; drawn apart, so that
 * the rest of a life stays as it is. A watched life voids nothing: its thresholds would be passed again.
 */
export function withInvoiceSteps(
  steps: readonly Step[],
  life: { readonly seed: number; readonly isWatched: boolean; readonly customers: readonly string[] },
): Step[] {
  const r = chanceOf(life.seed + SEED + 1)
  const subscriptions = [...new Set(steps.flatMap(subscriptionOf))]
  const kinds = ['coupon', 'preview', 'units', ...(life.isWatched ? [] : (['regenerate'] as const))] as const
  return steps.flatMap((step): Step[] => {
    if (step.kind !== 'clock' || !r.often(RATE)) return [step]
    return [step, draw(r, r.pick(kinds), r.pick(life.customers), r.pick(subscriptions))]
  })
}

function draw(
  r: Chance,
  kind: 'coupon' | 'preview' | 'units' | 'regenerate',
  customer: string,
  subscription: string,
): Step {
  if (kind === 'preview') return { kind: 'preview', subscription }
  if (kind === 'units') return { kind, subscription, place: r.next(), units: r.pick(['0', '2', '7.5', '30']) }
  if (kind === 'regenerate') return { kind: 'regenerate', place: r.next() }
  const applied_coupon = { external_customer_id: customer, coupon_code: `coupon${r.int(0, 2)}` }
  return { kind: 'request', method: 'POST', path: '/applied_coupons', body: { applied_coupon } }
}

function subscriptionOf(step: Step): string[] {
  if (step.kind !== 'request' || step.path !== '/subscriptions') return []
  const { subscription } = step.body as { subscription: { external_id: string } }
  return [subscription.external_id]
}
