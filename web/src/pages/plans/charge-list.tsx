import { type ReactElement, useId, useState } from 'react'
import type { FieldErrors } from '../../api/client.ts'
import type { BillableMetric, Tax } from '../../api/types.ts'
import type { Form } from '../../parts/form.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { Offered, type Options, rowsOf } from '../../parts/options.tsx'
import { ChargeEditor } from './charge-editor.tsx'
import { type ChargeDraft, NO_PROPERTIES, newKey, type PlanValues } from './plan-values.ts'

/** The usage charges of a plan, and how another one is added. */
export function ChargeList(props: {
  readonly form: Form<PlanValues>
  readonly metrics: Options<BillableMetric>
  readonly taxes: Options<Tax>
  readonly refused: FieldErrors
  readonly isFrozen: boolean
}): ReactElement {
  const { form, refused } = props
  const metrics = rowsOf(props.metrics)
  const { charges, currency } = form.values
  const [added, setAdded] = useState('')
  const at = useAt()
  const id = useId()
  const replace = (key: string, draft: ChargeDraft) =>
    form.set(
      'charges',
      charges.map((each) => (each.key === key ? draft : each)),
    )
  const add = (metricId: string) => {
    const metric = metrics.find(({ lago_id }) => lago_id === metricId)
    if (!metric) return
    const draft = draftOn(metric)
    setAdded(draft.key)
    form.set('charges', [...charges, draft])
  }
  return (
    <div className="stack" id="field-charges">
      {charges.map((draft, place) => (
        <ChargeEditor
          key={draft.key}
          draft={draft}
          onChange={(next) => replace(draft.key, next)}
          onRemove={() =>
            form.set(
              'charges',
              charges.filter(({ key }) => key !== draft.key),
            )
          }
          metrics={metrics}
          taxes={props.taxes}
          currency={currency}
          refused={refusedIn(refused, `charges.${place}.`)}
          isOpenAtFirst={draft.key === added}
          isFrozen={props.isFrozen}
        />
      ))}
      <Offered
        options={props.metrics}
        what="metrics"
        empty={
          <>
            There is no metric yet. <Link href={at('/metrics/new')}>Create one</Link> first.
          </>
        }
      >
        {(rows) => (
          <div className="field">
            <label htmlFor={id}>Add a charge for</label>
            <select id={id} className="input" value="" onChange={(event) => add(event.target.value)}>
              <option value="">Choose a metric…</option>
              {rows.map(({ lago_id, name, code }) => (
                <option key={lago_id} value={lago_id}>
                  {name} ({code})
                </option>
              ))}
            </select>
          </div>
        )}
      </Offered>
    </div>
  )
}

function draftOn(metric: BillableMetric): ChargeDraft {
  return {
    key: newKey(),
    id: null,
    metricId: metric.lago_id,
    metricCode: metric.code,
    model: 'standard',
    invoice_display_name: '',
    pay_in_advance: false,
    invoiceable: true,
    prorated: false,
    minimum: '',
    tax_codes: [],
    properties: NO_PROPERTIES,
    filters: [],
  }
}

/** The errors below a prefix, without it. */
export function refusedIn(refused: FieldErrors, prefix: string): FieldErrors {
  return Object.fromEntries(
    Object.entries(refused).flatMap(([field, codes]) =>
      field.startsWith(prefix) ? [[field.slice(prefix.length), codes] as const] : [],
    ),
  )
}
