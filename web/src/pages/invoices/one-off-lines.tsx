import { type ReactElement, useId } from 'react'
import type { AddOn, Tax } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { DecimalInput, FieldFrame, Row } from '../../parts/fields.tsx'
import type { Form } from '../../parts/form.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { isOffered, Offered, type Options, OptionsNote, rowsOf } from '../../parts/options.tsx'
import { lineOf, newLine, type OneOffLine, type OneOffValues } from './one-off-values.ts'

type Catalogue = {
  readonly addOns: Options<AddOn>
  readonly taxes: Options<Tax>
  readonly currency: string
}

/** The lines of a one-off invoice, each an add-on whose values may be changed. */
export function OneOffLines(props: Catalogue & { readonly form: Form<OneOffValues> }): ReactElement {
  const { addOns } = props
  const at = useAt()
  return (
    <Offered
      options={addOns}
      what="add-ons"
      empty={
        <>
          There is no add-on yet. <Link href={at('/add-ons/new')}>Create one</Link> first.
        </>
      }
    >
      {() => <Lines {...props} />}
    </Offered>
  )
}

function Lines(props: Catalogue & { readonly form: Form<OneOffValues> }): ReactElement {
  const { form } = props
  const { lines } = form.values
  const error = form.errorOf('fees')
  const change = (line: OneOffLine) =>
    form.set(
      'lines',
      lines.map((each) => (each.key === line.key ? line : each)),
    )
  return (
    <div className="stack" id="field-fees" tabIndex={-1}>
      {lines.map((line, place) => (
        <Line
          key={line.key}
          {...props}
          line={line}
          label={`Line ${place + 1}`}
          isInvalid={error !== undefined}
          onChange={change}
          onRemove={() =>
            form.set(
              'lines',
              lines.filter(({ key }) => key !== line.key),
            )
          }
        />
      ))}
      {error && <p className="field-error">{error}</p>}
      <div>
        <Button icon="plus" onClick={() => form.set('lines', [...lines, newLine()])}>
          Add a line
        </Button>
      </div>
    </div>
  )
}

type LineProps = Catalogue & {
  readonly line: OneOffLine
  readonly label: string
  readonly isInvalid: boolean
  readonly onChange: (line: OneOffLine) => void
  readonly onRemove: () => void
}

function Line({ line, label, isInvalid, onChange, onRemove, ...catalogue }: LineProps): ReactElement {
  const { currency } = catalogue
  const addOns = rowsOf(catalogue.addOns)
  const id = useId()
  const choose = (code: string) => {
    const addOn = addOns.find((each) => each.code === code)
    onChange(addOn ? lineOf(line, addOn) : { ...line, add_on_code: '' })
  }
  return (
    <fieldset className="charge-editor" aria-label={label}>
      <div className="charge-head">
        <strong className="grow">{label}</strong>
        <Button kind="quiet" icon="trash" onClick={onRemove} aria-label={`Remove ${label.toLowerCase()}`}>
          Remove
        </Button>
      </div>
      <div className="charge-body stack">
        <Row>
          <FieldFrame id={`${id}-addon`} label="Add-on" isRequired error={undefined}>
            <select
              id={`${id}-addon`}
              className="input"
              required
              aria-invalid={isInvalid && line.add_on_code === '' ? true : undefined}
              value={line.add_on_code}
              onChange={(event) => choose(event.target.value)}
            >
              <option value="">Choose an add-on…</option>
              {addOns.map(({ code, name }) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </select>
          </FieldFrame>
          <FieldFrame id={`${id}-name`} label="Name on the invoice" error={undefined}>
            <input
              id={`${id}-name`}
              className="input"
              autoComplete="off"
              value={line.name}
              onChange={(event) => onChange({ ...line, name: event.target.value })}
            />
          </FieldFrame>
        </Row>
        <Row>
          <FieldFrame id={`${id}-units`} label="Units" isRequired error={undefined}>
            <DecimalInput
              id={`${id}-units`}
              value={line.units}
              onChange={(units) => onChange({ ...line, units })}
              aria={{ 'aria-invalid': isInvalid && !(Number(line.units) > 0) ? true : undefined }}
            />
          </FieldFrame>
          <FieldFrame id={`${id}-amount`} label="Unit price" isRequired error={undefined}>
            <DecimalInput
              id={`${id}-amount`}
              value={line.amount}
              onChange={(amount) => onChange({ ...line, amount })}
              suffix={currency}
              aria={{ 'aria-invalid': isInvalid && line.amount === '' ? true : undefined }}
            />
          </FieldFrame>
        </Row>
        <FieldFrame id={`${id}-description`} label="Description" error={undefined}>
          <input
            id={`${id}-description`}
            className="input"
            autoComplete="off"
            value={line.description}
            onChange={(event) => onChange({ ...line, description: event.target.value })}
          />
        </FieldFrame>
        {isOffered(catalogue.taxes) && <Taxes line={line} taxes={catalogue.taxes} onChange={onChange} />}
      </div>
    </fieldset>
  )
}

function Taxes(props: Pick<LineProps, 'line' | 'onChange'> & { readonly taxes: Options<Tax> }): ReactElement {
  const { line, taxes, onChange } = props
  const toggle = (code: string, isOn: boolean) =>
    onChange({
      ...line,
      tax_codes: isOn ? [...line.tax_codes, code] : line.tax_codes.filter((each) => each !== code),
    })
  return (
    <fieldset className="field">
      <legend>Taxes</legend>
      <p className="help">Without a choice, those of the add-on, the customer or the billing entity.</p>
      <div className="checks">
        {rowsOf(taxes).map(({ code, name, rate }) => (
          <label key={code} className="check">
            <input
              type="checkbox"
              checked={line.tax_codes.includes(code)}
              onChange={(event) => toggle(code, event.target.checked)}
            />
            {name} ({rate}%)
          </label>
        ))}
      </div>
      <OptionsNote asked={taxes} what="taxes" isEmpty={false} />
    </fieldset>
  )
}
