import type { ReactElement } from 'react'
import { useFormOfField } from './form.tsx'
import { OptionsNote, type OptionsSource } from './options.tsx'

export type Check = { readonly value: string; readonly label: string }

/** A choice of several, as check boxes; the value is a list of texts. */
export function ChecksField(props: {
  readonly name: string
  readonly label: string
  readonly help?: string
  readonly options: readonly Check[]
  /** Where they come from, if that takes a request. */
  readonly from?: OptionsSource
  readonly locked?: string | undefined
}): ReactElement {
  const { name, label, options, from, locked } = props
  const form = useFormOfField()
  const chosen = (form.values[name] ?? []) as readonly string[]
  const error = form.errorOf(name)
  const note = locked ?? props.help
  return (
    <fieldset className="field" id={`field-${name}`} disabled={locked !== undefined} tabIndex={-1}>
      <legend>{label}</legend>
      {note && <p className="help">{note}</p>}
      <div className="checks">
        {options.map(({ value, label: text }) => (
          <label key={value} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={({ target: { checked } }) =>
                form.set(name, checked ? [...chosen, value] : chosen.filter((each) => each !== value))
              }
            />
            {text}
          </label>
        ))}
      </div>
      {from && <OptionsNote {...from} isEmpty={options.length === 0} />}
      {error && <p className="field-error">{error}</p>}
    </fieldset>
  )
}
