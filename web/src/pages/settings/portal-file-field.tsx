import { type ChangeEvent, type ReactElement, useState } from 'react'
import { Button } from '../../parts/button.tsx'
import { ariaOf, FieldFrame } from '../../parts/fields.tsx'
import { useFormOfField } from '../../parts/form.tsx'

/** What a form keeps of a file: nothing while it stays as it is, this when it is taken back, or its data URL. */
export const REMOVED = 'removed'

/** What is sent for a file of a form; undefined when it stays as it is. */
export const fileToSend = (value: string): string | null | undefined =>
  value === '' ? undefined : value === REMOVED ? null : value

/** A file as a data URL. Systems do not agree on the type of a font, so the form says what it takes. */
async function dataUrlOf(file: File, type: string | undefined): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += 0x8000) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)))
  }
  return `data:${type ?? file.type};base64,${btoa(parts.join(''))}`
}

/** A file of the look: what there is, another one, or none. */
export function FileField(props: {
  readonly name: string
  readonly label: string
  readonly help: string
  /** The types that the file dialog offers. */
  readonly accept: string
  /** The type that the file is sent as; that of the system without it. */
  readonly type?: string
  /** Whether there is one now. */
  readonly isThere: boolean
}): ReactElement {
  const { name, label, help, accept } = props
  const form = useFormOfField()
  // A new one is an empty field again.
  const [turn, setTurn] = useState(0)
  const id = `field-${name}`
  const value: string = form.values[name]
  const error = form.errorOf(name)
  const isGiven = value !== '' && value !== REMOVED
  const says = isGiven
    ? 'It is not saved yet.'
    : props.isThere && value === ''
      ? 'There is one.'
      : value === REMOVED
        ? 'It will be removed.'
        : 'There is none.'
  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.target.files ?? []
    if (!file) return
    form.set(name, await dataUrlOf(file, props.type))
  }
  const drop = () => {
    setTurn(turn + 1)
    form.set(name, isGiven ? '' : REMOVED)
  }
  return (
    <FieldFrame id={id} label={label} help={help} error={error}>
      <div className="file-line">
        <input
          key={turn}
          id={id}
          type="file"
          accept={accept}
          onChange={(event) => void choose(event)}
          {...ariaOf(id, error, help)}
        />
        <span className="muted">{says}</span>
        {(isGiven || (props.isThere && value === '')) && (
          <Button aria-label={`Remove: ${label}`} onClick={drop}>
            Remove
          </Button>
        )}
      </div>
    </FieldFrame>
  )
}
