import type { Instant } from '../calendar/instant.ts'
import { isBillable, parseInstant } from '../calendar/parse-instant.ts'
import { type PreviewCoupon, readPreviewCoupons } from '../coupons/preview-coupons.ts'
import { Fields, type Input, isInput } from '../input/fields.ts'
import { tidyId } from '../input/ids.ts'
import { type Outcome, Problems, refused, refusedFields } from '../problems.ts'

/** Which bill is to be shown. */
export type PreviewMode =
  | {
      /** The first bill of a subscription that does not exist. */
      readonly kind: 'start'
      readonly planCode: string
      readonly billingTime: 'calendar' | 'anniversary'
      /** Null for now. */
      readonly subscriptionAt: Instant | null
    }
  | { readonly kind: 'next'; readonly externalIds: readonly string[] }
  | {
      readonly kind: 'termination'
      readonly externalId: string
      readonly at: Instant
      /** What happens to what was paid and not used; null for what the subscription says. */
      readonly creditNote: string | null
    }
  | { readonly kind: 'plan_change'; readonly externalId: string; readonly planCode: string }

export type PreviewInput = {
  /** Null for somebody who is no customer yet. */
  readonly externalCustomerId: string | null
  /** What is said of somebody who is no customer yet. */
  readonly customer: Input
  readonly billingEntityCode: string | null
  /** For a customer that has no active coupon. */
  readonly coupons: readonly PreviewCoupon[]
  readonly mode: PreviewMode
}

/** Reads what `POST /invoices/preview` asks for. Refuses with 400, 404 and 422 as docs/rules/invoices.md#previews says. */
export function readPreview(input: Input, customer: Input, now: Instant): Outcome<PreviewInput> {
  if (isGiven(input.coupons) && !Array.isArray(input.coupons)) return badRequest('coupons_must_be_an_array')
  if (isGiven(input.subscriptions) && !isInput(input.subscriptions)) {
    return badRequest('subscriptions_must_be_an_object')
  }
  const problems = new Problems()
  const externalCustomerId = new Fields(customer, problems).id('external_id') || null
  const subscriptions = isInput(input.subscriptions) ? input.subscriptions : {}
  const externalIds = new Fields(subscriptions, problems).ids('external_ids') ?? []
  const coupons = readPreviewCoupons(input.coupons, problems)
  const billingEntityCode = new Fields(input, problems).id('billing_entity_code') || null
  // Also where subscriptions are named, so that what cannot be read is refused whatever stands beside it.
  const start = readStart(input, problems)
  const mode = externalIds.length === 0 ? start : readExisting(subscriptions, externalIds, problems, now)
  if (problems.any || mode === null) return refusedFields(problems.details())
  if (externalIds.length > 0 && externalCustomerId === null) {
    return refusedFields({ customer: ['must_be_persisted'] })
  }
  return problems.outcome({ externalCustomerId, customer, billingEntityCode, coupons, mode })
}

function readStart(input: Input, problems: Problems): PreviewMode {
  const fields = new Fields(input, problems)
  return {
    kind: 'start',
    planCode: fields.id('plan_code') ?? '',
    billingTime: fields.word('billing_time', ['calendar', 'anniversary']) ?? 'calendar',
    subscriptionAt: fields.instant('subscription_at') ?? null,
  }
}

function readExisting(
  subscriptions: Input,
  externalIds: readonly string[],
  problems: Problems,
  now: Instant,
): PreviewMode | null {
  const [externalId = '', ...others] = externalIds
  if (isGiven(subscriptions.terminated_at)) {
    if (others.length > 0) problems.add('subscriptions', 'only_one_subscription_allowed_for_termination')
    const at = readTermination(subscriptions.terminated_at, problems, now)
    return at === null ? null : { kind: 'termination', externalId, at, creditNote: null }
  }
  if (isGiven(subscriptions.plan_code)) {
    if (others.length > 0) problems.add('subscriptions', 'only_one_subscription_allowed_for_plan_change')
    const planCode = new Fields(subscriptions, problems).text('plan_code')
    return { kind: 'plan_change', externalId, planCode: tidyId(planCode ?? '') }
  }
  return { kind: 'next', externalIds }
}

function readTermination(value: unknown, problems: Problems, now: Instant): Instant | null {
  const at = typeof value === 'string' ? parseInstant(value) : undefined
  if (at === undefined || !isBillable(at)) problems.add('terminated_at', 'invalid_timestamp')
  else if (at < now) problems.add('terminated_at', 'cannot_be_in_past')
  else return at
  return null
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

function badRequest(message: string): Outcome<never> {
  return refused({ kind: 'bad_request', message })
}
