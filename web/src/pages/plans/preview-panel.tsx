import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactElement, useEffect, useId, useState } from 'react'
import { type ApiProblem, send } from '../../api/client.ts'
import { textOfProblem } from '../../api/problem-texts.ts'
import { OWN_API } from '../../api/queries.ts'
import { useOrganization } from '../../api/session.ts'
import { type CurvePoint, PriceCurve } from '../../charts/price-curve.tsx'
import { formatCents, formatRate, formatUnitPrice, formatUnits } from '../../format/money.ts'
import { DecimalInput } from '../../parts/fields.tsx'
import { Tag } from '../../parts/status.tsx'
import { useSettled } from '../../parts/use-settled.ts'
import type { AskedUsage } from './same-usage.ts'

export type PreviewCharge = {
  readonly name: string
  readonly model: string
  readonly filters: readonly string[]
}

type Line = {
  readonly type: string
  readonly name: string
  readonly charge: number | null
  readonly filter: number | null
  readonly filter_name: string | null
  readonly is_true_up: boolean
  readonly is_billed_at_once: boolean
  readonly units: string
  readonly precise_unit_amount: string
  readonly amount_cents: number
}

type Preview = {
  readonly currency: string
  readonly lines: readonly Line[]
  readonly sub_total_excluding_taxes_amount_cents: number
  readonly applied_taxes: readonly {
    readonly tax_code: string
    readonly tax_name: string
    readonly tax_rate: string
    readonly amount_cents: number
  }[]
  readonly taxes_amount_cents: number
  readonly total_amount_cents: number
  readonly curves: readonly (readonly CurvePoint[])[] | null
}

/** What is taken as used, by charge and filter. */
type Usage = Readonly<
  Record<string, { readonly units: string; readonly events: string; readonly total: string }>
>

const DEBOUNCE_MS = 50
/** The usage that a preview begins with. */
export const START = { units: '150', events: '3', total: '100' }
const keyOf = (charge: number, filter: number | null): string => `${charge}/${filter ?? ''}`

const isNumber = (text: string): boolean => /^\d+(\.\d+)?$/.test(text)

/** The preview of a plan body, which the server prices; the answer before stays until the next is there. */
export function usePlanPreview(body: object, usage: readonly object[]) {
  const { slug } = useOrganization()
  const asked = useSettled(JSON.stringify({ plan: body, usage, with_curves: true }), DEBOUNCE_MS)
  return useQuery<Preview, ApiProblem>({
    queryKey: [slug, 'plan-preview', asked],
    queryFn: async ({ signal }) =>
      (await send<{ plan_preview: Preview }>('POST', `${OWN_API}/plan_previews`, JSON.parse(asked), signal))
        .plan_preview,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
  })
}

type PanelProps = {
  readonly body: object
  readonly charges: readonly PreviewCharge[]
  readonly currency: string
  readonly onProblem?: (problem: ApiProblem | null) => void
  /** Told what is taken as used, whenever it changes. */
  readonly onUsage?: (usage: readonly AskedUsage[]) => void
}

/** The bill of the plan for some usage, live, with the price curve of the charge that is looked at. */
export function PreviewPanel({ body, charges, currency, onProblem, onUsage }: PanelProps): ReactElement {
  const [usage, setUsage] = useState<Usage>({})
  const [shown, setShown] = useState(0)
  const at = (key: string) => usage[key] ?? START
  const asked = charges.flatMap((charge, place) =>
    [null, ...charge.filters.map((_, n) => n)].map((filter) => {
      const { units, events, total } = at(keyOf(place, filter))
      return {
        charge: place,
        filter,
        units: isNumber(units) ? units : '0',
        ...(charge.model === 'percentage' ? { events_count: isNumber(events) ? Number(events) : 1 } : {}),
        ...(charge.model === 'dynamic' ? { precise_total_amount: isNumber(total) ? total : '0' } : {}),
      }
    }),
  )
  const { data, error, isFetching } = usePlanPreview(body, asked)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is another one each time.
  useEffect(() => onUsage?.(asked), [JSON.stringify(asked)])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new answer is news.
  useEffect(() => onProblem?.(error), [error, data])
  const set = (key: string, change: Partial<Usage[string]>) =>
    setUsage((all) => ({ ...all, [key]: { ...(all[key] ?? START), ...change } }))
  const place = Math.min(shown, Math.max(charges.length - 1, 0))
  const curve = data?.curves?.[place] ?? []
  const current = charges[place]
  return (
    <section className="card preview" aria-label="Price preview" aria-busy={isFetching}>
      <div className="card-head">
        <h2>Price preview</h2>
        <span className="preview-sum">
          {data && <strong>{formatCents(data.total_amount_cents, data.currency)}</strong>}
          <span className="caption">One whole period</span>
        </span>
      </div>
      {charges.map((charge, n) => (
        <UsageInputs
          key={`${n}-${charge.name}`}
          charge={charge}
          isShown={n === place && charges.length > 1}
          onShow={() => setShown(n)}
          at={(filter) => at(keyOf(n, filter))}
          set={(filter, change) => {
            setShown(n)
            set(keyOf(n, filter), change)
          }}
        />
      ))}
      {current && curve.length > 1 && (
        <PriceCurve
          name={current.name}
          points={curve}
          currency={currency}
          units={at(keyOf(place, null)).units}
          onUnits={(units) => set(keyOf(place, null), { units })}
        />
      )}
      {error && !data && (
        <p className="notice notice-warning" role="status">
          {textOfProblem(error)}
        </p>
      )}
      {data && <Bill preview={data} />}
    </section>
  )
}

