import type { ReactElement } from 'react'
import type { Plan } from '../../api/types.ts'
import type { CardOption } from '../../parts/fields.tsx'

export type Charge = Plan['charges'][number]
export type ChargeModel = Charge['charge_model']

type Model = {
  readonly value: ChargeModel
  readonly label: string
  readonly help: string
  readonly path: string
}

/** The charge models, with a drawing of how the price grows with the units. */
export const MODELS: readonly Model[] = [
  { value: 'standard', label: 'Standard', help: 'The same price for every unit.', path: 'M2 36 78 6' },
  {
    value: 'graduated',
    label: 'Graduated',
    help: 'Each tier has its own price for the units in it.',
    path: 'M2 36 22 16 44 10 78 5',
  },
  {
    value: 'package',
    label: 'Package',
    help: 'Units are sold in packages.',
    path: 'M2 34h18V24h18V14h18V6h22',
  },
  {
    value: 'percentage',
    label: 'Percentage',
    help: 'A share of the amount, and a fee per event.',
    path: 'M4 34 30 24M34 22 52 15M56 13 78 5',
  },
  {
    value: 'volume',
    label: 'Volume',
    help: 'All units get the price of the tier that is reached.',
    path: 'M2 36 28 14M28 22 54 10M54 16 78 8',
  },
  {
    value: 'graduated_percentage',
    label: 'Graduated percentage',
    help: 'Each tier takes its own share of the amount.',
    path: 'M2 36 18 18 46 9 78 5M66 18l8 8M66 26a1 1 0 1 0 .100 0M74 18a1 1 0 1 0 .100 0',
  },
  {
    value: 'dynamic',
    label: 'Dynamic',
    help: 'Every event carries its own price.',
    path: 'M2 34 14 30 22 18 36 22 48 10 60 14 78 4',
  },
  {
    value: 'custom',
    label: 'Custom',
    help: 'A custom aggregation sets the price.',
    path: 'M24 10 12 20 24 30M56 10 68 20 56 30M46 8 34 32',
  },
]

export const modelLabel = (model: string): string =>
  MODELS.find(({ value }) => value === model)?.label ?? model

export function ModelPicture({ path }: { readonly path: string }): ReactElement {
  return (
    <svg className="choice-picture" viewBox="0 0 80 40" aria-hidden="true" focusable="false">
      <path
        d={path}
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  )
}

type MetricFacts = { readonly aggregation_type: string; readonly recurring: boolean }

/** The models as cards; one that does not go with the metric says why. */
export function modelOptions(metric: MetricFacts | undefined): readonly CardOption[] {
  return MODELS.map(({ value, label, help, path }) => ({
    value,
    label,
    help,
    picture: <ModelPicture path={path} />,
    refusal: metric && modelRefusal(value, metric),
  }))
}

function modelRefusal(model: ChargeModel, { aggregation_type }: MetricFacts): string | undefined {
  if (model === 'custom') return 'Needs a custom aggregation, which Weir does not have.'
  if (model === 'dynamic' && aggregation_type !== 'sum_agg') return 'Needs a metric that sums.'
  const isShare = model === 'percentage' || model === 'graduated_percentage'
  if (isShare && aggregation_type === 'latest_agg') return 'Not with a metric of the latest value.'
  return undefined
}

const NEVER_IN_ADVANCE = ['max_agg', 'latest_agg', 'weighted_sum_agg']

/** Why a charge cannot be paid in advance; undefined when it can. */
export function advanceRefusal(model: ChargeModel, metric: MetricFacts | undefined): string | undefined {
  if (model === 'volume') return 'Volume prices are known only at the end of the period.'
  if (metric && NEVER_IN_ADVANCE.includes(metric.aggregation_type)) {
    return 'This metric is known only at the end of the period.'
  }
  return undefined
}

/** Why a charge cannot be prorated; undefined when it can. */
export function prorationRefusal(
  model: ChargeModel,
  isInAdvance: boolean,
  metric: MetricFacts | undefined,
): string | undefined {
  if (!metric?.recurring || metric.aggregation_type === 'weighted_sum_agg') {
    return 'Only a metric that carries over can be prorated.'
  }
  const allowed = isInAdvance ? ['standard'] : ['standard', 'volume', 'graduated']
  return allowed.includes(model) ? undefined : 'This charge model cannot be prorated.'
}
