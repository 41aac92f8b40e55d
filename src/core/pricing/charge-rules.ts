import type { FieldCode } from '../codes.ts'
import type { Aggregation } from '../metering/usage.ts'
import { isAbsent } from './amounts-check.ts'
import type { ChargeProperties, ModelRules } from './charge-model.ts'
import { checkGroupKeys, writtenGroupKeys } from './group-keys-check.ts'
import { type ChargeModelName, chargeModels } from './models.ts'
import { storableRanges } from './ranges-check.ts'

/** An error in a charge: the field of the 422, and the code. */
export type ChargeError = { readonly field: string; readonly code: FieldCode }

/** The charge settings that are only allowed in some combinations. */
export type ChargeCombination = {
  readonly model: ChargeModelName
  readonly payInAdvance: boolean
  readonly prorated: boolean
  readonly invoiceable: boolean
  readonly regroupPaidFees: 'invoice' | null
  readonly minAmountCents: bigint
  readonly acceptsTargetWallet: boolean
}

/** Features that an installation may switch off; the error codes are Lago's. */
export type ChargeFeatures = { readonly graduatedPercentage: boolean; readonly targetWallets: boolean }
export const ALL_CHARGE_FEATURES: ChargeFeatures = { graduatedPercentage: true, targetWallets: true }

const NEVER_IN_ADVANCE: readonly Aggregation[] = ['max_agg', 'latest_agg', 'weighted_sum_agg']

/**
 * The errors in the combination of a charge's settings and its metric, in the order of
 * docs/rules/pricing-models.md#which-models-go-with-what; empty when it is allowed.
 */
export function checkChargeRules(
  charge: ChargeCombination,
  metric: { readonly aggregation: Aggregation; readonly recurring: boolean },
  features: ChargeFeatures = ALL_CHARGE_FEATURES,
): readonly ChargeError[] {
  const { rules } = chargeModels[charge.model]
  const { payInAdvance } = charge
  const { aggregation } = metric
  const isInvoicedLater = !(payInAdvance && !charge.invoiceable)
  const table: readonly (readonly [refused: boolean, field: string, code: FieldCode])[] = [
    [
      payInAdvance && (!rules.payInAdvance || NEVER_IN_ADVANCE.includes(aggregation)),
      'pay_in_advance',
      'invalid_aggregation_type_or_charge_model',
    ],
    [
      rules.onlyWith !== null && rules.onlyWith !== aggregation,
      'charge_model',
      'invalid_aggregation_type_or_charge_model',
    ],
    [
      charge.prorated && !mayProrate(rules, payInAdvance, metric),
      'prorated',
      'invalid_billable_metric_or_charge_model',
    ],
    [charge.minAmountCents < 0n, 'min_amount_cents', 'value_is_out_of_range'],
    [payInAdvance && charge.minAmountCents > 0n, 'min_amount_cents', 'not_compatible_with_pay_in_advance'],
    [!charge.invoiceable && !payInAdvance, 'invoiceable', 'must_be_true_unless_pay_in_advance'],
    [
      charge.regroupPaidFees !== null && isInvoicedLater,
      'regroup_paid_fees',
      'only_compatible_with_pay_in_advance_and_non_invoiceable',
    ],
    [rules.refusedWith.includes(aggregation), 'properties', 'invalid_value'],
    [
      charge.model === 'graduated_percentage' && !features.graduatedPercentage,
      'charge_model',
      'graduated_percentage_requires_premium_license',
    ],
    [charge.acceptsTargetWallet && !features.targetWallets, 'accepts_target_wallet', 'feature_unavailable'],
  ]
  return table.filter(([refused]) => refused).map(([, field, code]) => ({ field, code }))
}

/**
 * All error codes for the field `properties` (docs/rules/pricing-models.md#which-models-go-with-what): the model's
 * own, then the group keys'.
 */
export function checkProperties(
  model: ChargeModelName,
  properties: ChargeProperties,
  scope: { readonly isFilter: boolean },
): readonly FieldCode[] {
  return [...new Set([...chargeModels[model].check(properties), ...checkGroupKeys(properties, scope)])]
}

/**
 * The properties as stored and returned (docs/rules/pricing-models.md): the model's defaults when there are none,
 * keys of other models dropped, pricing group keys under both names, no presentation keys on a filter
 * (docs/rules/filters-and-groups.md#filters). Invalid values are kept; `checkProperties` reports them.
 */
export function normalizeProperties(
  model: ChargeModelName,
  properties: ChargeProperties | null | undefined,
  scope: { readonly isFilter: boolean },
): ChargeProperties {
  const { defaults, keys } = chargeModels[model]
  if (!properties || Object.keys(properties).length === 0) return defaults
  const kept: Record<string, unknown> = {}
  for (const key of keys) if (key in properties) kept[key] = storableRanges(properties[key])
  for (const key of ['pricing_group_keys', 'grouped_by']) {
    if (!isAbsent(properties[key])) kept[key] = properties[key]
  }
  const groupKeys = writtenGroupKeys(properties)
  if (groupKeys.length > 0 && checkGroupKeys(properties, { isFilter: true }).length === 0) {
    kept.pricing_group_keys = groupKeys
    kept.grouped_by = groupKeys
  }
  const presentation = properties.presentation_group_keys
  if (!scope.isFilter && !isAbsent(presentation)) kept.presentation_group_keys = presentation
  return kept
}

/** Only a recurring quantity can be prorated by day; a weighted sum already accounts for its time. */
function mayProrate(
  rules: ModelRules,
  payInAdvance: boolean,
  metric: { readonly aggregation: Aggregation; readonly recurring: boolean },
): boolean {
  if (!metric.recurring || metric.aggregation === 'weighted_sum_agg') return false
  return payInAdvance ? rules.prorated === 'always' : rules.prorated !== 'never'
}
