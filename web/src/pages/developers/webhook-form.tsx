import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useOne } from '../../api/queries.ts'
import type { WebhookEndpoint } from '../../api/types.ts'
import { ChecksField } from '../../parts/checks-field.tsx'
import { CardsField, SwitchField, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Page } from '../../parts/page.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { endpointName } from './webhook-list.tsx'
import { WEBHOOK_GROUPS } from './webhook-types.ts'

type EndpointValues = {
  name: string
  webhook_url: string
  signature_algo: string
  isEverything: boolean
  event_types: readonly string[]
}

const NEW: EndpointValues = {
  name: '',
  webhook_url: '',
  signature_algo: 'hmac',
  isEverything: true,
  event_types: [],
}

export function NewEndpoint(): ReactElement {
  return <EndpointForm initial={NEW} stored={null} />
}

export function EditEndpoint(): ReactElement {
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const query = useOne<WebhookEndpoint>(`/webhook_endpoints/${id}`, 'webhook_endpoint')
  return (
    <LoadedPage title="Edit endpoint" query={query}>
      {(endpoint) => (
        <EndpointForm
          stored={endpoint}
          initial={{
            name: endpoint.name ?? '',
            webhook_url: endpoint.webhook_url,
            signature_algo: endpoint.signature_algo,
            isEverything: endpoint.event_types === null,
            event_types: endpoint.event_types ?? [],
          }}
        />
      )}
    </LoadedPage>
  )
}

function EndpointForm(props: {
  readonly initial: EndpointValues
  readonly stored: WebhookEndpoint | null
}): ReactElement {
  const { initial, stored } = props
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  const back = at(stored ? `/developers/webhooks/${stored.lago_id}` : '/developers/webhooks')
  const form = useForm<EndpointValues>({
    initial,
    check: ({ webhook_url: url }) => ({
      webhook_url: /^https?:\/\/[^\s/]+/.test(url.trim())
        ? undefined
        : 'Enter an address that starts with https:// or http://.',
    }),
    draft: `endpoint ${stored?.lago_id ?? 'new'}`,
    toWrite: (values) => ({
      method: stored ? 'PUT' : 'POST',
      path: stored ? `/webhook_endpoints/${stored.lago_id}` : '/webhook_endpoints',
      body: {
        webhook_endpoint: {
          webhook_url: values.webhook_url.trim(),
          name: values.name || null,
          signature_algo: values.signature_algo,
          event_types: values.isEverything ? null : values.event_types,
        },
      },
    }),
    onDone: (answer) => {
      const { webhook_endpoint: saved } = answer as { webhook_endpoint: WebhookEndpoint }
      toasts.success(`${endpointName(saved)} was saved.`)
      go(at(`/developers/webhooks/${saved.lago_id}`))
    },
  })
  return (
    <Page
      title={stored ? `Edit ${endpointName(stored)}` : 'New endpoint'}
      crumbs={[{ label: 'Webhooks', href: at('/developers/webhooks') }]}
    >
      <FormPage
        form={form}
        verb={stored ? 'Save endpoint' : 'Create endpoint'}
        onCancel={() => go(back)}
        effect="From now on it gets a message for each thing that happens. A message that fails is sent again."
      >
        <Section title="Endpoint" help="Where messages are sent.">
          <TextField
            name="webhook_url"
            label="URL"
            isRequired
            isCode
            placeholder="https://example.com/hooks"
          />
          <TextField name="name" label="Name" help="Optional." />
          <CardsField
            name="signature_algo"
            label="Signature"
            options={[
              { value: 'hmac', label: 'HMAC', help: 'Checked with a key that you and Weir share.' },
              { value: 'jwt', label: 'JWT', help: 'Checked with Weir’s public key.' },
            ]}
          />
        </Section>
        <Section title="Messages" help="What it is told.">
          <SwitchField name="isEverything" label="Everything, also kinds that are added later" />
          {!form.values.isEverything &&
            WEBHOOK_GROUPS.map(({ label, types }) => (
              <ChecksField
                key={label}
                name="event_types"
                label={label}
                options={types.map((value) => ({ value, label: value }))}
              />
            ))}
        </Section>
      </FormPage>
    </Page>
  )
}
