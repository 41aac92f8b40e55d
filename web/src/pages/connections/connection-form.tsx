import { useMutation } from '@tanstack/react-query'
import { useParams, useSearch } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { type ApiProblem, send } from '../../api/client.ts'
import { useOne } from '../../api/queries.ts'
import { useOrganization } from '../../api/session.ts'
import type { PaymentProvider } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { ProblemLine } from '../../parts/dialog.tsx'
import { CardsField, NameAndCode, SwitchField, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm } from '../../parts/form.tsx'
import { goElsewhere } from '../../parts/leave.ts'
import { useAt, useGo } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Page } from '../../parts/page.tsx'
import { useToasts } from '../../parts/toast.tsx'
import {
  bodyOfConnection,
  CONNECTIONS,
  type ConnectionValues,
  checkConnection,
  fieldOfRefusal,
  newConnection,
  shownBody,
  valuesOfConnection,
} from './connection-values.ts'
import { keepConsent, readConsent } from './consent.ts'
import { ConsentGiven } from './consent-given.tsx'
import { NextStep, needsStep } from './made-secret.tsx'
import { OwnFields } from './own-fields.tsx'
import { kindOf, PROVIDER_KINDS } from './provider-kinds.ts'

export function NewConnection(): ReactElement {
  const { state, code } = useSearch({ strict: false }) as Readonly<Record<string, string>>
  return <NewOrGiven key={state} state={state} accessCode={code} />
}

/** An empty form, or the connection to which somebody has agreed at GoCardless. */
function NewOrGiven(props: {
  readonly state: string | undefined
  readonly accessCode: string | undefined
}): ReactElement {
  // Read once: the answer is used up by the first look at it.
  const [begun] = useState(() => readConsent(props.state))
  if (begun) return <ConsentGiven begun={begun} accessCode={props.accessCode} />
  return <ConnectionForm initial={newConnection('stripe')} stored={null} />
}

export function EditConnection(): ReactElement {
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const query = useOne<PaymentProvider>(`${CONNECTIONS}/${encodeURIComponent(id)}`, 'payment_provider')
  return (
    <LoadedPage title="Edit connection" query={query}>
      {(stored) => <ConnectionForm initial={valuesOfConnection(stored)} stored={stored} />}
    </LoadedPage>
  )
}

function ConnectionForm(props: {
  readonly initial: ConnectionValues
  readonly stored: PaymentProvider | null
}): ReactElement {
  const { initial, stored } = props
  const [made, setMade] = useState<PaymentProvider | null>(null)
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  const { is_sandbox: isSandbox } = useOrganization()
  const isNew = stored === null
  const about = { isNew, isSandbox }
  const list = at('/settings/payment-providers')
  const call = (body: object) => ({
    method: isNew ? ('POST' as const) : ('PUT' as const),
    path: isNew ? CONNECTIONS : `${CONNECTIONS}/${stored.lago_id}`,
    body: { payment_provider: body },
  })
  const form = useForm<ConnectionValues>({
    initial,
    check: (values) => checkConnection(values, about),
    toWrite: (values) => call(bodyOfConnection(values, about)),
    toShow: (values) => call(shownBody(values, about)),
    fieldOf: (field, { type }) => fieldOfRefusal(field, type),
    onDone: (answer) => {
      const { payment_provider: saved } = answer as { payment_provider: PaymentProvider }
      toasts.success(isNew ? `${saved.name} is connected.` : `${saved.name} was saved.`)
      if (isNew && needsStep(saved)) setMade(saved)
      else go(`${list}/${saved.lago_id}`)
    },
  })
  return (
    <Page
      title={stored ? `Edit ${stored.name}` : 'New connection'}
      crumbs={[
        { label: 'Settings', href: at('/settings') },
        { label: 'Payment providers', href: list },
        ...(stored ? [{ label: stored.name, href: `${list}/${stored.lago_id}` }] : []),
      ]}
    >
      <FormPage
        form={form}
        verb={stored ? 'Save connection' : 'Connect'}
        onCancel={() => go(stored ? `${list}/${stored.lago_id}` : list)}
        effect={effectOf(form.values.type, isNew)}
      >
        <Section title="Account" help="Where the money goes.">
          {isNew && <CardsField name="type" label="Provider" options={PROVIDER_KINDS} />}
          <NameAndCode isNew={isNew} usedBy="What customers refer to. It must be unique for a provider." />
          <OwnFields type={form.values.type} stored={stored} />
          {isNew && form.values.type === 'gocardless' && <AccessInstead values={form.values} />}
        </Section>
        <Section title="Payments" help="How it behaves for everybody who pays there.">
          <TextField
            name="success_redirect_url"
            label="Page after paying"
            placeholder="https://example.com/thanks"
            help="Optional. Where the pages of the provider lead back to."
          />
          {!kindOf(form.values.type)?.hasNoRefunds && (
            <SwitchField
              name="refund_duplicates"
              label="Give back at once what was paid twice"
              help="Otherwise it stays with you until somebody refunds it."
            />
          )}
        </Section>
      </FormPage>
      {made && <NextStep connection={made} onClose={() => go(`${list}/${made.lago_id}`)} />}
    </Page>
  )
}

/** What saving does, in words. */
function effectOf(type: ConnectionValues['type'], isNew: boolean): string {
  const isTriedLater = kindOf(type)?.isTriedLater === true
  if (!isNew && isTriedLater) return 'New keys are tried with the next payment page.'
  if (!isNew) return 'A new key has to open the same account. Payments that wait go on with it.'
  return isTriedLater
    ? 'The keys are tried with the first payment page. No page is made until a customer is linked.'
    : 'The provider is asked first whether the key works. Nobody is charged until a customer is linked.'
}

/** Goes to a page of GoCardless on which the holder of the account gives access, instead of a token. */
function AccessInstead({ values }: { readonly values: ConnectionValues }): ReactElement {
  const { slug } = useOrganization()
  const { name, code } = { name: values.name.trim(), code: values.code.trim() }
  const { mutate, isPending, error } = useMutation<void, ApiProblem>({
    mutationFn: async () => {
      const asked = await send<{ url: string; state: string }>('GET', `${CONNECTIONS}/gocardless/authorize`)
      keepConsent({ slug, state: asked.state, name, code })
      goElsewhere(asked.url)
    },
  })
  return (
    <div className="field">
      <div>
        <Button onClick={() => mutate()} isBusy={isPending} disabled={name === '' || code === ''}>
          Give access at GoCardless instead
        </Button>
      </div>
      <p className="help">You sign in there and come back here; no token has to be copied.</p>
      {error && <ProblemLine problem={error} />}
    </div>
  )
}
