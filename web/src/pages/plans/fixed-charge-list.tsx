import { type ReactElement, useId } from 'react'
import type { FieldErrors } from '../../api/client.ts'
import { textOfCode } from '../../api/problem-texts.ts'
import type { AddOn } from '../../api/types.ts'
import { toMajor } from '../../format/money.ts'
import { IconButton } from '../../parts/button.tsx'
import { DecimalInput, FieldFrame, Row } from '../../parts/fields.tsx'
import type { Form } from '../../parts/form.tsx'
import { Offered, type Options, rowsOf } from '../../parts/options.tsx'
import { Toggle } from '../../parts/toggle.tsx'
import { refusedIn } from './charge-list.tsx'
import { ModelFields } from './model-fields.tsx'
import { type FixedDraft, NO_PROPERTIES, newKey, type PlanValues } from './plan-values.ts'

type ListProps = {
  readonly form: Form<PlanValues>
  readonly addOns: Options<AddOn>
  readonly refused: FieldErrors
}

/** The fixed charges of a plan: units of add-ons. */
export function FixedChargeList({ form, addOns: options, refused }: ListProps): ReactElement {
  const addOns = rowsOf(options)
  const { fixed_charges: drafts, currency } = form.values
  const id = useId()
  const set = (next: readonly FixedDraft[]) => form.set('fixed_charges', next)
  const add = (addOnId: string) => {
    const addOn = addOns.find(({ lago_id }) => lago_id === addOnId)
    if (!addOn) return
    const amount = toMajor(addOn.amount_cents, addOn.amount_currency)
    const draft: FixedDraft = {
      key: newKey(),
      id: null,
      addOnId,
      units: '1',
      model: 'standard',
      pay_in_advance: false,
      prorated: false,
      properties: { ...NO_PROPERTIES, amount },
    }
    set([...drafts, draft])
  }
  return (
    <div className="stack">
      {drafts.map((draft, place) => (
        <FixedChargeEditor
          key={draft.key}
          draft={draft}
          name={addOns.find(({ lago_id }) => lago_id === draft.addOnId)?.name ?? 'Fixed charge'}
          currency={currency}
          refused={refusedIn(refused, `fixed_charges.${place}.`)}
          onChange={(next) => set(drafts.map((each) => (each.key === draft.key ? next : each)))}
          onRemove={() => set(drafts.filter(({ key }) => key !== draft.key))}
        />
      ))}
      <Offered
        options={options}
        what="add-ons"
        empty="Fixed charges bill units of add-ons, and there is no add-on yet."
      >
        {(rows) => (
          <div className="field">
            <label htmlFor={id}>Add a fixed charge for</label>
            <select id={id} className="input" value="" onChange={(event) => add(event.target.value)}>
              <option value="">Choose an add-on…</option>
              {rows.map(({ lago_id, name }) => (
                <option key={lago_id} value={lago_id}>
                  {name}
                </option>
              ))}
            </select>
          </div>
        )}
      </Offered>
    </div>
  )
}

function FixedChargeEditor(props: {
  readonly draft: FixedDraft
  readonly name: string
  readonly currency: string
  readonly refused: FieldErrors
  readonly onChange: (draft: FixedDraft) => void
  readonly onRemove: () => void
}): ReactElement {
  const { draft, name, onChange } = props
  const id = useId()
  const errors = Object.values(props.refused).flat().map(textOfCode).join(' ')
  return (
    <div className="charge-editor" role="group" aria-label={`Fixed charge ${name}`}>
      <div className="charge-head">
        <strong className="grow">{name}</strong>
        <IconButton icon="trash" label={`Remove the fixed charge ${name}`} onClick={props.onRemove} />
      </div>
      <div className="charge-body stack">
        <Row>
          <FieldFrame id={`${id}-units`} label="Units" error={undefined}>
            <DecimalInput
              id={`${id}-units`}
              value={draft.units}
              onChange={(units) => onChange({ ...draft, units })}
            />
          </FieldFrame>
          <FieldFrame id={`${id}-model`} label="Charge model" error={undefined}>
            <select
              id={`${id}-model`}
              className="input"
              value={draft.model}
              onChange={(event) => onChange({ ...draft, model: event.target.value as FixedDraft['model'] })}
            >
              <option value="standard">Standard</option>
              <option value="graduated">Graduated</option>
              <option value="volume">Volume</option>
            </select>
          </FieldFrame>
        </Row>
        <ModelFields
          label={name}
          model={draft.model}
          properties={draft.properties}
          onChange={(change) => onChange({ ...draft, properties: { ...draft.properties, ...change } })}
          currency={props.currency}
          error={errors === '' ? undefined : errors}
        />
        <Toggle
          label="Bill at the start of the period"
          isOn={draft.pay_in_advance}
          onChange={(pay_in_advance) => onChange({ ...draft, pay_in_advance })}
        />
        <Toggle
          label="Prorate by day"
          isOn={draft.prorated}
          onChange={(prorated) => onChange({ ...draft, prorated })}
        />
      </div>
    </div>
  )
}
