import { type ReactElement, useId, useState } from 'react'
import { textOfCode } from '../../api/problem-texts.ts'
import type { BillableMetric, Tax } from '../../api/types.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { DecimalInput, FieldFrame, Row } from '../../parts/fields.tsx'
import { Icon } from '../../parts/icon.tsx'
import { isOffered, type Options, OptionsNote, rowsOf } from '../../parts/options.tsx'
import { Toggle } from '../../parts/toggle.tsx'
import { ChargeFilters } from './charge-filters.tsx'
import { ModelFields } from './model-fields.tsx'
import { advanceRefusal, type ChargeModel, modelLabel, modelOptions, prorationRefusal } from './models.tsx'
import type { ChargeDraft, Properties } from './plan-values.ts'

type EditorProps = {
  readonly draft: ChargeDraft
  readonly onChange: (draft: ChargeDraft) => void
  readonly onRemove: () => void
  readonly metrics: readonly BillableMetric[]
  readonly taxes: Options<Tax>
  readonly currency: string
  /** Codes of what the server refuses in it, by field. */
  readonly refused: Readonly<Record<string, readonly string[]>>
  readonly isOpenAtFirst: boolean
  readonly isFrozen: boolean
}

/** One usage charge, folded to a line or open. */
export function ChargeEditor(props: EditorProps): ReactElement {
  const { draft, metrics, refused } = props
  const [isOpen, setOpen] = useState(props.isOpenAtFirst)
  const id = useId()
  const metric = metrics.find(({ lago_id }) => lago_id === draft.metricId)
  const name = draft.invoice_display_name || metric?.name || 'New charge'
  const errors = Object.values(refused).flat()
  return (
    <div className="charge-editor" role="group" aria-label={`Charge ${name}`}>
      <div className="charge-head">
        <button type="button" aria-expanded={isOpen} aria-controls={id} onClick={() => setOpen(!isOpen)}>
          <Icon name={isOpen ? 'down' : 'right'} />
          <span className="grow">
            <strong>{name}</strong> <span className="muted">{modelLabel(draft.model)}</span>
          </span>
          {errors.length > 0 && <span className="status status-danger">Not valid yet</span>}
        </button>
        <IconButton icon="trash" label={`Remove the charge ${name}`} onClick={props.onRemove} />
      </div>
      {isOpen && (
        <div id={id} className="charge-body">
          <ChargeBody {...props} metric={metric} name={name} />
        </div>
      )}
    </div>
  )
}

function ChargeBody(
  props: EditorProps & { readonly metric: BillableMetric | undefined; readonly name: string },
): ReactElement {
  const { draft, onChange, metric, currency, refused } = props
  const patch = (change: Partial<ChargeDraft>) => onChange({ ...draft, ...change })
  const sentence = (field: string) => refused[field]?.map(textOfCode).join(' ')
  return (
    <div className="stack">
      <ModelCards
        draft={draft}
        metric={metric}
        isFrozen={props.isFrozen}
        onPick={(model) => patch({ model })}
      />
      <ModelFields
        label={props.name}
        model={draft.model}
        properties={draft.properties}
        onChange={(change: Partial<Properties>) => patch({ properties: { ...draft.properties, ...change } })}
        currency={currency}
        error={sentence('properties') ?? sentence('charge_model')}
        hasGroups
      />
      {metric && metric.filters.length > 0 && (
        <ChargeFilters
          draft={draft}
          metric={metric}
          currency={currency}
          onChange={(filters) => patch({ filters })}
          error={sentence('values')}
        />
      )}
      <ChargeOptions {...props} patch={patch} />
    </div>
  )
}

