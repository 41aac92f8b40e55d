import { type ReactElement, type ReactNode, useId, useState } from 'react'
import { readTyped, shownValue, whyUnread } from '../format/typed-number.ts'
import { afterPress } from './after-press.ts'
import { useFormOfField } from './form.tsx'
import { OptionsNote, type OptionsSource } from './options.tsx'

type FieldProps = {
  readonly name: string
  readonly label: string
  readonly help?: ReactNode
  readonly isRequired?: boolean
  /** Why it cannot be changed; the field is then read-only. */
  readonly locked?: string | undefined
}

type FrameProps = Omit<FieldProps, 'name'> & {
  readonly id: string
  readonly error: string | undefined
  readonly children: ReactNode
}

/** Label above, then the control, then help and error. */
export function FieldFrame({
  id,
  label,
  help,
  isRequired,
  locked,
  error,
  children,
}: FrameProps): ReactElement {
  return (
    <div className="field">
      <label htmlFor={id}>
        {label} {isRequired && <span className="required">required</span>}
      </label>
      {children}
      {(help || locked) && (
        <p id={`${id}-help`} className="help">
          {locked ?? help}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="field-error">
          {error}
        </p>
      )}
    </div>
  )
}

/** What ties a control to its help and error. */
export function ariaOf(id: string, error: string | undefined, help: unknown) {
  const ids = [help ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ')
  return { 'aria-invalid': error ? true : undefined, 'aria-describedby': ids === '' ? undefined : ids }
}

type TextProps = FieldProps & {
  readonly placeholder?: string
  readonly isCode?: boolean
  readonly isLong?: boolean
  readonly type?: 'text' | 'email' | 'password' | 'date' | 'datetime-local'
  readonly autoComplete?: string
  readonly suffix?: ReactNode
  readonly list?: readonly string[]
  readonly onBlur?: () => void
}

/** One line of text, or several. */
export function TextField(props: TextProps): ReactElement {
  const { name, isLong, isCode, list } = props
  const form = useFormOfField()
  const id = `field-${name}`
  const error = form.errorOf(name)
  const shared = {
    id,
    className: `input ${isCode ? 'input-code' : ''}`,
    value: String(form.values[name] ?? ''),
    placeholder: props.placeholder,
    readOnly: props.locked !== undefined,
    autoComplete: props.autoComplete ?? 'off',
    spellCheck: !isCode,
    required: props.isRequired,
    ...ariaOf(id, error, props.help ?? props.locked),
    onBlur: () => {
      form.touch(name)
      props.onBlur?.()
    },
    onChange: (event: { target: { value: string } }) => form.set(name, event.target.value),
  }
  return (
    <FieldFrame {...props} id={id} error={error}>
      {isLong ? (
        <textarea {...shared} rows={3} />
      ) : (
        <span className="input-line">
          <input {...shared} type={props.type ?? 'text'} list={list ? `${id}-list` : undefined} />
          {props.suffix && <span className="suffix">{props.suffix}</span>}
        </span>
      )}
      {list && (
        <datalist id={`${id}-list`}>
          {list.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </FieldFrame>
  )
}

type DecimalFieldProps = FieldProps & {
  readonly suffix?: ReactNode
  readonly placeholder?: string | undefined
}

/** A number as the locale writes it. */
export function DecimalField(props: DecimalFieldProps): ReactElement {
  const { name } = props
  const form = useFormOfField()
  const id = `field-${name}`
  const error = form.errorOf(name)
  return (
    <FieldFrame {...props} id={id} error={error}>
      <DecimalInput
        id={id}
        value={String(form.values[name] ?? '')}
        onChange={(value) => form.set(name, value)}
        onBlur={() => form.touch(name)}
        isLocked={props.locked !== undefined}
        suffix={props.suffix}
        placeholder={props.placeholder}
        hasError={error !== undefined}
        aria={ariaOf(id, error, props.help ?? props.locked)}
      />
    </FieldFrame>
  )
}

type DecimalInputProps = {
  readonly id?: string | undefined
  readonly label?: string | undefined
  readonly value: string
  readonly onChange: (value: string) => void
  readonly onBlur?: () => void
  readonly isLocked?: boolean
  readonly suffix?: ReactNode
  readonly placeholder?: string | undefined
  /** Whether its frame says already what is wrong. */
  readonly hasError?: boolean
  readonly aria?: {
    readonly 'aria-invalid'?: boolean | undefined
    readonly 'aria-describedby'?: string | undefined
  }
}

/** Where a number is typed. It gives the number itself, or a text that is none and says so once it is left. */
export function DecimalInput(props: DecimalInputProps): ReactElement {
  const { value, aria = {} } = props
  const [typed, setTyped] = useState<string | null>(null)
  const [isLeft, setLeft] = useState(false)
  const problemId = useId()
  const problem = isLeft && !props.hasError ? whyUnread(value) : undefined
  // What was typed stays as it is for as long as it is what the form has.
  const shown = typed !== null && readTyped(typed) === value ? typed : shownValue(value)
  return (
    <span className="decimal">
      <span className="input-line">
        <input
          id={props.id}
          className="input input-number"
          inputMode="decimal"
          autoComplete="off"
          aria-label={props.label}
          aria-invalid={problem ? true : aria['aria-invalid']}
          aria-describedby={
            [aria['aria-describedby'], problem && problemId].filter(Boolean).join(' ') || undefined
          }
          value={shown}
          placeholder={props.placeholder}
          readOnly={props.isLocked}
          onChange={(event) => {
            setTyped(event.target.value)
            props.onChange(readTyped(event.target.value))
          }}
          onBlur={() => {
            afterPress(() => setLeft(true))
            props.onBlur?.()
          }}
        />
        {props.suffix && <span className="suffix">{props.suffix}</span>}
      </span>
      {problem && (
        <span id={problemId} className="field-error">
          {problem}
        </span>
      )}
    </span>
  )
}

export type Option = { readonly value: string; readonly label: string }

/** A choice from a list. */
export function SelectField(
  props: FieldProps & {
    readonly options: readonly Option[]
    /** Where they come from, if that takes a request. */
    readonly from?: OptionsSource
    readonly placeholder?: string
    /** Sets the value in place of the field, when a choice changes other values too. */
    readonly onPick?: (value: string) => void
  },
): ReactElement {
  const { name, options, from, placeholder, onPick } = props
  const form = useFormOfField()
  const id = `field-${name}`
  const error = form.errorOf(name)
  return (
    <FieldFrame {...props} id={id} error={error}>
      <select
        id={id}
        className="input"
        value={String(form.values[name] ?? '')}
        // Without its options it would seem to have another value than it has.
        disabled={props.locked !== undefined || (from !== undefined && from.asked.data === undefined)}
        required={props.isRequired}
        {...ariaOf(id, error, props.help ?? props.locked)}
        onBlur={() => form.touch(name)}
        onChange={({ target: { value } }) => (onPick ? onPick(value) : form.set(name, value))}
      >
        {placeholder !== undefined && <option value="">{placeholder}</option>}
        {options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      {from && <OptionsNote {...from} isEmpty={options.length === 0} />}
    </FieldFrame>
  )
}

/** On or off. */
export function SwitchField(props: FieldProps): ReactElement {
  const { name, label, help, locked } = props
  const form = useFormOfField()
  const id = `field-${name}`
  return (
    <div className="switch-field">
      <input
        id={id}
        type="checkbox"
        role="switch"
        className="switch"
        checked={form.values[name] === true}
        disabled={locked !== undefined}
        aria-describedby={help || locked ? `${id}-help` : undefined}
        onChange={(event) => form.set(name, event.target.checked)}
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {(help || locked) && (
          <p id={`${id}-help`} className="help">
            {locked ?? help}
          </p>
        )}
      </div>
    </div>
  )
}

export type CardOption = Option & {
  readonly help: string
  readonly picture?: ReactNode
  readonly refusal?: string | undefined
}

/** A choice of few that each need a sentence. */
export function CardsField(
  props: FieldProps & { readonly options: readonly CardOption[]; readonly onPick?: (value: string) => void },
): ReactElement {
  const { name, label, options, locked } = props
  const form = useFormOfField()
  const error = form.errorOf(name)
  const group = useId()
  return (
    <fieldset className="field" id={`field-${name}`} disabled={locked !== undefined}>
      <legend>
        {label} {props.isRequired && <span className="required">required</span>}
      </legend>
      {(props.help || locked) && <p className="help">{locked ?? props.help}</p>}
      <div className="choice-cards">
        {options.map((option) => (
          <label key={option.value} className="choice-card">
            <input
              type="radio"
              name={group}
              value={option.value}
              checked={form.values[name] === option.value}
              disabled={option.refusal !== undefined}
              onChange={() => (props.onPick ? props.onPick(option.value) : form.set(name, option.value))}
            />
            {option.picture}
            <span className="choice-title">{option.label}</span>
            <span className="help">{option.refusal ?? option.help}</span>
          </label>
        ))}
      </div>
      {error && <p className="field-error">{error}</p>}
    </fieldset>
  )
}

/** Fields side by side where there is room. */
export function Row({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className="field-row">{children}</div>
}

/** A code derived from a name: lower case, with underscores. */
export function codeOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
}

/** Name and code, where the code follows the name until somebody edits it. */
export function NameAndCode(props: {
  readonly isNew: boolean
  readonly usedBy?: string | undefined
  /** Why the code cannot be changed any more. */
  readonly lockedCode?: string | undefined
}): ReactElement {
  const form = useFormOfField()
  const follows = props.isNew && form.values.code === codeOf(String(form.values.previousName ?? ''))
  return (
    <Row>
      <NameField follows={follows} />
      <TextField
        name="code"
        label="Code"
        isRequired
        isCode
        locked={props.lockedCode}
        help={props.usedBy ?? 'What your code sends. It must be unique.'}
      />
    </Row>
  )
}

function NameField({ follows }: { readonly follows: boolean }): ReactElement {
  const form = useFormOfField()
  const error = form.errorOf('name')
  return (
    <FieldFrame id="field-name" label="Name" isRequired error={error}>
      <input
        id="field-name"
        className="input"
        autoComplete="off"
        required
        value={String(form.values.name ?? '')}
        {...ariaOf('field-name', error, undefined)}
        onBlur={() => form.touch('name')}
        onChange={({ target: { value } }) =>
          form.patch({ name: value, previousName: value, ...(follows ? { code: codeOf(value) } : {}) })
        }
      />
    </FieldFrame>
  )
}
