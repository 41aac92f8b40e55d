import { type ReactElement, useId } from 'react'

/** A switch outside of a form's own fields; `refusal` says why it cannot be on. */
export function Toggle(props: {
  readonly label: string
  readonly help?: string
  readonly refusal?: string | undefined
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
}): ReactElement {
  const id = useId()
  const note = props.refusal ?? props.help
  return (
    <div className="switch-field">
      <input
        id={id}
        type="checkbox"
        role="switch"
        className="switch"
        checked={props.isOn}
        disabled={props.refusal !== undefined && !props.isOn}
        aria-describedby={note ? `${id}-help` : undefined}
        onChange={(event) => props.onChange(event.target.checked)}
      />
      <div>
        <label htmlFor={id}>{props.label}</label>
        {note && (
          <p id={`${id}-help`} className="help">
            {note}
          </p>
        )}
      </div>
    </div>
  )
}
