import { Decimal } from '../amounts/decimal.ts'
import { feeTitle } from './fee-rows.ts'
import type { FrozenFee, FrozenInvoice, FrozenSubscription } from './frozen.ts'

/** A fee that is printed, with the fees that bring it up to its minimum. */
export type TitledFee = {
  readonly fee: FrozenFee
  readonly title: string
  readonly trueUps: readonly FrozenFee[]
}

const KINDS: readonly FrozenFee['type'][] = [
  'subscription',
  'fixed_charge',
  'charge',
  'add_on',
  'credit',
  'commitment',
]

/** The fees of a subscription that are printed: a list for each billing period, oldest first, in order of kind and title. */
export function feesByPeriod(invoice: FrozenInvoice, subscription: FrozenSubscription): TitledFee[][] {
  const own = invoice.fees.filter((fee) => fee.subscriptionId === subscription.id)
  const trueUps = trueUpsOf(own)
  const periods = new Map<string, TitledFee[]>()
  for (const fee of shownFees(own, trueUps, invoice)) {
    const key = `${fee.from ?? ''} ${fee.to ?? ''}`
    const titled = {
      fee,
      title: feeTitle(fee, subscription, invoice.locale),
      trueUps: trueUps.get(fee.id) ?? [],
    }
    const period = periods.get(key)
    if (period) period.push(titled)
    else periods.set(key, [titled])
  }
  return [...periods.values()]
    .sort((a, b) => startOf(a) - startOf(b) || endOf(a) - endOf(b))
    .map((fees) => fees.sort(byKindAndTitle))
}

/** Fees in the order of the periods that they are for. */
export function inOrderOfTime(fees: readonly FrozenFee[]): FrozenFee[] {
  return [...fees].sort((a, b) => (a.from ?? 0) - (b.from ?? 0))
}

/** Subscriptions in the order of their names. */
export function bySubscriptionName(subscriptions: readonly FrozenSubscription[]): FrozenSubscription[] {
  return [...subscriptions].sort(
    byName(
      ({ name }) => name,
      ({ id }) => id,
    ),
  )
}

/** Orders by name without regard to case, then by id. */
export function byName<T>(nameOf: (each: T) => string, idOf: (each: T) => string): (a: T, b: T) => number {
  return (a, b) => compare(nameOf(a).toLowerCase(), nameOf(b).toLowerCase()) || compare(idOf(a), idOf(b))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function byKindAndTitle(a: TitledFee, b: TitledFee): number {
  const byTitle = byName<TitledFee>(
    ({ title }) => title,
    ({ fee }) => fee.id,
  )
  return KINDS.indexOf(a.fee.type) - KINDS.indexOf(b.fee.type) || byTitle(a, b)
}

/** A fee of zero is only shown when nothing else would be, or when it has a true-up. */
function shownFees(
  own: readonly FrozenFee[],
  trueUps: ReadonlyMap<string, FrozenFee[]>,
  invoice: FrozenInvoice,
): FrozenFee[] {
  const hasOther = own.some((fee) => fee.type !== 'subscription' && fee.amountCents !== '0')
  return own.filter((fee) => {
    if (fee.trueUpParentId !== null) return false
    const isZero = fee.amountCents === '0'
    switch (fee.type) {
      case 'subscription':
        return invoice.invoiceType !== 'progressive_billing' && (!isZero || !hasOther)
      case 'commitment':
        return !isZero
      default:
        return !isZero || !Decimal.of(fee.units).isZero() || trueUps.has(fee.id)
    }
  })
}

function trueUpsOf(fees: readonly FrozenFee[]): Map<string, FrozenFee[]> {
  const byParent = new Map<string, FrozenFee[]>()
  for (const fee of fees) {
    if (fee.trueUpParentId === null) continue
    byParent.set(fee.trueUpParentId, [...(byParent.get(fee.trueUpParentId) ?? []), fee])
  }
  return byParent
}

function startOf(fees: readonly TitledFee[]): number {
  return fees[0]?.fee.from ?? 0
}

function endOf(fees: readonly TitledFee[]): number {
  return fees[0]?.fee.to ?? 0
}
