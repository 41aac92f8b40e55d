import { type ReactElement, useState } from 'react'
import { useList } from '../../api/queries.ts'
import type { Customer, PaymentConnection, PaymentProvider } from '../../api/types.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { SelectField, SwitchField, TextField } from '../../parts/fields.tsx'
import { FormPage, useForm } from '../../parts/form.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { Loaded } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { CONNECTIONS } from '../connections/connection-values.ts'
import { kindName, kindOf } from '../connections/provider-kinds.ts'
import {
  accountLabel,
  accountsLeft,
  bodyOfLink,
  type LinkValues,
  linksPath,
  newLink,
} from './connection-links.ts'

type Props = {
  readonly customer: Customer
  /** Those that the customer has. */
  readonly links: readonly PaymentConnection[]
  readonly onClose: () => void
}

/** Connects a customer to an account at a provider, as one that is known there or as a new one. */
export function AddConnection(props: Props): ReactElement {
  const query = useList<PaymentProvider>(CONNECTIONS, 'payment_providers', { per_page: 100 })
  return (
    <Dialog title="Add a connection" isOpen onClose={props.onClose}>
      <Loaded query={query} rows={2}>
        {({ rows }) => <Choice {...props} accounts={rows} />}
      </Loaded>
    </Dialog>
  )
}

function Choice(props: Props & { readonly accounts: readonly PaymentProvider[] }): ReactElement {
  const { accounts, links } = props
  // As it was at first: what is added would take away the form before it has said so.
  const [left] = useState(() => accountsLeft(accounts, links))
  const at = useAt()
  if (left.length > 0) return <LinkForm {...props} accounts={left} />
  return (
    <p>
      {accounts.length === 0
        ? 'There is no account at a provider yet. '
        : 'The customer is connected to every account. '}
      <Link className="in-text" href={at('/settings/payment-providers')}>
        Payment providers
      </Link>
    </p>
  )
}

/** Fields of the API that the form has under another name. */
const AT_ACCOUNT = ['base', 'payment_provider', 'payment_provider_code']

function LinkForm(props: Props & { readonly accounts: readonly PaymentProvider[] }): ReactElement {
  const { customer, links, accounts, onClose } = props
  const toasts = useToasts()
  const accountOf = ({ account }: LinkValues): PaymentProvider | undefined =>
    accounts.find(({ lago_id }) => lago_id === account)
  const form = useForm<LinkValues>({
    initial: newLink(accounts, links),
    check: (values) => ({ account: accountOf(values) ? undefined : 'Choose an account.' }),
    toWrite: (values) => {
      const chosen = accountOf(values)
      return {
        method: 'POST',
        path: linksPath(customer),
        body: { payment_connection: chosen ? bodyOfLink(values, chosen) : {} },
      }
    },
    fieldOf: (field) => (AT_ACCOUNT.includes(field) ? 'account' : field),
    onDone: () => {
      toasts.success('The customer is connected.')
      onClose()
    },
  })
  const type = accountOf(form.values)?.type ?? ''
  const kind = kindOf(type)
  return (
    <FormPage form={form} verb="Add connection" onCancel={onClose}>
      <div className="form-fields">
        <SelectField
          name="account"
          label="Account"
          help={kind?.isPageOnly ? `${kindName(type)} does not know customers: it pays on pages.` : undefined}
          options={accounts.map((each) => ({ value: each.lago_id, label: accountLabel(each) }))}
        />
        {!kind?.isPageOnly && (
          <TextField
            name="provider_customer_id"
            label={`Id at ${kindName(type)}`}
            isCode
            help="Optional. Without it, the customer is made there."
          />
        )}
        {kind?.isToldOfChanges && form.values.provider_customer_id.trim() !== '' && (
          <SwitchField
            name="is_told"
            label="Keep its details there up to date"
            help="Name, address and contact there are overwritten when they change here."
          />
        )}
        {links.length > 0 && (
          <SwitchField
            name="is_default"
            label="Charge invoices there from now on"
            help="It becomes the default connection; the others stay."
          />
        )}
      </div>
    </FormPage>
  )
}
