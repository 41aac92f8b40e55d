import { Fields, type Input } from '../../core/input/fields.ts'
import { type ChargePayload, readChargeOverride } from '../../core/plans/charge-settings.ts'
import { readCommitment, readEntries, readThresholds } from '../../core/plans/plan-parts.ts'
import { readPlanOverride } from '../../core/plans/plan-settings.ts'
import { Problems } from '../../core/problems.ts'
import { accepted, refuseIfAny } from '../../core/refusal.ts'
import { chargesOfPlans } from '../../store/charges.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import {
  chargesWithParts,
  holdOriginalPlan,
  insertPlan,
  type PlanCharge,
  type PlanRow,
  readPlan,
  updatePlan,
} from '../../store/plans.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import { afterChange } from '../charges/change-charges.ts'
import { writeChargeChange, writeChargeCopy } from '../charges/write-charge.ts'
import type { Caller } from '../context.ts'
import { changeFixedCopies, copyFixedCharges } from './override-fixed-charges.ts'
import { hasCommitment, writePlanParts } from './write-plan-parts.ts'

/**
 * Creates a copy of a plan for one subscription, with the values in `overrides`
 * (docs/rules/plans.md#prices-of-one-subscription): all charges and fixed charges are copied, taxes and the minimum
 * commitment are not. Returns the id of the copy. 422 for invalid fields, 403 `cannot_override_charge_model`, 404
 * `tax_not_found` and `fixed_charge_not_found`.
 */
export async function overridePlan(
  tx: Tx,
  caller: Caller,
  request: {
    readonly plan: Pick<PlanRow, 'id'>
    readonly overrides: Input
    /** The subscription that gets the copy, when it exists already. */
    readonly subscription?: SubscriptionRow | undefined
  },
): Promise<string> {
  const { overrides } = request
  await holdOriginalPlan(tx, request.plan.id)
  const plan = await readPlan(tx, request.plan.id)
  const { organizationId, now } = caller
  const { settings, parts } = await readOverrides(tx, plan, overrides)
  const child = await insertPlan(tx, {
    ...settings,
    organizationId,
    id: newId(),
    parentId: plan.id,
    metadata: null,
    now,
  })
  await writePlanParts(tx, caller, child, parts)
  const charges = await chargesWithParts(tx, await chargesOfPlans(tx, [plan.id]))
  const payloads = chargePayloads(charges, overrides)
  for (const charge of charges) await writeChargeCopy(tx, caller, charge, child.id, payloads.get(charge.id))
  const places = { originalId: plan.id, copyId: child.id }
  await copyFixedCharges(tx, caller, places, overrides, request.subscription)
  const metricIds = charges.map((charge) => charge.billableMetricId)
  await afterChange(tx, caller, child, metricIds, false)
  return child.id
}

/**
 * Updates a subscription's existing copy (docs/rules/plans.md#prices-of-one-subscription): anything not in
 * `overrides` stays. Charges are identified by their own id or that of the original charge. Errors as in
 * `overridePlan`.
 */
export async function updateOverriddenPlan(
  tx: Tx,
  caller: Caller,
  request: { readonly child: Pick<PlanRow, 'id'>; readonly overrides: Input },
): Promise<void> {
  const { overrides } = request
  await holdOriginalPlan(tx, request.child.id)
  const child = await readPlan(tx, request.child.id)
  const { settings, parts } = await readOverrides(tx, child, overrides)
  await updatePlan(tx, child.id, { ...settings, metadata: child.metadata }, caller.now)
  await writePlanParts(tx, caller, child, parts)
  const charges = await chargesWithParts(tx, await chargesOfPlans(tx, [child.id]))
  const payloads = chargePayloads(charges, overrides)
  for (const charge of charges) {
    const payload = payloads.get(charge.id)
    if (payload) await writeChargeChange(tx, caller, charge, payload)
  }
  await changeFixedCopies(tx, caller, child.id, overrides)
  const metricIds = charges.map((charge) => charge.billableMetricId)
  await afterChange(tx, caller, child, metricIds, false)
}

async function readOverrides(tx: Tx, plan: PlanRow, overrides: Input) {
  const problems = new Problems()
  const settings = readPlanOverride(overrides, plan, problems)
  const isFirst = plan.parentId === null || !(await hasCommitment(tx, plan.id))
  const parts = {
    taxCodes: new Fields(overrides, problems).ids('tax_codes'),
    commitment: readCommitment(overrides.minimum_commitment, isFirst, problems),
    thresholds: readThresholds(overrides.usage_thresholds, problems),
  }
  refuseIfAny(problems)
  return { settings, parts }
}

/** The overrides of each charge, by charge id; entries without a known charge are ignored. */
function chargePayloads(
  charges: readonly PlanCharge[],
  overrides: Input,
): ReadonlyMap<string, ChargePayload> {
  const problems = new Problems()
  const entries = readEntries(overrides, 'charges', problems) ?? []
  refuseIfAny(problems)
  const payloads = new Map<string, ChargePayload>()
  for (const entry of entries) {
    const charge = charges.find((each) => isNamed(each, entry))
    if (charge) payloads.set(charge.id, accepted(readChargeOverride(entry, charge, charge.metric)))
  }
  return payloads
}

function isNamed(charge: PlanCharge, entry: Input): boolean {
  const id = typeof entry.id === 'string' ? entry.id.toLowerCase() : undefined
  if (id === undefined) return entry.code === charge.code
  return id === charge.id || id === charge.parentId
}