function ModelCards(props: {
  readonly draft: ChargeDraft
  readonly metric: BillableMetric | undefined
  readonly isFrozen: boolean
  readonly onPick: (model: ChargeModel) => void
}): ReactElement {
  const { draft, metric, isFrozen, onPick } = props
  const group = useId()
  return (
    <fieldset className="field" disabled={isFrozen && draft.id !== null}>
      <legend>Charge model</legend>
      {isFrozen && draft.id !== null && (
        <p className="help">
          Fixed once the plan has subscriptions. Remove the charge and add another one to change it.
        </p>
      )}
      <div className="choice-cards choice-cards-small">
        {modelOptions(metric).map((option) => (
          <label key={option.value} className="choice-card" title={option.refusal ?? option.help}>
            <input
              type="radio"
              name={group}
              checked={draft.model === option.value}
              disabled={option.refusal !== undefined}
              onChange={() => onPick(option.value as ChargeModel)}
            />
            {option.picture}
            <span className="choice-title">{option.label}</span>
            <span className="help">{option.refusal ?? option.help}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function ChargeOptions(
  props: EditorProps & {
    readonly metric: BillableMetric | undefined
    readonly patch: (change: Partial<ChargeDraft>) => void
  },
): ReactElement {
  const { draft, metric, patch, currency, refused } = props
  const [isOpen, setOpen] = useState(false)
  const id = useId()
  const advance = advanceRefusal(draft.model, metric)
  const proration = prorationRefusal(draft.model, draft.pay_in_advance, metric)
  const minimum = refused.min_amount_cents?.map(textOfCode).join(' ')
  if (!isOpen) {
    return (
      <div>
        <Button kind="quiet" icon="settings" onClick={() => setOpen(true)} aria-expanded={false}>
          More options
        </Button>
      </div>
    )
  }
  return (
    <div className="stack">
      <Row>
        <FieldFrame id={`${id}-name`} label="Name on invoices" help={metric?.name} error={undefined}>
          <input
            id={`${id}-name`}
            className="input"
            value={draft.invoice_display_name}
            aria-describedby={`${id}-name-help`}
            onChange={(event) => patch({ invoice_display_name: event.target.value })}
          />
        </FieldFrame>
        <FieldFrame
          id={`${id}-minimum`}
          label="Least per period"
          help={
            draft.pay_in_advance ? 'Not possible in advance.' : 'A line tops the charge up to this amount.'
          }
          error={minimum}
        >
          <DecimalInput
            id={`${id}-minimum`}
            value={draft.minimum}
            isLocked={draft.pay_in_advance}
            onChange={(value) => patch({ minimum: value })}
            suffix={currency}
            aria={{ 'aria-describedby': `${id}-minimum-help` }}
          />
        </FieldFrame>
      </Row>
      <Toggle
        label="Bill each event when it arrives"
        help="Instead of at the end of the period."
        refusal={advance}
        isOn={draft.pay_in_advance}
        onChange={(pay_in_advance) => patch({ pay_in_advance, minimum: '', invoiceable: true })}
      />
      {draft.pay_in_advance && (
        <Toggle
          label="Put it on an invoice"
          help="Off, it is only shown as a fee, for payments that are collected elsewhere."
          isOn={draft.invoiceable}
          onChange={(invoiceable) => patch({ invoiceable })}
        />
      )}
      <Toggle
        label="Prorate by day"
        help="A unit that is added in the middle of the period costs its share."
        refusal={proration}
        isOn={draft.prorated}
        onChange={(prorated) => patch({ prorated })}
      />
      <TaxChoice taxes={props.taxes} codes={draft.tax_codes} onChange={(tax_codes) => patch({ tax_codes })} />
    </div>
  )
}

/** Which taxes apply; none means those of the customer. */
export function TaxChoice(props: {
  readonly taxes: Options<Tax>
  readonly codes: readonly string[]
  readonly onChange: (codes: readonly string[]) => void
}): ReactElement | null {
  const { taxes, codes, onChange } = props
  if (!isOffered(taxes)) return null
  return (
    <fieldset className="field">
      <legend>Taxes</legend>
      <p className="help">
        Without a choice, the taxes of the plan, the customer or the billing entity apply.
      </p>
      <div className="line">
        {rowsOf(taxes).map(({ code, name, rate }) => (
          <label key={code} className="check">
            <input
              type="checkbox"
              checked={codes.includes(code)}
              onChange={(event) =>
                onChange(event.target.checked ? [...codes, code] : codes.filter((each) => each !== code))
              }
            />
            {name} ({rate}%)
          </label>
        ))}
      </div>
      <OptionsNote asked={taxes} what="taxes" isEmpty={false} />
    </fieldset>
  )
}
