import { type ReactElement, useId } from 'react'
import { DecimalInput, FieldFrame, Row } from '../../parts/fields.tsx'
import { TagsInput } from '../../parts/tags-field.tsx'
import type { ChargeModel } from './models.tsx'
import type { Properties } from './plan-values.ts'
import { TierGrid } from './tier-grid.tsx'

type ModelFieldsProps = {
  /** What the fields belong to, for their names: "API calls". */
  readonly label: string
  readonly model: ChargeModel
  readonly properties: Properties
  readonly onChange: (change: Partial<Properties>) => void
  readonly currency: string
  readonly error?: string | undefined
  readonly hasGroups?: boolean
}

/** The inputs of one charge model. */
export function ModelFields(props: ModelFieldsProps): ReactElement {
  const { model, properties, onChange, currency, error } = props
  const tiered = model === 'graduated' || model === 'volume' || model === 'graduated_percentage'
  return (
    <div className="stack">
      {tiered && (
        <TierGrid
          label={`Tiers of ${props.label}`}
          tiers={properties.tiers}
          onChange={(tiers) => onChange({ tiers })}
          currency={currency}
          isRate={model === 'graduated_percentage'}
          error={error}
        />
      )}
      {model === 'standard' && <Amounts {...props} fields={STANDARD} />}
      {model === 'package' && <Amounts {...props} fields={PACKAGE} />}
      {model === 'percentage' && <Amounts {...props} fields={PERCENTAGE} />}
      {model === 'dynamic' && (
        <p className="muted">
          Nothing to set: every event carries its price as <code>precise_total_amount_cents</code>.
        </p>
      )}
      {!tiered && error && <p className="field-error">{error}</p>}
      {props.hasGroups && <GroupKeys properties={properties} onChange={onChange} />}
    </div>
  )
}

type NumberField = {
  readonly key: Exclude<keyof Properties, 'tiers' | 'group_keys' | 'others'>
  readonly label: string
  readonly unit: 'currency' | 'units' | 'events' | '%'
  readonly isRequired?: boolean
  readonly help?: string
}

const STANDARD: readonly NumberField[] = [
  {
    key: 'amount',
    label: 'Price per unit',
    unit: 'currency',
    isRequired: true,
    help: 'Up to 15 decimals are kept.',
  },
]
const PACKAGE: readonly NumberField[] = [
  { key: 'amount', label: 'Price per package', unit: 'currency', isRequired: true },
  { key: 'package_size', label: 'Package size', unit: 'units', isRequired: true },
  { key: 'free_units', label: 'Free units', unit: 'units' },
]
const PERCENTAGE: readonly NumberField[] = [
  { key: 'rate', label: 'Rate', unit: '%', isRequired: true },
  { key: 'fixed_amount', label: 'Fee per event', unit: 'currency' },
  { key: 'free_units_per_events', label: 'Free events', unit: 'events' },
  { key: 'free_units_per_total_aggregation', label: 'Free amount', unit: 'currency' },
  { key: 'per_transaction_min_amount', label: 'Least per event', unit: 'currency' },
  { key: 'per_transaction_max_amount', label: 'Most per event', unit: 'currency' },
]

function Amounts(props: ModelFieldsProps & { readonly fields: readonly NumberField[] }): ReactElement {
  const id = useId()
  return (
    <Row>
      {props.fields.map(({ key, label, unit, isRequired, help }) => (
        <FieldFrame
          key={key}
          id={`${id}-${key}`}
          label={label}
          help={help}
          error={undefined}
          {...(isRequired ? { isRequired } : {})}
        >
          <DecimalInput
            id={`${id}-${key}`}
            value={props.properties[key]}
            onChange={(value) => props.onChange({ [key]: value })}
            suffix={unit === 'currency' ? props.currency : unit}
            aria={{
              'aria-invalid': props.error ? true : undefined,
              'aria-describedby': help ? `${id}-${key}-help` : undefined,
            }}
          />
        </FieldFrame>
      ))}
    </Row>
  )
}

function GroupKeys(props: Pick<ModelFieldsProps, 'properties' | 'onChange'>): ReactElement {
  const id = useId()
  return (
    <FieldFrame
      id={id}
      label="Price each group by itself"
      help="Properties such as workspace_id: every value gets its own line and its own tiers."
      error={undefined}
    >
      <TagsInput
        id={id}
        label="Group keys"
        values={props.properties.group_keys}
        onChange={(group_keys) => props.onChange({ group_keys })}
      />
    </FieldFrame>
  )
}
