import type { ReactElement } from 'react'
import { useOrganization } from '../../api/session.ts'
import type { PaymentProvider } from '../../api/types.ts'
import { SelectField, SwitchField, TextField } from '../../parts/fields.tsx'
import { helpOf } from './connection-values.ts'
import { fieldsOf, type OwnField, optionsOf, type ProviderKind } from './provider-kinds.ts'

/** The fields that a type of provider has of its own. */
export function OwnFields(props: {
  readonly type: ProviderKind
  readonly stored: PaymentProvider | null
}): ReactElement {
  const { type, stored } = props
  const { is_sandbox: isSandbox } = useOrganization()
  return (
    <>
      {fieldsOf(type, stored === null, isSandbox).map((field) => (
        <OneField key={`${type} ${field.name}`} field={field} stored={stored} isSandbox={isSandbox} />
      ))}
    </>
  )
}

function OneField(props: {
  readonly field: OwnField
  readonly stored: PaymentProvider | null
  readonly isSandbox: boolean
}): ReactElement {
  const { field, stored, isSandbox } = props
  const { name, label } = field
  const help = helpOf(field, stored)
  const shared = { name, label, ...(help === undefined ? {} : { help }) }
  switch (field.kind) {
    case 'switch':
      return <SwitchField {...shared} />
    case 'choice':
      return (
        <SelectField
          {...shared}
          isRequired={field.isRequired === true}
          placeholder={field.placeholder}
          options={optionsOf(field, isSandbox)}
        />
      )
    case 'text':
      return (
        <TextField
          {...shared}
          isCode
          isRequired={field.isRequired === true}
          {...(field.placeholder ? { placeholder: field.placeholder } : {})}
        />
      )
    case 'secret':
      return (
        <TextField
          {...shared}
          isCode
          type="password"
          autoComplete="new-password"
          isRequired={field.isRequired === true && stored === null}
          {...(field.looks ? { placeholder: isSandbox ? field.looks.test : field.looks.live } : {})}
        />
      )
  }
}
