import { addMs, type Instant, SECOND_MS } from '../../core/calendar/instant.ts'
import { currentFixedChargesWindow } from '../../core/subscriptions/windows.ts'
import type { Tx } from '../../store/database.ts'
import {
  insertUnits,
  type NewUnits,
  scheduleUnits,
  type UnitsOwner,
  unitsOwners,
} from '../../store/fixed-charge-units.ts'
import type { FixedChargeRow } from '../../store/fixed-charges.ts'
import { billMomentOf, statesOf } from '../../store/subscription-states.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { Caller } from '../context.ts'

/** Subscriptions that are read at once, however many are on a plan. */
const OWNERS_AT_ONCE = 1000

type ChargeWithUnits = Pick<FixedChargeRow, 'id' | 'planId' | 'units' | 'payInAdvance'>

/**
 * Records the units of fixed charges for every subscription of their plans that has none of its own: from now on, or
 * from the next period on (docs/rules/fixed-charges.md#units). What is paid in advance is billed at once when it
 * counts at once.
 */
export async function recordUnits(
  tx: Tx,
  caller: Caller,
  charges: readonly ChargeWithUnits[],
  appliesAtOnce: boolean,
): Promise<void> {
  if (charges.length === 0) return
  const byId = new Map(charges.map((charge) => [charge.id, charge]))
  let last: UnitsOwner | undefined
  do {
    const found = await unitsOwners(tx, [...byId.keys()], last, OWNERS_AT_ONCE)
    const wanted = found.flatMap(({ fixedChargeId, subscription }) => {
      const charge = byId.get(fixedChargeId)
      return charge ? [{ subscription, charge }] : []
    })
    await recordFor(tx, caller, wanted, appliesAtOnce)
    last = found.length < OWNERS_AT_ONCE ? undefined : found.at(-1)
  } while (last !== undefined)
}

/** The same for one subscription, whatever its own units are. */
export async function recordOwnUnits(
  tx: Tx,
  caller: Caller,
  subscription: SubscriptionRow,
  charge: Omit<ChargeWithUnits, 'planId'>,
  appliesAtOnce: boolean,
): Promise<void> {
  if (subscription.status !== 'active' && subscription.status !== 'incomplete') return
  await recordFor(tx, caller, [{ subscription, charge }], appliesAtOnce)
}

async function recordFor(
  tx: Tx,
  caller: Caller,
  wanted: readonly {
    readonly subscription: SubscriptionRow
    readonly charge: Omit<ChargeWithUnits, 'planId'>
  }[],
  appliesAtOnce: boolean,
): Promise<void> {
  const rows = [...new Map(wanted.map(({ subscription }) => [subscription.id, subscription])).values()]
  const states = await statesOf(tx, rows)
  const nextPeriods = new Map(
    states.map((state): [string, Instant] => {
      const moment = billMomentOf(state, caller.now)
      const end = moment === null ? caller.now : currentFixedChargesWindow(moment).window.to
      return [state.row.id, addMs(end, SECOND_MS)]
    }),
  )
  const isNow = ({ status }: SubscriptionRow) => appliesAtOnce && status === 'active'
  const list = wanted.map(({ subscription, charge }): NewUnits => {
    const next = nextPeriods.get(subscription.id) ?? caller.now
    return {
      subscriptionId: subscription.id,
      fixedChargeId: charge.id,
      units: charge.units,
      appliesAt: isNow(subscription) ? caller.now : next,
    }
  })
  await insertUnits(tx, caller.organizationId, list, caller.now)
  const billed = wanted.filter(({ subscription, charge }) => isNow(subscription) && charge.payInAdvance)
  const ids = [...new Set(billed.map(({ subscription }) => subscription.id))]
  await scheduleUnits(tx, caller.organizationId, ids, caller.now)
}
