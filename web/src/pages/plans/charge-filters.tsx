import type { ReactElement } from 'react'
import type { BillableMetric } from '../../api/types.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { ModelFields } from './model-fields.tsx'
import type { ChargeDraft, FilterDraft } from './plan-values.ts'

/** Other prices for some values of the metric's filters. */
export function ChargeFilters(props: {
  readonly draft: ChargeDraft
  readonly metric: BillableMetric
  readonly currency: string
  readonly onChange: (filters: readonly FilterDraft[]) => void
  readonly error: string | undefined
}): ReactElement {
  const { draft, metric, onChange } = props
  const { filters } = draft
  const replace = (at: number, filter: FilterDraft) =>
    onChange(filters.map((each, index) => (index === at ? filter : each)))
  const add = () => {
    const [first] = metric.filters
    const values: FilterDraft['values'] = first ? { [first.key]: [first.values[0] ?? ''] } : {}
    onChange([...filters, { values, invoice_display_name: '', properties: draft.properties }])
  }
  return (
    <div className="stack">
      <h3>Prices by filter</h3>
      {filters.map((filter, at) => (
        <div key={at} className="charge-filter stack">
          <div className="line-between">
            <FilterValues
              metric={metric}
              filter={filter}
              onChange={(values) => replace(at, { ...filter, values })}
            />
            <IconButton
              icon="trash"
              label={`Remove price ${at + 1}`}
              onClick={() => onChange(filters.filter((_, index) => index !== at))}
            />
          </div>
          <ModelFields
            label={`price ${at + 1} by filter`}
            model={draft.model}
            properties={filter.properties}
            onChange={(change) => replace(at, { ...filter, properties: { ...filter.properties, ...change } })}
            currency={props.currency}
          />
        </div>
      ))}
      {props.error && <p className="field-error">{props.error}</p>}
      <div className="line">
        <Button icon="plus" onClick={add}>
          Add a price
        </Button>
        <span className="help">Whatever fits no filter gets the price above.</span>
      </div>
    </div>
  )
}

function FilterValues(props: {
  readonly metric: BillableMetric
  readonly filter: FilterDraft
  readonly onChange: (values: FilterDraft['values']) => void
}): ReactElement {
  const { metric, filter, onChange } = props
  const toggle = (key: string, value: string, isOn: boolean) => {
    const own = filter.values[key] ?? []
    const next = isOn ? [...own, value] : own.filter((each) => each !== value)
    const all = { ...filter.values, [key]: next }
    onChange(Object.fromEntries(Object.entries(all).filter(([, list]) => list.length > 0)))
  }
  return (
    <div className="stack-tight">
      {metric.filters.map(({ key, values }) => (
        <fieldset key={key} className="line">
          <legend className="visually-hidden">{key}</legend>
          <code>{key}</code>
          {values.map((value) => (
            <label key={value} className="check">
              <input
                type="checkbox"
                checked={filter.values[key]?.includes(value) ?? false}
                onChange={(event) => toggle(key, value, event.target.checked)}
              />
              {value}
            </label>
          ))}
        </fieldset>
      ))}
    </div>
  )
}
