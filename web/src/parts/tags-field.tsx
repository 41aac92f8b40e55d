import { type KeyboardEvent, type ReactElement, useState } from 'react'
import { Icon } from './icon.tsx'

/** A list of short texts: Enter or a comma adds one, Backspace takes the last. */
export function TagsInput(props: {
  readonly id?: string
  readonly label: string
  readonly values: readonly string[]
  readonly onChange: (values: readonly string[]) => void
  readonly placeholder?: string
}): ReactElement {
  const { values, onChange } = props
  const [text, setText] = useState('')
  const add = (typed: string) => {
    const fresh = typed
      .split(/[,\t\n]/)
      .map((each) => each.trim())
      .filter((each) => each !== '')
    if (fresh.length > 0) onChange([...new Set([...values, ...fresh])])
    setText('')
  }
  const keys = (event: KeyboardEvent<HTMLInputElement>) => {
    if ((event.key === 'Enter' || event.key === ',') && text.trim() !== '') {
      event.preventDefault()
      add(text)
    } else if (event.key === 'Backspace' && text === '') {
      onChange(values.slice(0, -1))
    }
  }
  return (
    <span className="tags-input">
      {values.map((value) => (
        <span key={value} className="tag">
          {value}
          <button
            type="button"
            aria-label={`Remove ${value}`}
            onClick={() => onChange(values.filter((each) => each !== value))}
          >
            <Icon name="close" size={12} />
          </button>
        </span>
      ))}
      <input
        id={props.id}
        aria-label={props.label}
        value={text}
        placeholder={values.length === 0 ? props.placeholder : undefined}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={keys}
        onBlur={() => add(text)}
      />
    </span>
  )
}