const SLIDER_TOP = 1000

/** Slider positions spread over 0 … 10 million so that small amounts are as easy to hit as large ones. */
const toPosition = (units: string): number =>
  Math.round((Math.log10(1 + Number(units || 0)) / 7) * SLIDER_TOP)
const toUnits = (position: number): string => String(Math.round(10 ** ((position / SLIDER_TOP) * 7) - 1))

function UsageInputs(props: {
  readonly charge: PreviewCharge
  readonly isShown: boolean
  readonly onShow: () => void
  readonly at: (filter: number | null) => Usage[string] & object
  readonly set: (
    filter: number | null,
    change: Partial<{ units: string; events: string; total: string }>,
  ) => void
}): ReactElement {
  const { charge, at, set } = props
  return (
    <fieldset className={`usage-inputs ${props.isShown ? 'usage-shown' : ''}`} onFocus={props.onShow}>
      <legend>{charge.name}</legend>
      {[null, ...charge.filters.map((_, n) => n)].map((filter) => {
        const { units, events, total } = at(filter)
        const name =
          filter === null ? (charge.filters.length > 0 ? 'others' : 'units') : charge.filters[filter]
        return (
          <div key={String(filter)} className="usage-line">
            <span className="caption clip">{name}</span>
            <input
              type="range"
              min={0}
              max={SLIDER_TOP}
              value={toPosition(units)}
              aria-label={`${charge.name}, ${name}`}
              aria-valuetext={`${formatUnits(units)} units`}
              onChange={(event) => set(filter, { units: toUnits(Number(event.target.value)) })}
            />
            <DecimalInput
              label={`${charge.name}, ${name}, exact`}
              value={units}
              onChange={(text) => set(filter, { units: text })}
            />
            {charge.model === 'percentage' && (
              <Extra
                label={`${charge.name}, events`}
                name="in events"
                value={events}
                onChange={(text) => set(filter, { events: text })}
              />
            )}
            {charge.model === 'dynamic' && (
              <Extra
                label={`${charge.name}, price of the events`}
                name="priced at"
                value={total}
                onChange={(text) => set(filter, { total: text })}
              />
            )}
          </div>
        )
      })}
    </fieldset>
  )
}

function Extra(props: {
  readonly label: string
  readonly name: string
  readonly value: string
  readonly onChange: (text: string) => void
}): ReactElement {
  return (
    <span className="usage-extra">
      <span className="caption">{props.name}</span>
      <DecimalInput label={props.label} value={props.value} onChange={props.onChange} />
    </span>
  )
}

function Bill({ preview }: { readonly preview: Preview }): ReactElement {
  const id = useId()
  const { currency, lines } = preview
  const shown = lines.filter(
    (line) => line.amount_cents !== 0 || line.type === 'subscription' || line.units !== '0.0',
  )
  return (
    <div className="bill" data-testid="preview-bill">
      <table className="table" aria-labelledby={id}>
        <caption id={id} className="visually-hidden">
          The invoice as it would be
        </caption>
        <tbody>
          {shown.map((line, n) => (
            <tr key={n}>
              <td>
                {line.name}
                {line.filter_name && <span className="muted"> · {line.filter_name}</span>}
                {line.is_true_up && <span className="muted"> · up to its minimum</span>}{' '}
                {line.is_billed_at_once && <Tag>per event</Tag>}
                {line.type === 'charge' && !line.is_true_up && (
                  <span className="bill-detail">
                    {formatUnits(line.units)} × {formatUnitPrice(line.precise_unit_amount, currency)}
                  </span>
                )}
              </td>
              <td className="number">{formatCents(line.amount_cents, currency)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <Sum
            label="Subtotal"
            value={formatCents(preview.sub_total_excluding_taxes_amount_cents, currency)}
          />
          {preview.applied_taxes.map((tax) => (
            <Sum
              key={tax.tax_code}
              label={`${tax.tax_name} (${formatRate(tax.tax_rate)})`}
              value={formatCents(tax.amount_cents, currency)}
            />
          ))}
          <tr className="bill-total">
            <th scope="row">Total</th>
            <td className="number" data-testid="preview-total">
              {formatCents(preview.total_amount_cents, currency)}
            </td>
          </tr>
        </tfoot>
      </table>
    </div>
  )
}

function Sum({ label, value }: { readonly label: string; readonly value: string }): ReactElement {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td className="number">{value}</td>
    </tr>
  )
}
