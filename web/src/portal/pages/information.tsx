import { type FormEvent, type ReactElement, useRef, useState } from 'react'
import type { OwnCustomer } from '../../api/types.ts'
import { countriesIn } from '../../format/countries.ts'
import { locale } from '../../format/locale.ts'
import { useRead, useWrite } from '../api.ts'
import { languageNames, useSay } from '../language.ts'
import { Button, Card, Loaded, Page } from '../parts.tsx'
import { useSession } from '../session.ts'
import type { WordKey } from '../words/en.ts'

type Values = Readonly<Record<string, string>>
type FieldOf = readonly [name: string, label: WordKey, complete?: string]

const PERSON: readonly FieldOf[] = [
  ['name', 'name', 'organization'],
  ['legal_name', 'legalName', 'organization'],
  ['firstname', 'firstName', 'given-name'],
  ['lastname', 'lastName', 'family-name'],
  ['tax_identification_number', 'taxNumber'],
  ['email', 'email', 'email'],
]
const ADDRESS: readonly FieldOf[] = [
  ['address_line1', 'line1', 'address-line1'],
  ['address_line2', 'line2', 'address-line2'],
  ['zipcode', 'zip', 'postal-code'],
  ['city', 'city', 'address-level2'],
  ['state', 'state', 'address-level1'],
]
/** Before the names of fields of the shipping address. */
const SHIPPING = 'shipping_address.'

/** What the customer may change of itself. */
export function Information({ onLanguage }: { readonly onLanguage: () => void }): ReactElement {
  const say = useSay()
  const read = useRead<{ customer: OwnCustomer }>('/customer')
  return (
    <Page title={say('information')}>
      <Loaded read={read}>{({ customer }) => <Form customer={customer} onLanguage={onLanguage} />}</Loaded>
    </Page>
  )
}

function valuesOf({ shipping_address: shipping, ...own }: OwnCustomer): Values {
  const ofShipping = Object.entries(shipping).map(([key, value]) => [`${SHIPPING}${key}`, value] as const)
  return Object.fromEntries(
    [...Object.entries(own), ...ofShipping].map(([key, value]) => [key, value === null ? '' : String(value)]),
  )
}

/** The body of the write: an empty field takes its value away. */
function bodyOf(values: Values): object {
  const entries = Object.entries(values).map(([key, value]) => [key, value === '' ? null : value] as const)
  const shipping = entries.filter(([key]) => key.startsWith(SHIPPING))
  return {
    ...Object.fromEntries(entries.filter(([key]) => !key.startsWith(SHIPPING))),
    shipping_address: Object.fromEntries(shipping.map(([key, value]) => [key.slice(SHIPPING.length), value])),
  }
}

type Bound = {
  readonly values: Values
  readonly set: (name: string, value: string) => void
  readonly errorOf: (name: string) => string | undefined
  readonly isFixed: boolean
}

function Form(props: { readonly customer: OwnCustomer; readonly onLanguage: () => void }): ReactElement {
  const say = useSay()
  const { is_view_only, customer } = useSession()
  const [values, setValues] = useState(() => valuesOf(props.customer))
  const [isSaved, setSaved] = useState(false)
  const { run, isBusy, problem } = useWrite()
  const form = useRef<HTMLFormElement>(null)
  const errorOf = (name: string) => {
    const [code] = problem?.details[name] ?? problem?.details[name.replace(SHIPPING, '')] ?? []
    if (code === undefined) return undefined
    return say(code === 'invalid_email_format' ? 'wrongEmail' : 'wrongValue')
  }
  const save = async (event: FormEvent) => {
    event.preventDefault()
    setSaved(false)
    const answer = await run('PUT', '/customer', { customer: bodyOf(values) })
    if (answer === undefined) return form.current?.querySelector<HTMLElement>('[role=alert]')?.focus()
    setSaved(true)
    if (values.document_locale !== customer.locale) props.onLanguage()
  }
  const bound: Bound = {
    values,
    errorOf,
    isFixed: is_view_only,
    set: (name, value) => setValues((before) => ({ ...before, [name]: value })),
  }
  return (
    <form ref={form} className="stack-wide" onSubmit={(event) => void save(event)} noValidate>
      {problem && (
        <p className="notice notice-danger" role="alert" tabIndex={-1}>
          {say(problem.status === 429 ? 'tooMany' : problem.status === 422 ? 'checkFields' : 'refused')}
        </p>
      )}
      <Card>
        <div className="portal-form">
          {PERSON.map((field) => (
            <TextField key={field[0]} field={field} bound={bound} />
          ))}
          <KindField bound={bound} />
          <LanguageField bound={bound} />
        </div>
      </Card>
      <AddressFields title={say('billingAddress')} prefix="" bound={bound} />
      <AddressFields title={say('shippingAddress')} prefix={SHIPPING} bound={bound} />
      {!is_view_only && (
        <div className="line">
          <Button type="submit" kind="primary" isBusy={isBusy}>
            {say('save')}
          </Button>
          <p role="status" className="portal-good">
            {isSaved && say('saved')}
          </p>
        </div>
      )}
    </form>
  )
}

function TextField(props: {
  readonly field: FieldOf
  readonly bound: Bound
  readonly prefix?: string
}): ReactElement {
  const say = useSay()
  const { bound, prefix = '' } = props
  const [key, label, complete] = props.field
  const name = `${prefix}${key}`
  const error = bound.errorOf(name)
  const section = prefix === '' ? 'billing' : 'shipping'
  return (
    <div className="field">
      <label htmlFor={name}>{say(label)}</label>
      <input
        id={name}
        className="input"
        type={key === 'email' ? 'email' : 'text'}
        autoComplete={complete === undefined ? 'off' : `${section} ${complete}`}
        value={bound.values[name] ?? ''}
        onChange={(event) => bound.set(name, event.target.value)}
        readOnly={bound.isFixed}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : `${name}-error`}
      />
      {error !== undefined && (
        <span id={`${name}-error`} className="field-error">
          {error}
        </span>
      )}
    </div>
  )
}

function ChoiceField(props: {
  readonly name: string
  readonly label: string
  readonly options: readonly (readonly [value: string, label: string])[]
  readonly bound: Bound
}): ReactElement {
  const { name, bound } = props
  return (
    <div className="field">
      <label htmlFor={name}>{props.label}</label>
      <select
        id={name}
        className="input"
        value={bound.values[name] ?? ''}
        onChange={(event) => bound.set(name, event.target.value)}
        disabled={bound.isFixed}
      >
        {props.options.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </div>
  )
}

function KindField({ bound }: { readonly bound: Bound }): ReactElement {
  const say = useSay()
  const options = [
    ['', '—'],
    ['company', say('company')],
    ['individual', say('individual')],
  ] as const
  return <ChoiceField name="customer_type" label={say('kind')} options={options} bound={bound} />
}

function LanguageField({ bound }: { readonly bound: Bound }): ReactElement {
  const say = useSay()
  return (
    <ChoiceField name="document_locale" label={say('language')} options={languageNames()} bound={bound} />
  )
}

function AddressFields(props: {
  readonly title: string
  readonly prefix: string
  readonly bound: Bound
}): ReactElement {
  const say = useSay()
  const { title, prefix, bound } = props
  const countries = countriesIn(locale()).map(({ code, name }) => [code, name] as const)
  return (
    <Card>
      <fieldset className="portal-form">
        <legend>{title}</legend>
        {ADDRESS.map((field) => (
          <TextField key={field[0]} field={field} prefix={prefix} bound={bound} />
        ))}
        <ChoiceField
          name={`${prefix}country`}
          label={say('country')}
          options={[['', '—'], ...countries]}
          bound={bound}
        />
      </fieldset>
    </Card>
  )
}
